// SPDX-License-Identifier: Apache-2.0
// Weights in files: the safetensors format (eight bytes of length, a JSON header, the elements).
// Receives paths; a file that is truncated, contradicts itself or does not fit the model changes nothing.
#pragma once

#include <bit>
#include <cstdio>
#include <string>
#include <vector>

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "intarsia/nn/weights.hpp"
#include "intarsia/support/text.hpp"

namespace intarsia {

namespace support {

static_assert(std::endian::native == std::endian::little, "intarsia: [endian] safetensors files are little-endian");

struct stored_tensor {
  std::string name;
  std::string type;
  std::vector<std::uint64_t> shape;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

inline const char* stored_type(ir::dtype t) {
  constexpr const char* names[] = {"", "BOOL", "U8", "I8", "U16", "I16", "U32", "I32", "U64", "I64", "F32", "F64"};
  return names[static_cast<int>(t)];
}
inline std::uint64_t stored_size(const std::string& type) {
  if (type == "BOOL" || type == "U8" || type == "I8" || type.rfind("F8", 0) == 0) return 1;
  if (type == "U16" || type == "I16" || type == "F16" || type == "BF16") return 2;
  if (type == "U32" || type == "I32" || type == "F32") return 4;
  return type == "U64" || type == "I64" || type == "F64" ? 8 : 0;
}

/// Reads the header event by event: an object of tensors, each with dtype, shape and data_offsets, all of them once.
class header_reader : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, header_reader> {
 public:
  std::vector<stored_tensor> tensors;
  std::string fault;

  bool Default() { return refuse("a value of an unexpected kind"); }
  bool StartObject() {
    if (++depth_ > 2) return refuse("an object nested too deeply");
    return !in_array_ || refuse("an object inside of a list");
  }
  bool EndObject(rapidjson::SizeType) {
    if (--depth_ == 1 && !metadata_ && seen_ != 7) return refuse(join({"tensor '", tensors.back().name, "' without dtype, shape and data_offsets"}));
    metadata_ = metadata_ && depth_ > 1;
    return true;
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    const std::string key(text, length);
    if (depth_ == 1) {
      metadata_ = key == "__metadata__";
      if (metadata_) return !std::exchange(had_metadata_, true) || refuse("__metadata__ twice");
      for (const stored_tensor& t : tensors)
        if (t.name == key) return refuse(join({"tensor '", key, "' twice"}));
      tensors.push_back({key, {}, {}, 0, 0});
      seen_ = 0;
      return true;
    }
    if (metadata_) return true;
    part_ = key == "dtype" ? 1 : key == "shape" ? 2 : key == "data_offsets" ? 4 : 0;
    if (part_ == 0) return refuse(join({"unknown key '", key, "'"}));
    if (seen_ & part_) return refuse(join({"'", key, "' twice"}));
    seen_ |= part_;
    return true;
  }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    if (metadata_ && depth_ == 2) return true;
    if (depth_ != 2 || part_ != 1) return refuse("text where none belongs");
    tensors.back().type.assign(text, length);
    return stored_size(tensors.back().type) > 0 || refuse(join({"unknown dtype '", tensors.back().type, "'"}));
  }
  bool StartArray() {
    if (depth_ != 2 || metadata_ || in_array_ || (part_ != 2 && part_ != 4)) return refuse("a list where none belongs");
    in_array_ = true;
    offsets_ = 0;
    return true;
  }
  bool EndArray(rapidjson::SizeType) {
    in_array_ = false;
    return part_ != 4 || offsets_ == 2 || refuse("data_offsets that are not two numbers");
  }
  bool Uint(unsigned v) { return Uint64(v); }
  bool Uint64(std::uint64_t v) {
    if (!in_array_) return refuse("a number where none belongs");
    if (part_ == 2) tensors.back().shape.push_back(v);
    else if (offsets_ == 0) tensors.back().begin = v, ++offsets_;
    else if (offsets_ == 1) tensors.back().end = v, ++offsets_;
    else return refuse("data_offsets that are not two numbers");
    return true;
  }

