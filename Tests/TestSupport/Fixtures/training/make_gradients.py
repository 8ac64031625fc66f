"""Answers and gradients of single layers in torch, in double precision, for comparison.

usage: python make_gradients.py OUT_FILE.npz

Every case has an input x, its answer y, a gradient of the answer and the gradients that torch derives
from it: NAME/input, NAME/output, NAME/upstream, NAME/slope, and for each parameter p NAME/p and
NAME/p.slope. Filters that torch does not have are written out with torch.fft, unfold and index
operations, as their definitions say.
"""

import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(11)
torch.set_default_dtype(torch.float64)
arrays = {}


def single(shape):
    """Normal numbers that single precision holds."""
    return torch.randn(shape).float().double()


def case(name, shape, function, parameters=None, positive=False):
    x = single([2, *shape])
    if positive:
        x = x.abs() + 0.25
    parameters = {k: v.float().double() for k, v in (parameters or {}).items()}
    for value in [x, *parameters.values()]:
        value.requires_grad_()
    y = function(x, **parameters)
    upstream = single(y.shape)
    y.backward(upstream)
    arrays.update({f"{name}/input": x, f"{name}/output": y, f"{name}/upstream": upstream,
                   f"{name}/slope": x.grad})
    for key, value in parameters.items():
        arrays[f"{name}/{key}"] = value
        arrays[f"{name}/{key}.slope"] = value.grad


# Convolutions and linear layers

def convolution(mode, pads, **options):
    def run(x, weight, bias):
        if mode == "zero":
            x = F.pad(x, pads)
        else:
            # Torch pads one axis at a time the same way.
            x = F.pad(x, pads, mode=mode)
        return F.conv2d(x, weight, bias, **options)
    return run


for mode in ["zero", "reflect", "replicate", "circular"]:
    case(f"convolution-{mode}", [4, 6, 7], convolution(mode, (2, 1, 1, 0), stride=(2, 1)),
         {"weight": single([5, 4, 3, 2]), "bias": single([5])})
case("convolution-groups", [6, 7, 6], convolution("zero", (1, 1, 2, 2), dilation=(2, 1), groups=3),
     {"weight": single([9, 2, 3, 3]), "bias": single([9])})
case("convolution-depthwise", [18, 7, 6], convolution("zero", (1, 1, 1, 1), stride=2, groups=18),
     {"weight": single([18, 1, 3, 3]), "bias": single([18])})
case("transposed", [4, 4, 5],
     lambda x, weight, bias: F.conv_transpose2d(
         x, weight, bias, stride=(2, 3), padding=1, output_padding=(1, 2), groups=2),
     {"weight": single([4, 3, 3, 4]), "bias": single([6])})
case("linear", [7], F.linear, {"weight": single([5, 7]), "bias": single([5])})

# Normalisations

case("batch-norm", [5, 4, 3],
     lambda x, weight, bias: F.batch_norm(x, None, None, weight, bias, training=True),
     {"weight": single([5]), "bias": single([5])})
case("layer-norm", [6, 4, 3],
     lambda x, weight, bias: F.layer_norm(
         x.permute(0, 2, 3, 1), [6], weight, bias).permute(0, 3, 1, 2),
     {"weight": single([6]), "bias": single([6])})
case("layer-norm-all", [6, 4, 3], lambda x, weight, bias: F.group_norm(x, 1, weight, bias),
     {"weight": single([6]), "bias": single([6])})
case("group-norm", [6, 4, 3], lambda x, weight, bias: F.group_norm(x, 3, weight, bias),
     {"weight": single([6]), "bias": single([6])})
case("instance-norm", [6, 4, 3], lambda x, weight, bias: F.instance_norm(x, weight=weight, bias=bias),
     {"weight": single([6]), "bias": single([6])})

# Activations

