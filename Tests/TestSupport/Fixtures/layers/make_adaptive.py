"""Writes adaptive.json: content-adaptive filters with inputs, parameters and what PyTorch makes of them.

Usage: python make_adaptive.py (needs torch); the file in the repository was made with torch 2.13.0.
Each filter is a convolution, a batch normalisation with running statistics, a softmax over the taps of
each group or over all channels, and the weighted sum of the unfolded map, of which every stride-th
position stays.
"""
import json
import pathlib

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(11)


def normal(*shape):
    return (torch.randn(*shape) * 128).round() / 128


def listed(tensor):
    values = [float(f"{v:.8g}") for v in tensor.detach().flatten().tolist()]
    return {"shape": list(tensor.shape), "values": values}


def answer(x, weight, bn, size, groups, stride, joint):
    n, channels, height, width = x.shape
    taps = size * size
    padded = F.pad(x, [size // 2] * 4, mode="reflect")
    logits = bn(F.conv2d(padded, weight)).reshape(n, groups, taps, height, width)
    if joint:
        weights = logits.flatten(1, 2).softmax(1).reshape(logits.shape)
    else:
        weights = logits.softmax(2)
    windows = F.unfold(padded, size).reshape(n, groups, channels // groups, taps, height, width)
    y = (windows * weights.unsqueeze(2)).sum(3).reshape(n, channels, height, width)
    return y[:, :, ::stride, ::stride]


cases = []
for channels, size, groups, stride, joint, shape in [
    (4, 3, 2, 2, True, (7, 6)), (4, 3, 2, 2, False, (7, 6)), (6, 3, 3, 3, False, (9, 8)),
    (8, 3, 8, 1, True, (4, 5)), (18, 3, 1, 2, False, (6, 6)), (4, 5, 2, 2, True, (5, 11)),
]:
    x = normal(2, channels, *shape)
    weight = normal(groups * size * size, channels, size, size) / 4
    bn = nn.BatchNorm2d(groups * size * size).eval()
    for name, tensor in [("weight", bn.weight), ("bias", bn.bias), ("mean", bn.running_mean),
                         ("variance", bn.running_var)]:
        tensor.data = normal(len(tensor)).abs() + 0.5 if name == "variance" else normal(len(tensor))
    y = answer(x, weight, bn, size, groups, stride, joint)
    cases.append({
        "size": size, "groups": groups, "stride": stride, "joint": joint, "input": listed(x),
        "weight": listed(weight), "scale": listed(bn.weight), "shift": listed(bn.bias),
        "mean": listed(bn.running_mean), "variance": listed(bn.running_var), "output": listed(y),
    })

path = pathlib.Path(__file__).parent / "adaptive.json"
path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
