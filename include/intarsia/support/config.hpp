// SPDX-License-Identifier: Apache-2.0
// Macros of every unit: what the compiler must be told, and what it must not be told.
// Receives the command line's flags; refuses the ones under which the library's promises do not hold.
#pragma once

#if __cplusplus < 202002L
// not #error, after which both compilers go on to a thousand more
#include "intarsia: [language] C++20 is needed: compile with -std=c++20"
#endif

#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "intarsia: [fast_math] -ffast-math breaks the rule 'NaN in, NaN out': compile without it"
#if defined(__clang__)  // this is enough to say about it
#pragma clang diagnostic ignored "-Wunknown-warning-option"
#pragma clang diagnostic ignored "-Wnan-infinity-disabled"
#endif
#endif

// Highway 1.0.3 refuses -march=native on machines whose best target is AVX3_DL unless this is asked for.
#if !defined(HWY_WANT_AVX3_DL)
#define HWY_WANT_AVX3_DL 1
#endif

#define INTARSIA_INLINE inline __attribute__((always_inline))
#define INTARSIA_INLINE_LAMBDA __attribute__((always_inline))
/// A function that all who call it share; g++ makes copies of its own for callers of which it sees enough.
#if defined(__clang__)
#define INTARSIA_APART __attribute__((noinline))
#else
#define INTARSIA_APART __attribute__((noinline, noclone))
#endif

/// Before a loop that is unrolled where the plan says so: g++ and clang unroll short ones again, and spill what the plan
/// keeps in registers.
#if defined(__clang__)
#define INTARSIA_NO_UNROLL _Pragma("clang loop unroll(disable)")
#else
#define INTARSIA_NO_UNROLL _Pragma("GCC unroll 1")
#endif

#if defined(__cpp_exceptions)
#define INTARSIA_EXCEPTIONS 1
#else
#define INTARSIA_EXCEPTIONS 0
#endif