for name, function in {
        "relu": F.relu, "clip": F.relu6, "leaky-relu": lambda x: F.leaky_relu(x, 0.125),
        "elu": lambda x: F.elu(x, 0.75), "sigmoid": torch.sigmoid, "tanh": torch.tanh,
        "silu": F.silu, "hard-swish": F.hardswish, "hard-sigmoid": F.hardsigmoid, "gelu": F.gelu,
        "gelu-tanh": lambda x: F.gelu(x, approximate="tanh"), "softplus": F.softplus,
        "mish": F.mish, "selu": F.selu, "celu": lambda x: F.celu(x, 0.5), "softsign": F.softsign,
        "thresholded-relu": lambda x: F.threshold(x, 0.5, 0), "abs": torch.abs, "exp": torch.exp,
}.items():
    case(name, [5, 3, 4], function)
for name, function in {"log": torch.log, "sqrt": torch.sqrt, "power": lambda x: x**2.5}.items():
    case(name, [5, 3, 4], function, positive=True)
case("prelu", [5, 3, 4], F.prelu, {"weight": single([5])})
case("softmax", [5, 3, 4], lambda x: F.softmax(x, 1))

# Pools, pads, sizes

case("max-pool", [5, 7, 8],
     lambda x: F.max_pool2d(x, (3, 2), stride=(2, 3), padding=(1, 0), dilation=(1, 2)))
case("max-pool-ceil", [5, 6, 8], lambda x: F.max_pool2d(x, 3, stride=2, ceil_mode=True))
for includes in [True, False]:
    case(f"average-pool-{'with' if includes else 'without'}", [5, 6, 8],
         lambda x: F.avg_pool2d(
             x, 3, stride=2, padding=1, ceil_mode=True, count_include_pad=includes))
case("adaptive-average", [5, 7, 5], lambda x: F.adaptive_avg_pool2d(x, (3, 4)))
case("adaptive-maximum", [5, 7, 5], lambda x: F.adaptive_max_pool2d(x, (3, 4)))
case("global-average", [5, 4, 3], lambda x: x.mean((2, 3), keepdim=True))
case("global-maximum", [5, 4, 3], lambda x: x.amax((2, 3), keepdim=True))
for mode in ["constant", "reflect", "replicate", "circular"]:
    value = {"value": 0.5} if mode == "constant" else {}
    case(f"pad-{mode}", [5, 4, 5], lambda x: F.pad(x, (1, 3, 2, 0), mode=mode, **value))
case("subsample", [5, 7, 8], lambda x: x[:, :, 1::2, ::3])
case("resize-nearest", [5, 4, 5], lambda x: F.interpolate(x, (8, 15), mode="nearest"))
case("resize-bilinear", [5, 4, 5],
     lambda x: F.interpolate(x, (7, 3), mode="bilinear", align_corners=False))
case("resize-corners", [5, 4, 5],
     lambda x: F.interpolate(x, (7, 9), mode="bilinear", align_corners=True))
case("resize-bicubic", [5, 6, 5],
     lambda x: F.interpolate(x, (9, 4), mode="bicubic", align_corners=False))

# Filters before subsampling

def blur(x, taps, pads, mode, stride):
    taps = torch.tensor(taps)
    kernel = (taps[:, None] * taps / taps.sum()**2).expand(x.shape[1], 1, -1, -1)
    return F.conv2d(F.pad(x, pads, mode=mode), kernel, stride=stride, groups=x.shape[1])


case("blur", [5, 7, 8], lambda x: blur(x, [1.0, 3, 3, 1], (1, 2, 1, 2), "reflect", 2))
case("blur-circular", [5, 6, 9],
     lambda x: blur(x, [1.0, 4, 6, 4, 1], (2, 2, 2, 2), "circular", (2, 3)))


def band(count, keeps, edge):
    """Gains of the bins of an axis: 1 below keeps/2, `edge` at it, 0 above."""
    bins = torch.fft.fftfreq(count, 1 / count).abs()
    return (2 * bins < keeps).double() + edge * (2 * bins == keeps).double()


def low_pass(x, keeps, edge):
    gains = band(x.shape[2], keeps[0], edge)[:, None] * band(x.shape[3], keeps[1], edge)
    return torch.fft.ifft2(torch.fft.fft2(x) * gains).real


