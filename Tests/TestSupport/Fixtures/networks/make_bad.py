"""Writes files that an importer has to refuse with one clear line, and a few that are only special.

usage: python make_bad.py OUT_FOLDER

Needs numpy and onnx. README.md says what is wrong with each.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

RANDOM = np.random.default_rng(20240607)
INPUT = ["batch", 3, 8, 8]


def weight(name, *shape):
    return numpy_helper.from_array(RANDOM.uniform(-0.5, 0.5, shape).astype(np.float32), name)


def conv(inputs, output, name, **attributes):
    attributes = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], **attributes}
    return helper.make_node("Conv", inputs, [output], name=name, **attributes)


def model(nodes, weights, outputs=(("output", ["batch", 4, 8, 8]),), shape=INPUT, opset=17):
    graph = helper.make_graph(
        nodes, "bad", [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in outputs], weights)
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", opset)], producer_name="moire fixtures",
        ir_version=8)


def single_conv(*weights, inputs=("input", "conv.weight"), **attributes):
    return model([conv(list(inputs), "output", "conv", **attributes)], list(weights))


def good():
    return single_conv(weight("conv.weight", 4, 3, 3, 3))


def unsupported_op():
    nodes = [
        conv(["input", "conv.weight"], "scores", "conv"),
        helper.make_node("Reshape", ["scores", "shape"], ["flat"], name="reshape"),
        helper.make_node(
            "NonMaxSuppression", ["boxes", "flat", "count"], ["picked"], name="detector"),
        helper.make_node("Cast", ["picked"], ["output"], name="cast", to=TensorProto.FLOAT),
    ]
    constants = [
        weight("conv.weight", 4, 3, 3, 3), weight("boxes", 1, 64, 4),
        numpy_helper.from_array(np.array([1, 4, 64]), "shape"),
        numpy_helper.from_array(np.array([3]), "count"),
    ]
    return model(nodes, constants, (("output", ["picked", 3]),), [1, 3, 8, 8])


def unsupported_domain():
    built = good()
    built.graph.node[0].domain = "com.example"
    built.opset_import.append(helper.make_opsetid("com.example", 1))
    return built


def unknown_opset():
    built = good()
    built.opset_import[0].version = 9999
    return built


def filled_weight(value):
    values = numpy_helper.to_array(weight("conv.weight", 4, 3, 3, 3)).copy()
    values[2, 1, 0, 2] = value
    return single_conv(numpy_helper.from_array(values, "conv.weight"))


def overflowing_activation():
    values = numpy_helper.to_array(weight("conv.weight", 4, 3, 3, 3)).copy()
    values[2] = 3e38
    return single_conv(numpy_helper.from_array(values, "conv.weight"))


def missing_weight():
    return single_conv()


def dangling_input():
    nodes = [
        helper.make_node("Relu", ["nowhere"], ["rectified"], name="relu"),
        helper.make_node("Add", ["input", "rectified"], ["output"], name="add"),
    ]
    return model(nodes, [], (("output", INPUT),))


def cycle():
    nodes = [
        helper.make_node("Add", ["input", "second"], ["first"], name="add"),
        helper.make_node("Relu", ["first"], ["second"], name="relu"),
        helper.make_node("Relu", ["second"], ["output"], name="last"),
    ]
    return model(nodes, [], (("output", INPUT),))


def external_data_missing():
    tensor = TensorProto(name="conv.weight", data_type=TensorProto.FLOAT, dims=[4, 3, 3, 3])
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", "not-there.bin"), ("offset", "0"), ("length", "432")):
        tensor.external_data.add(key=key, value=value)
    return single_conv(tensor)


def external_data_escape():
    built = external_data_missing()
    built.graph.initializer[0].external_data[0].value = "../../../../../../etc/hostname"
    return built


def claimed(*dims):
    return single_conv(TensorProto(
        name="conv.weight", data_type=TensorProto.FLOAT, dims=dims, raw_data=bytes(4)))


def shape_mismatch():
    return single_conv(weight("conv.weight", 4, 5, 3, 3))


def negative_size():
    return single_conv(weight("conv.weight", 4, 3, 3, 3), pads=[1, 1, -9, 1])


def zero_stride():
    return single_conv(weight("conv.weight", 4, 3, 3, 3), strides=[0, 2])


def kernel_mismatch():
    return single_conv(weight("conv.weight", 4, 3, 3, 3), kernel_shape=[9, 9])


def head(features, prefix, classes, channels):
    nodes = [
        helper.make_node(
            "GlobalAveragePool", [features], [f"{prefix}.pool"], name=f"{prefix}.pool"),
        helper.make_node("Flatten", [f"{prefix}.pool"], [f"{prefix}.flat"], name=f"{prefix}.flat"),
        helper.make_node(
            "Gemm", [f"{prefix}.flat", f"{prefix}.weight", f"{prefix}.bias"], [prefix],
            name=f"{prefix}.fc", transB=1),
    ]
    weights = [weight(f"{prefix}.weight", classes, channels), weight(f"{prefix}.bias", classes)]
    return nodes, weights


def two_outputs():
    body = [
        conv(["input", "conv.weight"], "features", "conv", strides=[2, 2]),
        helper.make_node("Relu", ["features"], ["active"], name="relu"),
    ]
    coarse, coarse_weights = head("active", "coarse", 3, 4)
    fine, fine_weights = head("active", "fine", 5, 4)
    return model(
        body + coarse + fine, [weight("conv.weight", 4, 3, 3, 3), *coarse_weights, *fine_weights],
        (("coarse", ["batch", 3]), ("fine", ["batch", 5])))


def map_output():
    nodes = [
        conv(["input", "conv1.weight"], "a", "conv1"),
        helper.make_node("Relu", ["a"], ["b"], name="relu"),
        conv(["b", "conv2.weight", "conv2.bias"], "output", "conv2", strides=[2, 2]),
    ]
    weights = [
        weight("conv1.weight", 4, 3, 3, 3), weight("conv2.weight", 2, 4, 3, 3),
        weight("conv2.bias", 2),
    ]
    return model(nodes, weights, (("output", ["batch", 2, 4, 4]),))


def without_sites():
    return good()


MODELS = {
    "unsupported-op": unsupported_op,
    "unsupported-domain": unsupported_domain,
    "unknown-opset": unknown_opset,
    "nan-weight": lambda: filled_weight(np.nan),
    "infinite-weight": lambda: filled_weight(np.inf),
    "overflowing-activation": overflowing_activation,
    "missing-weight": missing_weight,
    "dangling-input": dangling_input,
    "cycle": cycle,
    "external-data-missing": external_data_missing,
    "external-data-escape": external_data_escape,
    "huge-dims": lambda: claimed(2**40, 1, 1, 1),
    "overflowing-dims": lambda: claimed(2**32, 2**32, 3, 3),
    "negative-dims": lambda: claimed(-4, 3, 3, 3),
    "short-weight": lambda: claimed(4, 3, 3, 3),
    "shape-mismatch": shape_mismatch,
    "negative-size": negative_size,
    "zero-stride": zero_stride,
    "kernel-mismatch": kernel_mismatch,
    "two-outputs": two_outputs,
    "map-output": map_output,
    "without-sites": without_sites,
}


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    out = Path(sys.argv[1])
    for name, build in MODELS.items():
        (out / f"{name}.onnx").write_bytes(build().SerializeToString())
    whole = good().SerializeToString()
    (out / "truncated.onnx").write_bytes(whole[: len(whole) * 3 // 5])
    (out / "not-onnx.onnx").write_text("This is a text file that calls itself a network.\n")
    (out / "empty.onnx").write_bytes(b"")


if __name__ == "__main__":
    main()
