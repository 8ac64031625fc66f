"""torch as the training benchmark's peer.

usage: python training_peer.py NETWORK BATCH THREADS

NETWORK is vgg-small, strided-small (1x32x32) or cifar_resnet18 (3x32x32). Prints one line {"ready": true,
"version": ...} and then answers the lines of its standard input: `run N` does N steps of SGD with
momentum on one fixed batch of random images and prints {"ms": [...]}; `memory` prints {"kilobytes":
[before, peak]}, what the process held before it made the network and at its largest; `quit` or the end
ends it.
"""

import json
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

SEED = 20240607


def normalised(inputs, outputs, stride=1, kernel=3):
    return [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
    ]


def small(strided):
    layers, channels = [], 1
    for stage, widths in enumerate([[16], [32, 32], [64]]):
        if stage and not strided:
            layers.append(nn.MaxPool2d(2))
        for index, width in enumerate(widths):
            stride = 2 if stage and strided and index == 0 else 1
            layers += normalised(channels, width, stride) + [nn.ReLU(inplace=True)]
            channels = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10))


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.branch = nn.Sequential(
            *normalised(inputs, outputs, stride), nn.ReLU(inplace=True),
            *normalised(outputs, outputs))
        self.shortcut = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(*normalised(inputs, outputs, stride, 1))

    def forward(self, x):
        return F.relu(self.branch(x) + self.shortcut(x), inplace=True)


def resnet18():
    layers, channels = normalised(3, 64) + [nn.ReLU(inplace=True)], 64
    for stage, width in enumerate([64, 128, 256, 512]):
        for index in range(2):
            layers.append(Block(channels, width, 2 if stage and index == 0 else 1))
            channels = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10))


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main(name, batch, threads):
    before = peak()
    torch.manual_seed(SEED)
    torch.set_num_threads(threads)
    network = resnet18() if name == "cifar_resnet18" else small(name == "strided-small")
    x = torch.randn(batch, 3 if name == "cifar_resnet18" else 1, 32, 32)
    y = torch.randint(0, 10, (batch,))
    optimiser = torch.optim.SGD(network.parameters(), lr=1e-3, momentum=0.9)

    def step():
        start = time.perf_counter()
        loss = F.cross_entropy(network(x), y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return (time.perf_counter() - start) * 1e3

    step()
    print(json.dumps({"ready": True, "version": torch.__version__}), flush=True)
    for line in sys.stdin:
        words = line.split()
        if words == ["quit"]:
            return
        if len(words) == 2 and words[0] == "run" and words[1].isdigit():
            answer = {"ms": [step() for _ in range(int(words[1]))]}
        elif words == ["memory"]:
            answer = {"kilobytes": [before, peak()]}
        else:
            answer = {"error": f"expected `run N`, `memory` or `quit`, not {line.strip()!r}"}
        print(json.dumps(answer), flush=True)


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