def crop(x, size):
    """The spectrum cut to odd sizes or continued by zeros; the gain of a constant is 1."""
    for axis, count in zip((2, 3), size):
        other = x.shape[axis]
        spectrum = torch.fft.fftshift(torch.fft.fft(x, dim=axis), axis)
        if count <= other:
            spectrum = spectrum.narrow(axis, other // 2 - count // 2, count)
        else:
            shape = list(spectrum.shape)
            shape[axis] = count // 2 - other // 2
            zeros = torch.zeros(shape, dtype=spectrum.dtype)
            spectrum = torch.cat([zeros, spectrum, zeros], axis)
        x = torch.fft.ifft(torch.fft.ifftshift(spectrum, axis), dim=axis).real * count / other
    return x


case("ideal", [5, 8, 9], lambda x: low_pass(x, (4, 3), 0)[:, :, ::2, ::3])
case("ideal-halved", [5, 8, 12], lambda x: low_pass(x, (4, 6), 0.5)[:, :, ::2, ::2])
case("spectral", [5, 9, 7], lambda x: crop(x, (5, 3)))
case("spectral-up", [5, 5, 7], lambda x: crop(x, (7, 15)))


def filtered(function):
    def run(x):
        size = (2 * x.shape[2], 2 * x.shape[3])
        fine = torch.zeros(*x.shape[:2], *size)
        fine[:, :, ::2, ::2] = 4 * x
        fine = low_pass(fine, x.shape[2:], 0)
        return low_pass(function(fine), x.shape[2:], 0)[:, :, ::2, ::2]
    return run


case("filtered-gelu", [5, 5, 7], filtered(F.gelu))
case("filtered-polynomial", [5, 5, 7], filtered(lambda x: 0.5 + x - 0.25 * x**2 + 0.125 * x**3))


def adaptive(joint):
    def run(x, weight):
        n, c, h, w = x.shape
        logits = F.conv2d(x, weight).reshape(n, 2, 9, h * w)
        taps = F.softmax(logits.reshape(n, 18, -1), 1).reshape(logits.shape) if joint else \
            F.softmax(logits, 2)
        windows = F.unfold(F.pad(x, (1, 1, 1, 1), mode="reflect"), 3).reshape(n, 2, c // 2, 9, h * w)
        return (windows * taps[:, :, None]).sum(3).reshape(n, c, h, w)[:, :, ::2, ::2]
    return run


for joint in [False, True]:
    case(f"adaptive-{'joint' if joint else 'group'}", [4, 5, 6], adaptive(joint),
         {"weight": single([18, 4, 1, 1])})

# Phases


def phases(x):
    return torch.stack([x[:, :, i::2, j::2] for i in range(2) for j in range(2)], 1)


def polyphase(x):
    """The phase with the largest norm; which one it is counts as given."""
    all = phases(x)
    best = all.square().sum((2, 3, 4)).argmax(1)
    return all[torch.arange(len(x)), best]


case("polyphase", [5, 6, 8], polyphase)

NOISE = -(-torch.rand(2, 4).log()).log()
TEMPERATURE = 0.625


def learned(x, conv1, conv2):
    """Learned polyphase sampling in training: the Gumbel-softmax of the scores weighs the phases."""
    def score(phase):
        y = F.relu(F.conv2d(F.pad(phase, (1, 1, 1, 1), mode="circular"), conv1))
        return F.conv2d(F.pad(y, (1, 1, 1, 1), mode="circular"), conv2).mean((1, 2, 3))
    all = phases(x)
    scores = torch.stack([score(all[:, k]) for k in range(4)], 1)
    weights = F.softmax((scores + NOISE.float().double()) / TEMPERATURE, 1)
    return (weights[:, :, None, None, None] * all).sum(1)


case("learned-polyphase", [5, 6, 8], learned,
     {"conv1": single([3, 5, 3, 3]), "conv2": single([1, 3, 3, 3])})
arrays["learned-polyphase/noise"] = NOISE

np.savez(sys.argv[1], **{k: v.detach().float().numpy() for k, v in arrays.items()})
