"""Reference data for the zoo: parameter names and shapes, and answers for weights in closed form.

    python reference.py zoo.json

Needs torch and torchvision. Weights and inputs are functions of the parameter's name and the index (see
`fill`), which ZooTests.swift computes too, so that only the answers need to be stored.
"""

import json
import sys

import numpy as np
import torch
from torch import nn
from torchvision import models

CLASSES = 10
# The smallest member of each family has its parameters in full, the others as a digest.
IN_FULL = [
    "alexnet", "vgg11", "vgg11_bn", "resnet18", "resnext50_32x4d", "densenet121", "mobilenet_v2",
    "mobilenet_v3_small", "squeezenet1_1", "convnext_tiny", "unet", "cifar_resnet20", "cifar_vgg11",
]
IMAGENET = [
    "alexnet", "vgg11", "vgg11_bn", "vgg13", "vgg13_bn", "vgg16", "vgg16_bn", "vgg19", "vgg19_bn",
    "resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "resnext50_32x4d",
    "resnext101_32x8d", "resnext101_64x4d", "wide_resnet50_2", "wide_resnet101_2", "densenet121",
    "densenet161", "densenet169", "densenet201", "mobilenet_v2", "mobilenet_v3_large",
    "mobilenet_v3_small", "squeezenet1_0", "squeezenet1_1", "convnext_tiny", "convnext_small",
]


