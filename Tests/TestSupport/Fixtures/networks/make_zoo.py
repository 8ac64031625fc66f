"""Exports the classification and segmentation networks of torchvision, timm and antialiased-cnns.

usage: python make_zoo.py OUT_FOLDER [NAME ...] [--shim FOLDER_WITH_tv_shim]

For each network OUT_FOLDER gets NAME.ts.onnx (TorchScript exporter, opset 17) and NAME.dyn.onnx
(dynamo exporter), with random weights and random running statistics from a fixed seed. Height, width
and batch are open where the exporter can leave them open; else "fixed" stands at the end of the line
printed, and there is a second file NAME.KIND.wide.onnx for a size that is not square. Weights beyond
what a file may hold stand beside it. check_zoo.py compares the files with onnxruntime. Needs torch, torchvision, timm, onnx,
onnxscript, antialiased-cnns.
"""

import argparse
import sys
import warnings
import zlib
from pathlib import Path

warnings.filterwarnings("ignore")

# Every convolutional classifier, small ones first.
TORCHVISION = """squeezenet1_1 squeezenet1_0 shufflenet_v2_x0_5 mnasnet0_5 shufflenet_v2_x1_0
    mobilenet_v3_small mnasnet0_75 mobilenet_v2 shufflenet_v2_x1_5 regnet_y_400mf mnasnet1_0
    efficientnet_b0 mobilenet_v3_large regnet_x_400mf mnasnet1_3 regnet_y_800mf googlenet regnet_x_800mf
    shufflenet_v2_x2_0 efficientnet_b1 densenet121 efficientnet_b2 regnet_x_1_6gf regnet_y_1_6gf resnet18
    efficientnet_b3 densenet169 regnet_x_3_2gf regnet_y_3_2gf efficientnet_b4 densenet201 efficientnet_v2_s
    resnet34 resnext50_32x4d resnet50 inception_v3 convnext_tiny densenet161 efficientnet_b5 regnet_y_8gf
    regnet_x_8gf efficientnet_b6 resnet101 convnext_small efficientnet_v2_m regnet_x_16gf resnet152 alexnet
    efficientnet_b7 wide_resnet50_2 resnext101_64x4d regnet_y_16gf convnext_base resnext101_32x8d
    regnet_x_32gf efficientnet_v2_l wide_resnet101_2 vgg11 vgg11_bn vgg13 vgg13_bn vgg16 vgg16_bn vgg19
    vgg19_bn regnet_y_32gf convnext_large regnet_y_128gf""".split()
SEGMENTATION = """deeplabv3_mobilenet_v3_large fcn_resnet50 deeplabv3_resnet50 fcn_resnet101
    deeplabv3_resnet101""".split()
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


def export(network, path, dynamo, size, is_open):
    import torch

    x = torch.randn(2, 3, *size)
    if dynamo:
        n = torch.export.Dim("n")
        free = {2: torch.export.Dim.AUTO, 3: torch.export.Dim.AUTO} if is_open else {}
        # A protobuf file ends at 2 GB.
        is_large = sum(p.numel() for p in network.parameters()) > 4e8
        torch.onnx.export(
            network, (x,), str(path), dynamo=True, external_data=is_large, verbose=False,
            dynamic_shapes=({0: n, **free},))
    else:
        axes = {0: "n", 2: "h", 3: "w"} if is_open else {0: "n"}
        torch.onnx.export(
            network, x, str(path), dynamo=False, opset_version=17, input_names=["x"],
            output_names=["y"], dynamic_axes={"x": axes, "y": {0: "n"}})


def attempts(name):
    """What to try in turn: lists of (suffix, size), and whether height and width stay open."""
    # Adaptive pools behind these sizes have equal bins, which is all that the exporters know.
    wide = (224, 416) if name == "alexnet" else (224, 448)
    closed = [("", (224, 224)), (".wide", wide)], False
    # Their adaptive pools at an open size become indices that onnxruntime itself refuses.
    return [closed] if name.startswith(("alexnet", "vgg")) else [([("", (256, 288))], True), closed]


def export_all(name, network, out):
    for kind in ("ts", "dyn"):
        if (out / f"{name}.{kind}.onnx").exists():
            continue
        for files, is_open in attempts(name):
            paths = [(out / f"{name}.{kind}{suffix}.onnx", size) for suffix, size in files]
            label = "open" if is_open else "fixed"
            try:
                for path, size in paths:
                    export(network, path, kind == "dyn", size, is_open)
                    print(path.name, label, flush=True)
                break
            except Exception as error:
                for path, _ in paths:
                    path.unlink(missing_ok=True)
                reason = str(error).strip().split("\n")[0][:120]
                print(f"{name}.{kind}", label, "not exported:", reason, flush=True)


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
        export_all(name, randomised(built(name), name), arguments.out)


if __name__ == "__main__":
    main()
