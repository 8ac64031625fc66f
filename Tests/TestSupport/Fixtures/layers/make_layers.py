"""Writes layers.json: layers with inputs and the outputs that PyTorch and ONNX Runtime give.

Usage: python make_layers.py (needs torch, onnx and onnxruntime); the file in the repository was made
with torch 2.13.0 and onnxruntime 1.31.1.
"""
import json
import pathlib

import onnxruntime
import torch
from onnx import TensorProto, helper
from torch import nn
from torch.nn import functional as F

torch.manual_seed(7)
cases = []


def normal(*shape):
    """Normal values of a few digits."""
    return (torch.randn(*shape) * 128).round() / 128


def listed(tensor):
    return {"shape": list(tensor.shape), "values": [float(f"{v:.8g}") for v in tensor.flatten().tolist()]}


def case(name, x, y, kind, weight=None, bias=None, **parameters):
    entry = {"name": name, "kind": kind, "input": listed(x), "output": listed(y.detach())}
    if weight is not None:
        entry["weight"] = listed(weight.detach())
    if bias is not None:
        entry["bias"] = listed(bias.detach())
    cases.append(entry | {"parameters": parameters})


def resize_torch():
    x = normal(1, 2, 5, 4)
    modes = {
        "nearest": ("nearest-floor", "asymmetric", {}),
        "nearest-exact": ("nearest-roundPreferCeil", "halfPixel", {}),
        "bilinear": ("bilinear", "halfPixel", {"align_corners": False}),
        "bicubic": ("bicubic", "halfPixel", {"align_corners": False}),
    }
    for mode, (ours, coordinates, options) in modes.items():
        for size in [(10, 8), (3, 3), (7, 1), (5, 4)]:
            y = F.interpolate(x, size=size, mode=mode, **options)
            case(f"torch {mode} {size}", x, y, "resize", mode=ours, coordinates=coordinates, size=list(size))
        factors = [1.5, 0.75]
        y = F.interpolate(x, scale_factor=factors, mode=mode, **options)
        case(f"torch {mode} factors", x, y, "resize", mode=ours, coordinates=coordinates, factors=factors)
        if options:
            y = F.interpolate(x, size=(9, 6), mode=mode, align_corners=True)
            case(f"torch {mode} corners", x, y, "resize", mode=ours, coordinates="alignCorners", size=[9, 6])