def fnv(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


def uniform(name, count):
    """SplitMix64 of fnv(name) + index·golden, the upper 24 bits as a number in [-1, 1)."""
    z = np.uint64(fnv(name)) + (np.arange(count, dtype=np.uint64) + np.uint64(1)) * np.uint64(
        0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) * 2.0**-23 - 1.0


def fill(name, shape):
    u = uniform(name, int(np.prod(shape)))
    if name.endswith("layer_scale"):
        values = 0.5 + 0.2 * u
    elif len(shape) > 1:
        values = u * np.sqrt(6.0 / np.prod(shape[1:]))
    elif name.endswith("running_var"):
        values = 1.0 + 0.2 * u
    elif name.endswith("running_mean") or name.endswith("bias"):
        values = 0.1 * u
    else:
        values = 0.8 + 0.2 * u
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


class CifarVGG(nn.Module):
    """VGG for 32×32: the convolutions of vggN_bn, the mean, one fully connected layer."""

    def __init__(self, layers, classes):
        super().__init__()
        self.features = getattr(models, f"vgg{layers}_bn")(weights=None).features
        self.classifier = nn.Linear(512, classes)

    def forward(self, x):
        return self.classifier(self.features(x).mean((2, 3)))


class NarrowResNet(models.ResNet):
    """He et al. 2016, section 4.2: stages of 16, 32, 64 channels; shortcuts are projections."""

    def __init__(self, depth, classes):
        super().__init__(models.resnet.BasicBlock, [1, 1, 1, 1], num_classes=classes)
        self.inplanes = 16
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.maxpool = nn.Identity()
        self.layer1 = self._make_layer(models.resnet.BasicBlock, 16, depth)
        self.layer2 = self._make_layer(models.resnet.BasicBlock, 32, depth, stride=2)
        self.layer3 = self._make_layer(models.resnet.BasicBlock, 64, depth, stride=2)
        self.layer4 = nn.Identity()
        self.fc = nn.Linear(64, classes)


class Pair(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.double_conv = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())

    def forward(self, x):
        return self.double_conv(x)


class Down(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.maxpool_conv = nn.Sequential(nn.MaxPool2d(2), Pair(inputs, outputs))

    def forward(self, x):
        return self.maxpool_conv(x)


class Up(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.up = nn.ConvTranspose2d(inputs, outputs, 2, stride=2)
        self.conv = Pair(inputs, outputs)
        self.mode = "constant"

    def forward(self, x, skip):
        x = self.up(x)
        rows, columns = skip.shape[2] - x.shape[2], skip.shape[3] - x.shape[3]
        x = nn.functional.pad(
            x, [columns // 2, columns - columns // 2, rows // 2, rows - rows // 2], self.mode)
        return self.conv(torch.cat([skip, x], 1))


class UNet(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.inc = Pair(3, 64)
        self.down1, self.down2 = Down(64, 128), Down(128, 256)
        self.down3, self.down4 = Down(256, 512), Down(512, 1024)
        self.up1, self.up2 = Up(1024, 512), Up(512, 256)
        self.up3, self.up4 = Up(256, 128), Up(128, 64)
        self.outc = nn.ModuleDict({"conv": nn.Conv2d(64, classes, 1)})

    def forward(self, x):
        skips = [self.inc(x)]
        for down in [self.down1, self.down2, self.down3, self.down4]:
            skips.append(down(skips[-1]))
        x = skips.pop()
        for up in [self.up1, self.up2, self.up3, self.up4]:
            x = up(x, skips.pop())
        return self.outc["conv"](x)


def cifar_resnet(name, classes):
    layers = int(name.removeprefix("cifar_resnet"))
    if layers in (18, 34, 50):
        model = getattr(models, f"resnet{layers}")(weights=None, num_classes=classes)
        model.conv1 = nn.Conv2d(3, 64, 3, padding=1, bias=False)
        model.maxpool = nn.Identity()
        return model
    return NarrowResNet((layers - 2) // 6, classes)


def build(name, classes):
    if name in IMAGENET:
        return getattr(models, name)(weights=None, num_classes=classes)
    if name == "unet":
        return UNet(classes)
    if name.startswith("cifar_vgg"):
        return CifarVGG(int(name.removeprefix("cifar_vgg")), classes)
    return cifar_resnet(name, classes)


def circular(model):
    """Periodic borders wherever the model pads: convolutions, and max-pools without ceil mode."""
    for module in model.modules():
        if isinstance(module, Up):
            module.mode = "circular"
        for key, child in list(module.named_children()):
            if isinstance(child, nn.Conv2d) and any(child.padding):
                child.padding_mode = "circular"
                child._reversed_padding_repeated_twice = [
                    p for p in reversed(child.padding) for _ in range(2)]
            if isinstance(child, nn.MaxPool2d) and child.padding:
                pad = child.padding
                setattr(module, key, nn.Sequential(
                    nn.CircularPad2d(pad), nn.MaxPool2d(child.kernel_size, child.stride)))
    return model


def state(model):
    return {k: v for k, v in model.state_dict().items() if not k.endswith("num_batches_tracked")}


def answer(model, size):
    loaded = model.load_state_dict(
        {k: fill(k, list(v.shape)) for k, v in state(model).items()}, strict=False)
    assert all(k.endswith("num_batches_tracked") for k in loaded.missing_keys)
    values = uniform("input", 3 * size[0] * size[1]).astype(np.float32)
    with torch.no_grad():
        # Double precision: the stored answer has no rounding of its own.
        return model.double().eval()(
            torch.from_numpy(values).double().reshape(1, 3, *size))[0]


def points(answer):
    """A few positions of an answer that is a map."""
    return answer[:, ::17, ::19].flatten()


def entry(name):
    usual = 2 if name == "unet" else 10 if name.startswith("cifar") else 1000
    parameters = {k: list(v.shape) for k, v in state(build(name, usual)).items()}
    lines = "".join(f"{k}:{','.join(map(str, v))}\n" for k, v in sorted(parameters.items()))
    size = [32, 40] if name.startswith("cifar") else [64, 80]
    if name.startswith("convnext"):
        size = [128, 160]  # torch pads periodically by no more than the map
    if name == "unet":
        size = [35, 50]
    result = {
        "count": len(parameters),
        "values": sum(int(np.prod(v)) for v in parameters.values()),
        "digest": f"{fnv(lines):016x}",
        "size": size,
    }
    logits = answer(build(name, CLASSES), size)
    if name == "unet":
        logits = points(logits)
    result["answer"] = [float(f"{x:.9g}") for x in logits.tolist()]
    if name in IN_FULL:
        result["parameters"] = parameters
        if name != "squeezenet1_1":
            periodic = answer(circular(build(name, CLASSES)), size)
            if name == "unet":
                periodic = points(periodic)
            result["circular"] = [float(f"{x:.9g}") for x in periodic.tolist()]
    print(name, result["count"], result["values"], result["answer"][:3], flush=True)
    return result


def main():
    names = IMAGENET + ["unet"]
    names += [f"cifar_vgg{n}" for n in (11, 13, 16, 19)]
    names += [f"cifar_resnet{n}" for n in (18, 34, 50, 20, 32, 44, 56, 110)]
    data = {name: entry(name) for name in names}
    lines = ",\n".join(f'"{k}": {json.dumps(v, separators=(",", ":"))}' for k, v in data.items())
    with open(sys.argv[1], "w") as file:
        file.write("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    np.seterr(over="ignore")
    main()