 private:
  bool refuse(std::string why) {
    fault = std::move(why);
    return false;
  }
  int depth_ = 0;
  int part_ = 0;
  int seen_ = 0;
  int offsets_ = 0;
  bool metadata_ = false;
  bool had_metadata_ = false;
  bool in_array_ = false;
};

[[noreturn]] inline void fail_load(const std::string& path, const std::string& why) { fail(join({"intarsia: [load] ", path, ": ", why})); }

/// The tensors of a file image, their extents and offsets checked: no overflow, no overlap, no hole, nothing left over.
inline std::vector<stored_tensor> parse_safetensors(const std::string& path, const std::vector<char>& file, std::uint64_t& data) {
  if (file.size() < 8) fail_load(path, "shorter than the eight bytes of the header's length");
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), 8);
  if (length > 100'000'000) fail_load(path, "a header of more than 100 MB");
  if (length > file.size() - 8) fail_load(path, "the header is longer than the file");
  if (length < 2 || file[8] != '{') fail_load(path, "the header does not begin with '{'");
  header_reader reader;
  rapidjson::MemoryStream stream(file.data() + 8, length);
  rapidjson::Reader parser;
  const rapidjson::ParseResult parsed = parser.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseStopWhenDoneFlag | rapidjson::kParseValidateEncodingFlag>(stream, reader);
  if (!parsed) fail_load(path, join({"header: ", reader.fault.empty() ? std::string_view(rapidjson::GetParseError_En(parsed.Code())) : std::string_view(reader.fault)}));
  for (std::size_t i = stream.Tell(); i < length; ++i)
    if (file[8 + i] != ' ') fail_load(path, "text after the header");
  data = 8 + length;
  const std::uint64_t bytes = file.size() - data;
  std::uint64_t covered = 0;
  for (const stored_tensor& t : reader.tensors) {
    std::uint64_t size = stored_size(t.type);
    for (std::uint64_t e : t.shape)
      if (e != 0 && size > ~std::uint64_t{0} / e) fail_load(path, join({"tensor '", t.name, "': the extents overflow"}));
      else size *= e;
    if (t.begin > t.end || t.end > bytes) fail_load(path, join({"tensor '", t.name, "': offsets outside of the file"}));
    if (t.end - t.begin != size) fail_load(path, join({"tensor '", t.name, "': the offsets do not fit the shape"}));
    covered += size;
    for (const stored_tensor& other : reader.tensors)
      if (&other != &t && other.begin < t.end && t.begin < other.end) fail_load(path, join({"tensors '", t.name, "' and '", other.name, "' overlap"}));
  }
  if (covered != bytes) fail_load(path, "bytes that belong to no tensor");
  return reader.tensors;
}

inline std::vector<char> read_file(const std::string& path) {
  std::FILE* f = std::fopen(path.c_str(), "rb");
  if (f == nullptr) fail_load(path, "cannot be opened");
  std::vector<char> bytes;
  char block[1 << 16];
  for (std::size_t n; (n = std::fread(block, 1, sizeof block, f)) > 0;) bytes.insert(bytes.end(), block, block + n);
  const bool good = std::ferror(f) == 0;
  std::fclose(f);
  if (!good) fail_load(path, "cannot be read");
  return bytes;
}

struct tensor_place {
  std::string_view name;
  ir::dtype type;
  extents shape;
  char* data;
};
template <class M>
std::vector<tensor_place> places_of(const weights<M>& w) {
  std::vector<tensor_place> places;
  for_each_part<ir::part::parameter, ir::part::buffer>(w, [&]<class T, std::size_t... D>(std::string_view name, view<T, D...> v) {
    places.push_back({name, ir::dtype_of<T>(), extents_of<D...>, reinterpret_cast<char*>(v.data())});
  });
  return places;
}

