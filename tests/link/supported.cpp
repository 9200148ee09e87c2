// SPDX-License-Identifier: Apache-2.0
// Prints the targets that this machine has.
#include <cstdio>

#include <hwy/targets.h>

int main() {
  for (long long bits = hwy::SupportedTargets(); bits != 0; bits &= bits - 1) std::printf("%s\n", hwy::TargetName(bits & -bits));
}
