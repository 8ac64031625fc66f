"""Exports the classification and segmentation networks of torchvision, timm and antialiased-cnns.

usage: python make_zoo.py OUT_FOLDER [--shim FOLDER_WITH_tv_shim] [NAME ...]

For each network OUT_FOLDER gets NAME.ts.onnx (TorchScript exporter, opset 17) and NAME.dyn.onnx
(dynamo exporter), with random weights and random running statistics from a fixed seed. Height, width
and batch are open where the exporter can leave them open; else, at the end of the line printed, the
fixed size. check_zoo.py compares the files with onnxruntime. Needs torch, torchvision, timm, onnx,
onnxscript, antialiased-cnns.
"""

import argparse
import sys
import warnings
import zlib
from pathlib import Path

warnings.filterwarnings("ignore")

TORCHVISION = """alexnet vgg11 vgg16_bn resnet18 resnet50 resnext50_32x4d wide_resnet50_2 densenet121
    googlenet inception_v3 squeezenet1_0 squeezenet1_1 shufflenet_v2_x0_5 shufflenet_v2_x1_0 mobilenet_v2
    mobilenet_v3_small mobilenet_v3_large mnasnet0_5 mnasnet1_0 efficientnet_b0 efficientnet_v2_s
    regnet_x_400mf regnet_y_400mf convnext_tiny""".split()
SEGMENTATION = ["fcn_resnet50", "deeplabv3_resnet50", "deeplabv3_mobilenet_v3_large"]
TIMM = ["resnetblur50", "tf_efficientnet_b0", "convnext_atto", "regnety_002"]
ANTIALIASED = ["resnet18", "densenet121", "mobilenet_v2"]
NAMES = TORCHVISION + SEGMENTATION + [f"timm-{n}" for n in TIMM] + [f"aa-{n}" for n in ANTIALIASED]


def built(name):
    import torch
    import torchvision

    torch.manual_seed(zlib.crc32(name.encode()))
    if name.startswith("timm-"):
        import timm

        return timm.create_model(name[5:])
    if name.startswith("aa-"):
        import antialiased_cnns

        return getattr(antialiased_cnns, name[3:])(pretrained=False)
    if name in SEGMENTATION:
        network = getattr(torchvision.models.segmentation, name)(
            weights=None, weights_backbone=None, num_classes=21)

        class Out(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.network = network

            def forward(self, x):
                return self.network(x)["out"]

        return Out()
    extra = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    return getattr(torchvision.models, name)(weights=None, **extra)


def randomised(network, name):
    """Running statistics, scales and shifts that no layer can be left out with unnoticed."""
    import torch

    torch.manual_seed(zlib.crc32(name.encode()) + 1)
    for module in network.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            module.running_mean.normal_(0, 0.2)
            module.running_var.uniform_(0.5, 1.5)
            if module.affine:
                module.weight.data.uniform_(0.7, 1.3)
                module.bias.data.normal_(0, 0.2)
        elif isinstance(module, (torch.nn.LayerNorm, torch.nn.GroupNorm)) and module.weight is not None:
            module.weight.data.uniform_(0.7, 1.3)
            module.bias.data.normal_(0, 0.2)
    for key, value in network.named_parameters():
        if key.endswith(("layer_scale", "gamma")):
            value.data.uniform_(0.2, 1)
    return network.eval()


def export(network, path, dynamo, fixed, size):
    import torch

    x = torch.randn(2, 3, *size)
    if dynamo:
        n = torch.export.Dim("n")
        h, w = ((torch.export.Dim.AUTO,) * 2 if not fixed else (None, None))
        torch.onnx.export(
            network, (x,), str(path), dynamo=True, external_data=False, verbose=False,
            dynamic_shapes=({0: n, 2: h, 3: w} if not fixed else {0: n},))
    else:
        axes = {0: "n"} if fixed else {0: "n", 2: "h", 3: "w"}
        torch.onnx.export(
            network, x, str(path), dynamo=False, opset_version=17, input_names=["x"],
            output_names=["y"], dynamic_axes={"x": axes, "y": {0: "n"}})


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--shim")
    arguments = parser.parse_args()
    if arguments.shim:
        sys.path.insert(0, arguments.shim)
        import tv_shim  # noqa: F401
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.names or NAMES:
        network = randomised(built(name), name)
        for kind in ("ts", "dyn"):
            path = arguments.out / f"{name}.{kind}.onnx"
            if path.exists():
                continue
            for fixed in (False, True):
                size = (224, 224) if fixed else (256, 288)
                try:
                    export(network, path, kind == "dyn", fixed, size)
                    print(path.name, "fixed" if fixed else "open", flush=True)
                    break
                except Exception as error:
                    path.unlink(missing_ok=True)
                    reason = str(error).strip().split("\n")[0][:120]
                    print(path.name, "fixed" if fixed else "open", "not exported:", reason, flush=True)


if __name__ == "__main__":
    main()
