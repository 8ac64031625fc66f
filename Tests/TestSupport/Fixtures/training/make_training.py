"""Three steps of training in torch, for comparison: losses, gradients, weights.

usage: python make_training.py OUT_FILE.npz

A small network with the common layers: convolutions (strided, depthwise, dilated), batch
normalisation, relu and relu6, max- and average-pools, a sum, a concatenation, a linear layer. SGD with
Nesterov's momentum 0.9 and a decay of 5e-4 on weights of two or more dimensions; label smoothing 0.1.
"""

import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(8)
        self.depthwise = nn.Conv2d(8, 8, 3, padding=1, groups=8, bias=False)
        self.bn2 = nn.BatchNorm2d(8)
        self.pointwise = nn.Conv2d(8, 8, 1)
        self.conv2 = nn.Conv2d(8, 20, 3, stride=2, padding=2, dilation=2, bias=False)
        self.bn3 = nn.BatchNorm2d(20)
        self.fc = nn.Linear(28, 5)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 2)
        y = F.relu6(self.bn2(self.depthwise(x)))
        x = F.relu(self.pointwise(y) + x)
        z = F.relu(self.bn3(self.conv2(x)))
        x = torch.cat([F.avg_pool2d(x, 2), z], 1)
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))


def main(path):
    torch.manual_seed(3)
    torch.set_num_threads(1)
    network = Network()
    x = torch.randn(4, 3, 12, 12)
    y = torch.tensor([0, 3, 1, 4])
    arrays = {"input": x, "labels": y.float()}
    arrays |= {f"begin/{k}": v.clone() for k, v in network.state_dict().items() if v.dim()}
    decayed = [p for p in network.parameters() if p.dim() > 1]
    others = [p for p in network.parameters() if p.dim() == 1]
    optimiser = torch.optim.SGD(
        [{"params": decayed, "weight_decay": 5e-4}, {"params": others, "weight_decay": 0}],
        lr=0.05, momentum=0.9, nesterov=True)
    losses = []
    for step in range(3):
        loss = F.cross_entropy(network(x), y, label_smoothing=0.1)
        optimiser.zero_grad()
        loss.backward()
        if step == 0:
            arrays |= {f"gradient/{k}": p.grad.clone() for k, p in network.named_parameters()}
        optimiser.step()
        losses.append(loss.item())
    arrays["losses"] = torch.tensor(losses)
    arrays |= {f"end/{k}": v.clone() for k, v in network.state_dict().items() if v.dim()}
    np.savez(path, **{k: v.detach().numpy() for k, v in arrays.items()})


main(sys.argv[1])
