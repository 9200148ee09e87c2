#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Writes lenet_witness.hpp: LeNet's loss and gradients for two batches as PyTorch computes them in double precision.
# Needs Debian's python3-torch. Usage: lenet_witness.py > lenet_witness.hpp
import numpy as np
import torch


def numbers(count, seed):
    i = np.arange(count, dtype=np.uint64)
    return (((i * 2654435761 + seed) % 2**32) >> 8).astype(np.float64) / 2**24


class LeNet(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = torch.nn.Conv2d(6, 16, 5)
        self.fc1 = torch.nn.Linear(400, 120)
        self.fc2 = torch.nn.Linear(120, 84)
        self.fc3 = torch.nn.Linear(84, 10)

    def forward(self, x):
        pool = torch.nn.functional.avg_pool2d
        h = pool(torch.sigmoid(self.conv1(x)), 2)
        g = pool(torch.sigmoid(self.conv2(h)), 2).flatten(1)
        return self.fc3(torch.sigmoid(self.fc2(torch.sigmoid(self.fc1(g)))))


print("// SPDX-License-Identifier: Apache-2.0")
print("// Made by lenet_witness.py with PyTorch %s, in double precision. Not edited by hand." % torch.__version__.split("a")[0])
print("#pragma once\n\nnamespace reference {\n")
print("struct gradient {\n  const char* name;\n  double norm;\n  double sample[5];  // at i * (size - 1) / 4\n};")
print("struct lenet_witness {\n  int batch;\n  double loss;\n  gradient of[10];\n};\n")
print("inline constexpr lenet_witness lenet_witnesses[] = {")
for batch in (5, 32):
    model = LeNet().double()
    with torch.no_grad():
        for seed, (name, p) in enumerate(model.named_parameters()):
            scale = 2 / np.sqrt(max(p.shape[1:].numel(), 1)) if p.dim() > 1 else 0.2
            p.copy_(torch.tensor((numbers(p.numel(), seed) - 0.5) * scale).reshape(p.shape).float().double())
    x = torch.tensor(numbers(batch * 784, 77)).float().double().reshape(batch, 1, 28, 28)
    y = torch.tensor([(7 * i + 3) % 10 for i in range(batch)])
    loss = torch.nn.functional.cross_entropy(model(x), y)
    loss.backward()
    print("    {%d, %.17g, {" % (batch, loss.item()))
    for name, p in model.named_parameters():
        g = p.grad.flatten()
        picks = ", ".join("%.9g" % g[i * (g.numel() - 1) // 4].item() for i in range(5))
        print('        {"%s", %.12g, {%s}},' % (name, g.norm().item(), picks))
    print("    }},")
print("};\n\n}  // namespace reference")
