// SPDX-License-Identifier: Apache-2.0
// Lines of a disassembler become instructions, loops, counts, and rules hold or do not: on code written by hand, for both machines.
#include <boost/test/unit_test.hpp>

#include <sstream>

#include "error.hpp"
#include "rules.hpp"

namespace t = intarsia::tool;
using t::architecture;

namespace {

t::instruction x86(const std::string& text, bool framed = false) { return t::parse(architecture::x86_64, "   0:\t" + text, framed); }
t::instruction arm(const std::string& text) { return t::parse(architecture::aarch64, "   0:\t" + text, false); }
std::string what(const t::instruction& i) { return i.text() + " ; " + i.tags(); }

/// Each line is an instruction of four bytes; jumps are to lines.
t::kernel kernel_of(const std::string& lines) {
  t::kernel k;
  std::istringstream in(lines);
  int at = 0;
  for (std::string line; std::getline(in, line); at += 4) {
    std::ostringstream text;
    text << std::hex << at << ":\t";
    const auto arrow = line.find('@');
    if (arrow == std::string::npos) text << line;
    else text << line.substr(0, arrow) << "0x" << 4 * std::stoi(line.substr(arrow + 1));
    k.code.code.push_back(t::parse(architecture::x86_64, text.str(), false));
    k.code.code.back().size = 4;
  }
  k.loops = t::loops_of(k.code);
  k.whole = t::summary_of(k.code);
  if (const t::loop* l = k.hot_loop()) k.hot = t::summary_of(k.code, *l);
  return k;
}

/// A loop around two: the first adds, the second multiplies and adds, and spills. Another after them.
const char* const nested =
    "xor    eax,eax\n"
    "vxorps xmm0,xmm0,xmm0\n"  // 1: outer
    "vaddps ymm1,ymm2,[rdi+rax*4]\n"  // 2: first
    "dec    rcx\n"
    "jne    @2\n"
    "vfmadd231ps ymm3,ymm4,[rsi]\n"  // 5: second
    "vmovaps [rsp+0x20],ymm3\n"
    "dec    rdx\n"
    "jne    @5\n"
    "call   @100\n"
    "dec    r8\n"
    "jne    @1\n"
    "vdivss xmm5,xmm5,xmm6\n"  // 12: alone
    "dec    r9\n"
    "jg     @12\n"
    "ret";

}  // namespace

BOOST_AUTO_TEST_CASE(instructions_of_x86) {
  BOOST_TEST(what(x86("vfmadd231ps zmm3,zmm4,ZMMWORD PTR [rax]")) == "vfmadd231ps zmm3,zmm4,[rax] ; fma load");
  BOOST_TEST(what(x86("vmovups YMMWORD PTR [rsp+0x40],ymm1")) == "vmovups [rsp+0x40],ymm1 ; store spill");
  BOOST_TEST(what(x86("movaps xmm1,XMMWORD PTR [rbp-0x40]", true)) == "movaps xmm1,[rbp-0x40] ; load spill");
  BOOST_TEST(what(x86("movaps xmm1,XMMWORD PTR [rbp-0x40]")) == "movaps xmm1,[rbp-0x40] ; load");
  BOOST_TEST(what(x86("vgatherdps ymm0,DWORD PTR [rax+ymm1*4],ymm2")) == "vgatherdps ymm0,[rax+ymm1*4],ymm2 ; load gather");
  BOOST_TEST(what(x86("idiv   ecx")) == "idiv ecx ; integer division");
  BOOST_TEST(what(x86("vdivps ymm0,ymm1,ymm2")) == "vdivps ymm0,ymm1,ymm2 ; arithmetic division");
  BOOST_TEST(what(x86("vbroadcastss ymm0,xmm1")) == "vbroadcastss ymm0,xmm1 ; shuffle");
  BOOST_TEST(what(x86("vbroadcastss ymm0,DWORD PTR [rax]")) == "vbroadcastss ymm0,[rax] ; load");
  BOOST_TEST(what(x86("add    QWORD PTR [rax],0x1")) == "add [rax],0x1 ; integer load store");
  BOOST_TEST(what(x86("lea    rax,[rsp+0x8]")) == "lea rax,[rsp+0x8] ; integer");
  BOOST_TEST(what(x86("call   401000")) == "call 401000 ; call");
  BOOST_TEST(x86("vfmadd231ps zmm3,zmm4,zmm5").flops == 32);
  BOOST_TEST(x86("vfmadd231pd ymm3,ymm4,ymm5").flops == 8);
  BOOST_TEST(x86("mulss  xmm3,xmm4").flops == 1);
  const auto registers = x86("vfmadd231ps zmm3{k1},zmm4,DWORD PTR [r8d+ecx*4]{1to16}").registers;
  BOOST_TEST((registers == std::vector<std::string>{"zmm3", "k1", "zmm4", "r8", "rcx"}));
}

