// SPDX-License-Identifier: Apache-2.0
// The umbrella: the stages in the order of the pipeline, nothing else.
#pragma once

#include "intarsia/support/config.hpp"
#include "intarsia/tensor/print.hpp"
#include "intarsia/tensor/tensor.hpp"
#include "intarsia/tensor/view.hpp"
#include "intarsia/tensor/boxed.hpp"
#include "intarsia/language/corr2d.hpp"
#include "intarsia/language/function.hpp"
#include "intarsia/language/matmul.hpp"
#include "intarsia/language/model.hpp"
#include "intarsia/language/pool.hpp"
#include "intarsia/language/structure.hpp"
#include "intarsia/nn/layers.hpp"
#include "intarsia/nn/losses.hpp"
#include "intarsia/nn/weights.hpp"
#if __has_include(<rapidjson/reader.h>)
#include "intarsia/nn/safetensors.hpp"
#endif
#include "intarsia/compile.hpp"
#include "intarsia/kernels/nest-inl.hpp"
#include "intarsia/run/function.hpp"
#include "intarsia/run/explain.hpp"
#include "intarsia/run/statement.hpp"
#include "intarsia/run/weights.hpp"
#include "intarsia/run/prepare.hpp"