def onnx_resize(x, attributes, sizes=None, scales=None):
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, list(x.shape))]
    constants = []
    if scales:
        constants.append(helper.make_tensor("scales", TensorProto.FLOAT, [4], [1, 1] + scales))
    if sizes:
        constants.append(helper.make_tensor("sizes", TensorProto.INT64, [4], list(x.shape[:2]) + sizes))
    names = ["x", "", "scales" if scales else ""] + (["sizes"] if sizes else [])
    node = helper.make_node("Resize", names, ["y"], **attributes)
    output = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph([node], "g", inputs, [output], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return torch.from_numpy(session.run(None, {"x": x.numpy()})[0])


def resize_onnx():
    x = normal(1, 2, 4, 6)
    rounding = {"floor": "floor", "ceil": "ceil", "round_prefer_floor": "roundPreferFloor",
                "round_prefer_ceil": "roundPreferCeil"}
    coordinates = {"half_pixel": "halfPixel", "pytorch_half_pixel": "pytorchHalfPixel",
                   "align_corners": "alignCorners", "asymmetric": "asymmetric"}
    for theirs, ours in coordinates.items():
        for rule, our_rule in rounding.items():
            # Factors of two: ties at exact halves, no position that hangs on a last bit.
            y = onnx_resize(x, dict(mode="nearest", coordinate_transformation_mode=theirs, nearest_mode=rule),
                            scales=[2.0, 0.5])
            case(f"onnx nearest {theirs} {rule}", x, y, "resize", mode=f"nearest-{our_rule}", coordinates=ours,
                 factors=[2.0, 0.5])
        for mode, our_mode in {"linear": "bilinear", "cubic": "bicubic"}.items():
            for sizes in [[7, 5], [1, 9]]:
                y = onnx_resize(x, dict(mode=mode, coordinate_transformation_mode=theirs), sizes=sizes)
                case(f"onnx {mode} {theirs} {sizes}", x, y, "resize", mode=our_mode, coordinates=ours, size=sizes)


def transposed():
    for channels, outputs, kernel, stride, pad, extra, dilation, groups in [
        (4, 6, 3, 2, 1, 1, 1, 1), (6, 3, 4, 2, 1, 0, 1, 3), (2, 4, (2, 3), (3, 1), 0, (2, 0), 1, 2),
        (3, 5, 3, 1, 2, 0, 2, 1), (4, 4, 5, (2, 3), (2, 1), 1, (1, 2), 4), (17, 2, 2, 2, 0, 0, 1, 1),
    ]:
        layer = nn.ConvTranspose2d(channels, outputs, kernel, stride, pad, extra, groups, True, dilation)
        x = normal(2, channels, 3, 4)
        pair = lambda v: list(v) if isinstance(v, tuple) else [v, v]
        case(f"transposed {channels} {outputs} {kernel} {stride}", x, layer(x), "transposed", layer.weight,
             layer.bias, stride=pair(stride), padding=pair(pad), outputPadding=pair(extra),
             dilation=pair(dilation), groups=groups)


def norms():
    x = normal(2, 6, 3, 5) * 2 + 1
    weight, bias = normal(6), normal(6)
    for groups in [1, 2, 3, 6]:
        case(f"group norm {groups}", x, F.group_norm(x, groups, weight, bias, 1e-3), "norm", weight, bias,
             norm=f"group-{groups}", epsilon=1e-3)
    case("instance norm", x, F.instance_norm(x, weight=weight, bias=bias), "norm", weight, bias, norm="instance",
         epsilon=1e-5)
    y = F.layer_norm(x.permute(0, 2, 3, 1), (6,), weight, bias, 1e-6).permute(0, 3, 1, 2)
    case("layer norm", x, y, "norm", weight, bias, norm="layer", epsilon=1e-6)
    case("layer norm of all", x, F.layer_norm(x, (6, 3, 5)), "norm", norm="layerAll", epsilon=1e-5)
    v = normal(3, 6)
    case("layer norm of vectors", v, F.layer_norm(v, (6,), weight, bias), "norm", weight, bias, norm="layer",
         epsilon=1e-5)


def pools():
    x = normal(2, 3, 7, 10)
    for size in [(1, 1), (3, 4), (7, 5), (9, 11), (2, 10)]:
        case(f"adaptive average {size}", x, F.adaptive_avg_pool2d(x, size), "adaptive", operation="average",
             size=list(size))
        case(f"adaptive max {size}", x, F.adaptive_max_pool2d(x, size), "adaptive", operation="max",
             size=list(size))


def convolutions():
    x = normal(2, 3, 7, 6)
    for mode in ["reflect", "replicate", "circular"]:
        layer = nn.Conv2d(3, 4, (3, 5), 2, (1, 2), padding_mode=mode)
        case(f"convolution {mode}", x, layer(x), "convolution", layer.weight, layer.bias, mode=mode, stride=[2, 2],
             padding=[1, 2])


def functions():
    x = torch.cat([torch.linspace(-4, 4, 33), torch.tensor([0.5, -0.5, 1e-3])]).reshape(1, 4, 3, 3)
    for name, y in {
        "selu": F.selu(x), "celu": F.celu(x, 1.3), "softsign": F.softsign(x), "mish": F.mish(x),
        "thresholdedRelu": F.threshold(x, 0.7, 0.0), "hardSwish": F.hardswish(x), "silu": F.silu(x),
        "gelu": F.gelu(x), "geluTanh": F.gelu(x, approximate="tanh"), "softplus": F.softplus(x),
    }.items():
        case(name, x, y, "function", function=name)
    slope = torch.tensor([0.25, -0.5, 0.0, 2.0])
    case("prelu", x, F.prelu(x, slope), "prelu", slope)
    case("prelu of one slope", x, F.prelu(x, slope[:1]), "prelu", slope[:1])
    case("shuffle", x, F.channel_shuffle(x, 2), "shuffle", groups=2)


for make in [resize_torch, resize_onnx, transposed, norms, pools, convolutions, functions]:
    make()
path = pathlib.Path(__file__).parent / "layers.json"
path.write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
print(len(cases), "cases,", path.stat().st_size, "bytes")
