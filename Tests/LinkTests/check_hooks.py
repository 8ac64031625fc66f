"""hooks.py on layers whose readings are known, and on a whole network; run by LinkTests."""

import torch
from torch import nn

import hooks


def read(layer, size=(64, 64), channels=1):
    torch.manual_seed(1)
    images = torch.randn(4, channels, *size)
    readings = hooks.read_strided(nn.Sequential(layer), images)
    return readings["0"]


# A kernel of one tap hands white noise on: 3/4 of its bins lie outside the box of stride 2.
identity = nn.Conv2d(1, 1, 1, stride=2, bias=False)
nn.init.ones_(identity.weight)
assert abs(read(identity).alias_fraction - 0.75) < 0.01
assert abs(read(nn.MaxPool2d(1, 2)).alias_fraction - 0.75) < 0.01
# Two equal taps per axis leave 0.33037 (large N): |cos πf|² over the box and outside of it.
assert abs(read(nn.AvgPool2d(2), (512, 512)).alias_fraction - 0.33037) < 0.005

# Whatever size, padding and kind: the hook itself asserts that every s-th dense position is the
# layer's output, and the dense grid is s times the output.
for size in [(32, 32), (31, 33), (7, 50), (64, 1)]:
    for layer in [
        nn.Conv2d(2, 3, 1, 2), nn.Conv2d(2, 3, 1, 3, padding=1),
        nn.Conv2d(2, 3, 3, (2, 1), padding=1), nn.Conv2d(2, 4, 3, 2, 2, dilation=2, groups=2),
        nn.Conv2d(2, 3, (1, 7), 4, (0, 3), padding_mode="circular" if size[1] > 3 else "zeros"),
        nn.MaxPool2d(1, 2), nn.MaxPool2d(3, 2, 1), nn.MaxPool2d(2, 2, ceil_mode=True),
        nn.AvgPool2d(1, 2), nn.AvgPool2d(3, (2, 1), 1)]:
        if min(size) < 2 and layer.kernel_size == 2:
            continue
        with torch.no_grad():
            output = layer(torch.randn(1, 2, *size)).shape[-2:]
        grid = read(layer, size, 2).grid
        assert grid == tuple(s * m for s, m in zip(hooks.pair(layer.stride), output)), layer

try:
    import torchvision
except (ImportError, RuntimeError):
    print("torchvision is missing: no whole network is read")
else:
    torch.manual_seed(0)
    network = torchvision.models.resnet18(weights=None).eval()
    readings = hooks.read_strided(network, torch.randn(1, 3, 96, 96))
    assert list(readings) == [
        "conv1", "maxpool", "layer2.0.conv1", "layer2.0.downsample.0", "layer3.0.conv1",
        "layer3.0.downsample.0", "layer4.0.conv1", "layer4.0.downsample.0"]
    assert all(0 < reading.alias_fraction < 1 for reading in readings.values())
print("hooks.py reads every strided layer")