BOOST_AUTO_TEST_CASE(instructions_of_arm) {
  BOOST_TEST(what(arm("fmla\tv0.4s, v1.4s, v2.4s")) == "fmla v0.4s, v1.4s, v2.4s ; fma");
  BOOST_TEST(what(arm("ldp\tq0, q1, [x1], #32")) == "ldp q0, q1, [x1], #32 ; load");
  BOOST_TEST(what(arm("str\tq0, [sp, #16]")) == "str q0, [sp, #16] ; store spill");
  BOOST_TEST(what(arm("bl\t401000")) == "bl 401000 ; call");
  BOOST_TEST(what(arm("b.ne\t10")) == "b.ne 10 ; branch");
  BOOST_TEST(what(arm("udiv\tx0, x1, x2")) == "udiv x0, x1, x2 ; integer division");
  BOOST_TEST(arm("b.ne\t10").conditional);
  BOOST_TEST(!arm("b\t10").conditional);
  BOOST_TEST(arm("fmla\tv0.4s, v1.4s, v2.4s").flops == 8);
  BOOST_TEST(arm("fadd\td0, d1, d2").flops == 1);
}

BOOST_AUTO_TEST_CASE(loops_nest_and_one_is_hot) {
  const t::kernel k = kernel_of(nested);
  BOOST_TEST_REQUIRE(k.loops.loops.size() == 4u);
  const auto& loops = k.loops.loops;
  BOOST_TEST(loops[0].header == 1u);
  BOOST_TEST(loops[0].members.size() == 11u);
  BOOST_TEST((k.loops.of == std::vector<int>{-1, 0, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 3, 3, 3, -1}));
  BOOST_TEST(loops[1].parent == 0);
  BOOST_TEST(loops[2].parent == 0);
  BOOST_TEST(loops[3].parent == -1);
  BOOST_TEST(loops[1].depth == 2);
  BOOST_TEST(!loops[0].innermost);
  BOOST_TEST(k.loops.hot == 1);
}

BOOST_AUTO_TEST_CASE(counts) {
  const t::kernel k = kernel_of(nested);
  BOOST_TEST(k.whole.instructions == 16);
  BOOST_TEST(k.whole.of(t::kind::fma) == 1);
  BOOST_TEST(k.whole.of(t::kind::call) == 1);
  BOOST_TEST(k.whole.of(t::kind::branch) == 4);
  BOOST_TEST(k.whole.loads == 2);
  BOOST_TEST(k.whole.stores == 1);
  BOOST_TEST(k.whole.spills == 1);
  BOOST_TEST(k.whole.divisions == 1);
  BOOST_TEST(k.whole.vector_registers == 7);
  BOOST_TEST(k.whole.bytes == 64u);
  BOOST_TEST(k.hot.instructions == 4);
  BOOST_TEST(k.hot.flops == 16);
  BOOST_TEST(k.hot.share_of_fma() == 0.25);
}

BOOST_AUTO_TEST_CASE(a_loop_without_multiply_adds_is_hot_where_there_is_no_other) {
  const t::kernel k = kernel_of("mov    rax,[rdi]\ndec    rcx\njne    @0\nmulps  xmm0,xmm1\naddps  xmm2,xmm0\ndec    rcx\njne    @3\nret");
  BOOST_TEST_REQUIRE(k.hot_loop() != nullptr);
  BOOST_TEST(k.hot_loop()->header == 3u);
}

BOOST_AUTO_TEST_CASE(rules_hold_or_name_the_instruction) {
  const std::vector<t::kernel> kernels{kernel_of(nested)};
  auto broken = [&](bool wanted, const char* pattern) { return t::violations(kernels, {{wanted, pattern}}); };
  for (const char* pattern : {"vfmadd", "hot:fma", "loop:call", "^ret", "hot:spill", "loop:division"}) {
    BOOST_TEST(broken(true, pattern).empty(), pattern);
    BOOST_TEST(broken(false, pattern).size() == 1u, pattern);
  }
  for (const char* pattern : {"vfmsub", "hot:call", "loop:^ret", "hot:division", "gather"}) {
    BOOST_TEST(broken(false, pattern).empty(), pattern);
    BOOST_TEST(broken(true, pattern).size() == 1u, pattern);
  }
  BOOST_TEST(broken(false, "spill").at(0) == "forbidden, but 1 time: spill\n  kernel 0, 18: vmovaps [rsp+0x20],ymm3");
  BOOST_TEST(broken(true, "hot:call").at(0) == "required, and nowhere in a hot loop: call");
  BOOST_CHECK_THROW(broken(true, "("), t::error);
}
