// SPDX-License-Identifier: Apache-2.0
// What every test program begins with, parsed once for all of them: three seconds each otherwise.
#include <boost/test/unit_test.hpp>

#include <intarsia/intarsia.hpp>
