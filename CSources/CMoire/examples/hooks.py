"""Reads every strided layer of a torchvision network with forward hooks.

    MOIRE_LIBRARY=.../libmoire.so python hooks.py resnet18 [checkpoint.pt]

A strided layer computes, in effect, a dense map and keeps every s-th position of it. What can
alias is that dense map, not the layer's input: the kernel itself removes or makes high frequencies.
So the hook runs the layer once more at stride 1, and the spectrum is taken there. The reading
stands right after the layer, before its normalisation and activation; pools that a network calls
as functions have no module and are not seen.
"""

import sys

import torch
import torch.nn.functional as F
from torch import nn

import moire


def pair(value):
    return tuple(value) if isinstance(value, (tuple, list)) else (value, value)


def padding_of(layer):
    return (0, 0) if layer.padding == "valid" else pair(layer.padding)


def missing(layer, size, count):
    """Samples per axis that `count` dense positions need behind the map, its padding included."""
    kernel, dilation = pair(layer.kernel_size), pair(getattr(layer, "dilation", 1))
    return [
        max(n + d * (k - 1) - (length + p), 0)
        for n, d, k, length, p in zip(count, dilation, kernel, size, padding_of(layer))]


def dense(layer, x, output):
    """The layer at stride 1: s · M positions per axis, of which every s-th is in the output.

    Where its own padding gives fewer positions, it goes on in its own kind: zeros for convolutions
    and averages, the map's own values for circular padding, nothing (-inf) for maxima.
    """
    count = [s * m for s, m in zip(pair(layer.stride), output.shape[-2:])]
    (top, left), (bottom, right) = padding_of(layer), missing(layer, x.shape[-2:], count)
    around = (left, right, top, bottom)
    if isinstance(layer, nn.Conv2d):
        mode = "constant" if layer.padding_mode == "zeros" else layer.padding_mode
        full = F.conv2d(
            F.pad(x, around, mode), layer.weight, layer.bias, 1, 0, layer.dilation, layer.groups)
    elif isinstance(layer, nn.MaxPool2d):
        # Behind the map its last sample repeats: a window that still holds samples holds that one.
        padded = F.pad(x, (0, right, 0, bottom), "replicate")
        padded = F.pad(padded, (left, 0, top, 0), value=-torch.inf)
        full = F.max_pool2d(padded, layer.kernel_size, 1)
    else:
        full = F.avg_pool2d(F.pad(x, around), layer.kernel_size, 1)
    return full[..., : count[0], : count[1]]


def is_strided(layer):
    if isinstance(layer, nn.Conv2d):
        return max(pair(layer.stride)) > 1
    if isinstance(layer, nn.MaxPool2d):
        return max(pair(layer.stride)) > 1 and pair(layer.dilation) == (1, 1)
    # An average that leaves its padding out, or divides by something else, is not a convolution.
    return (
        isinstance(layer, nn.AvgPool2d) and max(pair(layer.stride)) > 1
        and (layer.count_include_pad or pair(layer.padding) == (0, 0))
        and not layer.ceil_mode and not layer.divisor_override)


def read_strided(network, images):
    """{path: Reading} of every strided convolution and pool, in the order they run."""
    readings, readers, hooks = {}, {}, []

    def hook_for(path):
        def hook(layer, inputs, output):
            with torch.no_grad():
                full = dense(layer, inputs[0], output)
            stride = pair(layer.stride)
            torch.testing.assert_close(full[..., :: stride[0], :: stride[1]], output)
            key = (tuple(full.shape[-2:]), stride)
            if key not in readers:
                readers[key] = moire.Reader(*key)
            readings[path] = readers[key].read(full.numpy(force=True))
        return hook

    for path, layer in network.named_modules():
        if is_strided(layer):
            hooks.append(layer.register_forward_hook(hook_for(path)))
    try:
        with torch.no_grad():
            network(images)
    finally:
        for hook in hooks:
            hook.remove()
    return readings


def main(name="resnet18", checkpoint=None):
    import torchvision

    torch.manual_seed(0)
    network = torchvision.models.get_model(name, weights=None).eval()
    if checkpoint:
        network.load_state_dict(torch.load(checkpoint, map_location="cpu"))
    images = torch.randn(2, 3, 224, 224)
    print(f"{'layer':<32} {'stride':>7} {'grid':>9} {'alias':>7} {'AC':>7}")
    for path, reading in read_strided(network, images).items():
        layer = network.get_submodule(path)
        stride = "x".join(map(str, pair(layer.stride)))
        grid = "x".join(map(str, reading.grid))
        print(
            f"{path:<32} {stride:>7} {grid:>9} {reading.alias_fraction:7.2%} "
            f"{reading.alias_fraction_ac:7.2%}")


if __name__ == "__main__":
    main(*sys.argv[1:])
