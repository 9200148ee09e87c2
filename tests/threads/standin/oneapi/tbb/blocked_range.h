// SPDX-License-Identifier: Apache-2.0
#include "parallel_for.h"
