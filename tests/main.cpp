// SPDX-License-Identifier: Apache-2.0
// The entry of every test program, compiled once for all of them.
#define BOOST_TEST_MODULE intarsia
#include <boost/test/unit_test.hpp>