inline void load_into(const std::string& path, const std::vector<tensor_place>& places) {
  const std::vector<char> file = read_file(path);
  std::uint64_t data = 0;
  const std::vector<stored_tensor> tensors = parse_safetensors(path, file, data);
  std::vector<const stored_tensor*> from;
  for (const tensor_place& p : places) {
    const stored_tensor* found = nullptr;
    for (const stored_tensor& t : tensors)
      if (t.name == p.name) found = &t;
    if (found == nullptr) fail_load(path, join({"no tensor '", p.name, "'"}));
    bool same = static_cast<int>(found->shape.size()) == p.shape.rank;
    for (int d = 0; same && d < p.shape.rank; ++d) same = found->shape[static_cast<std::size_t>(d)] == static_cast<std::uint64_t>(p.shape[d]);
    if (!same) fail_load(path, join({"tensor '", found->name, "' has another shape than the model's"}));
    if (found->type != stored_type(p.type)) fail_load(path, join({"tensor '", found->name, "' is ", found->type, ", the model's is ", stored_type(p.type)}));
    from.push_back(found);
  }
  if (from.size() != tensors.size()) fail_load(path, "tensors that the model does not have");
  for (std::size_t i = 0; i < places.size(); ++i) std::memcpy(places[i].data, file.data() + data + from[i]->begin, from[i]->end - from[i]->begin);
}

inline void save_from(const std::string& path, const std::vector<tensor_place>& places) {
  std::string header = "{";
  std::uint64_t at = 0;
  for (const tensor_place& p : places) {
    const std::uint64_t bytes = static_cast<std::uint64_t>(p.shape.size() * ir::size_of(p.type));
    header += join({header.size() > 1 ? "," : "", "\"", p.name, "\":{\"dtype\":\"", stored_type(p.type), "\",\"shape\":["});
    for (int d = 0; d < p.shape.rank; ++d) header += join({d > 0 ? "," : "", std::to_string(p.shape[d])});
    header += join({"],\"data_offsets\":[", std::to_string(at), ",", std::to_string(at + bytes), "]}"});
    at += bytes;
  }
  header += "}";
  header.append((8 - header.size() % 8) % 8, ' ');
  // written beside and moved: a full disk leaves the old file
  const std::string beside = path + ".part";
  std::FILE* f = std::fopen(beside.c_str(), "wb");
  if (f == nullptr) fail(join({"intarsia: [save] ", beside, ": cannot be opened"}));
  const std::uint64_t length = header.size();
  bool good = std::fwrite(&length, 8, 1, f) == 1 && std::fwrite(header.data(), 1, header.size(), f) == header.size();
  for (const tensor_place& p : places) {
    const std::size_t bytes = static_cast<std::size_t>(p.shape.size() * ir::size_of(p.type));
    good = good && std::fwrite(p.data, 1, bytes, f) == bytes;
  }
  good = std::fclose(f) == 0 && good;
  good = good && std::rename(beside.c_str(), path.c_str()) == 0;
  if (!good) {
    std::remove(beside.c_str());
    fail(join({"intarsia: [save] ", path, ": cannot be written"}));
  }
}

}  // namespace support

/// Writes all parameters and buffers under their paths, as safetensors. Errors: [save].
template <class M>
void save(const weights<M>& w, const std::string& path) {
  support::save_from(path, support::places_of(w));
}
template <support::no_weights X>
refused<support::told<support::weights_needed("save")>::why> save(const X&, const std::string& path);
template <class M>
refused<support::told<support::weights_needed("save")>::why> save(const std::string& path, const weights<M>&);
/// Reads them again. The file has exactly the model's tensors, with their shapes and types. Errors: [load]; w is then as before.
template <class M>
void load(weights<M>& w, const std::string& path) {
  support::load_into(path, support::places_of(w));
}
template <support::no_weights X>
refused<support::told<support::weights_needed("load")>::why> load(const X&, const std::string& path);
template <class M>
refused<support::told<support::weights_needed("load")>::why> load(const std::string& path, const weights<M>&);
template <class M>
refused<support::told<support::weights_needed("load")>::why> load(const std::string& path);

}  // namespace intarsia
