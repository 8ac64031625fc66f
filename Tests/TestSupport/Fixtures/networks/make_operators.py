"""Writes small ONNX models of one or a few operators, an input and onnxruntime's output for each.

usage: python make_operators.py OUT_FOLDER

OUT_FOLDER gets NAME.onnx, NAME.input.npy and NAME.output.npy. Weights and inputs come from a fixed
seed per name, so adding a model changes no other. Needs numpy, onnx, onnxruntime.
"""

import sys
import zlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

SHAPE = [2, 6, 7, 9]
MODELS = {}


class Builder:
    """Collects nodes; `self(op, inputs...)` returns the name of the node's only output."""

    def __init__(self, name):
        self.random = np.random.default_rng(zlib.crc32(name.encode()))
        self.nodes, self.weights = [], []

    def __call__(self, operator, *inputs, **attributes):
        output = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(
            operator, list(inputs), [output], name=f"{operator.lower()}.{len(self.nodes)}",
            **attributes))
        return output

    def constant(self, name, values, dtype=np.float32):
        self.weights.append(numpy_helper.from_array(np.array(values, dtype), name))
        return name

    def weight(self, name, *shape, low=-0.5, high=0.5):
        return self.constant(name, self.random.uniform(low, high, shape))


def model(shape=SHAPE, opset=17):
    """Registers `build(b, x)`, which adds nodes and returns the output's name."""
    def register(build):
        MODELS[build.__name__.replace("_", "-")] = (build, shape, opset)
        return build
    return register


def convolution(b, x, outputs, inputs, kernel, bias=True, **attributes):
    names = [b.weight("conv.weight", outputs, inputs, *kernel)]
    if bias:
        names.append(b.weight("conv.bias", outputs))
    return b("Conv", x, *names, kernel_shape=kernel, **attributes)


@model()
def conv_groups_dilation(b, x):
    return convolution(b, x, 9, 2, [3, 2], group=3, dilations=[2, 3], pads=[2, 1, 2, 1])


@model()
def conv_asymmetric_pads(b, x):
    return convolution(b, x, 5, 6, [3, 4], pads=[0, 2, 1, 3], strides=[2, 1], bias=False)


@model()
def conv_same_upper(b, x):
    return convolution(b, x, 4, 6, [3, 3], auto_pad="SAME_UPPER", strides=[2, 2])


@model([2, 6, 6, 8])
def conv_same_lower(b, x):
    return convolution(b, x, 4, 6, [3, 3], auto_pad="SAME_LOWER", strides=[2, 2])


@model()
def conv_valid(b, x):
    return convolution(b, x, 4, 6, [4, 2], auto_pad="VALID", strides=[3, 2])


@model()
def conv_depthwise_stride2(b, x):
    return convolution(b, x, 6, 1, [3, 3], group=6, strides=[2, 2], pads=[1, 1, 1, 1])


@model()
def conv_depthwise_multiplier(b, x):
    return convolution(b, x, 12, 1, [5, 5], group=6, pads=[2, 2, 2, 2])


@model()
def conv_1x1_stride2(b, x):
    return convolution(b, x, 7, 6, [1, 1], strides=[2, 2])


@model()
def max_pool_ceil(b, x):
    return b("MaxPool", x, kernel_shape=[2, 3], strides=[2, 2], ceil_mode=1)


@model()
def max_pool_dilated(b, x):
    return b("MaxPool", x, kernel_shape=[3, 2], dilations=[2, 3], strides=[1, 2], pads=[1, 0, 1, 1])


@model()
def max_pool_asymmetric(b, x):
    return b("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[0, 1, 2, 0])


@model()
def max_pool_same_upper(b, x):
    return b("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2], auto_pad="SAME_UPPER")


@model()
def average_pool_exclude_pad(b, x):
    return b("AveragePool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])


@model()
def average_pool_include_pad(b, x):
    return b("AveragePool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1],
             count_include_pad=1)


@model([2, 6, 6, 8])
def average_pool_ceil(b, x):
    return b("AveragePool", x, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)


@model([2, 6, 6, 8])
def average_pool_ceil_include_pad(b, x):
    return b("AveragePool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 0, 0],
             ceil_mode=1, count_include_pad=1)


@model()
def batch_norm(b, x):
    b.weight("bn.weight", 6)
    b.weight("bn.bias", 6)
    b.weight("bn.running_mean", 6)
    b.weight("bn.running_var", 6, low=0.2, high=2)
    return b("BatchNormalization", x, "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var",
             epsilon=1e-3)


@model()
def conv_batch_norm_relu(b, x):
    x = convolution(b, x, 6, 6, [3, 3], pads=[1, 1, 1, 1], bias=False)
    return b("Relu", batch_norm(b, x))


@model()
def leaky_relu(b, x):
    return b("LeakyRelu", x, alpha=0.2)


@model()
def leaky_relu_default(b, x):
    return b("LeakyRelu", x)


@model()
def prelu(b, x):
    return b("PRelu", x, b.weight("act.weight", 6, 1, 1))


@model()
def elu(b, x):
    return b("Elu", x, alpha=0.7)


@model()
def clip_lower_only(b, x):
    return b("Clip", x, b.constant("low", -0.25))


@model()
def clip_upper_only(b, x):
    return b("Clip", x, "", b.constant("high", 0.5))


@model()
def clip_without_bounds(b, x):
    return b("Clip", x)


@model(opset=10)
def clip_attributes(b, x):
    return b("Clip", x, min=0.0, max=6.0)


@model()
def hard_swish(b, x):
    return b("HardSwish", x)


@model()
def hard_sigmoid(b, x):
    return b("HardSigmoid", x, alpha=1 / 6, beta=0.5)


@model()
def hard_sigmoid_default(b, x):
    return b("HardSigmoid", x)


@model()
def silu(b, x):
    return b("Mul", x, b("Sigmoid", x))


@model()
def tanh(b, x):
    return b("Tanh", x)


@model(opset=20)
def gelu(b, x):
    return b("Gelu", x)


@model(opset=20)
def gelu_tanh(b, x):
    return b("Gelu", x, approximate="tanh")


@model()
def gelu_erf(b, x):
    inner = b("Erf", b("Div", x, b.constant("root2", np.sqrt(2))))
    half = b("Mul", x, b("Add", inner, b.constant("one", 1)))
    return b("Mul", half, b.constant("half", 0.5))


@model()
def softmax_channels(b, x):
    return b("Softmax", x, axis=1)


@model([2, 10])
def softmax_classes(b, x):
    return b("Softmax", x)


@model([2, 10])
def gemm(b, x):
    return b("Gemm", x, b.weight("fc.weight", 7, 10), b.weight("fc.bias", 7), transB=1)


@model([2, 10])
def gemm_alpha_beta(b, x):
    return b("Gemm", x, b.weight("fc.weight", 10, 7), b.weight("fc.bias", 7), alpha=0.5, beta=-2.0)


@model([2, 10])
def gemm_without_bias(b, x):
    return b("Gemm", x, b.weight("fc.weight", 7, 10), transB=1)


@model([2, 3])
def gemm_trans_a(b, x):
    # Transposes the batch itself: a model that is only right at batch 2.
    return b("Gemm", x, b.weight("fc.weight", 2, 4), b.weight("fc.bias", 4), transA=1)


@model([2, 10])
def matmul_add(b, x):
    return b("Add", b("MatMul", x, b.weight("fc.weight", 10, 7)), b.weight("fc.bias", 7))


@model()
def concat(b, x):
    return b("Concat", x, b("Relu", x), convolution(b, x, 3, 6, [1, 1]), axis=1)


@model()
def add_broadcast(b, x):
    return b("Add", x, b("GlobalAveragePool", x))


@model()
def add_constant_channels(b, x):
    return b("Add", b.weight("shift", 1, 6, 1, 1), x)


@model()
def arithmetic_constants(b, x):
    x = b("Sub", x, b.weight("mean", 6, 1, 1))
    x = b("Div", x, b.weight("std", 6, 1, 1, low=0.5, high=2))
    return b("Sub", b.constant("three", 3), x)


@model()
def squeeze_excitation(b, x):
    s = b("GlobalAveragePool", x)
    s = b("Conv", s, b.weight("se.fc1.weight", 2, 6, 1, 1), b.weight("se.fc1.bias", 2))
    s = b("Conv", b("Relu", s), b.weight("se.fc2.weight", 6, 2, 1, 1), b.weight("se.fc2.bias", 6))
    return b("Mul", x, b("Sigmoid", s))


@model()
def residual_relu(b, x):
    return b("Relu", b("Add", convolution(b, x, 6, 6, [3, 3], pads=[1, 1, 1, 1]), x))


@model()
def flatten(b, x):
    return b("Flatten", x)


@model()
def reshape_minus_one(b, x):
    return b("Reshape", x, b.constant("shape", [0, -1], np.int64))


@model()
def reshape_shape_chain(b, x):
    batch = b("Gather", b("Shape", x), b.constant("zero", 0, np.int64))
    batch = b("Unsqueeze", batch, b.constant("axes", [0], np.int64))
    shape = b("Concat", batch, b.constant("rest", [-1], np.int64), axis=0)
    return b("Reshape", b("GlobalAveragePool", x), shape)


@model()
def reduce_mean(b, x):
    return b("ReduceMean", x, axes=[2, 3], keepdims=0)


@model()
def reduce_mean_negative_axes(b, x):
    return b("ReduceMean", x, axes=[-1, -2], keepdims=1)


@model(opset=18)
def reduce_mean_axes_input(b, x):
    return b("ReduceMean", x, b.constant("axes", [2, 3], np.int64), keepdims=0)


def padded(b, x, mode, *value):
    pads = b.constant("pads", [0, 0, 1, 2, 0, 0, 2, 1], np.int64)
    x = b("Pad", x, pads, *value, mode=mode)
    return convolution(b, x, 6, 1, [3, 3], group=6, strides=[2, 2])


@model()
def pad_constant_conv(b, x):
    return padded(b, x, "constant")


@model()
def pad_constant_value_conv(b, x):
    return padded(b, x, "constant", b.constant("value", 0.75))


@model()
def pad_reflect_conv(b, x):
    return padded(b, x, "reflect")


@model()
def pad_edge_conv(b, x):
    return padded(b, x, "edge")


@model(opset=19)
def pad_wrap_conv(b, x):
    return padded(b, x, "wrap")


@model()
def pad_negative(b, x):
    return b("Pad", x, b.constant("pads", [0, 0, -1, 2, 0, 0, 0, -3], np.int64))


@model()
def global_max_pool(b, x):
    return b("GlobalMaxPool", x)


def sliced(b, x, starts, ends, axes, steps):
    lists = [("starts", starts), ("ends", ends), ("axes", axes), ("steps", steps)]
    return b("Slice", x, *(b.constant(n, v, np.int64) for n, v in lists))


@model()
def slice_strided(b, x):
    return sliced(b, x, [0, 0], [2**62, 2**62], [2, 3], [2, 2])


@model()
def slice_strided_phase(b, x):
    return sliced(b, b("Relu", x), [1, -8], [2**31 - 1, -1], [2, -1], [2, 3])


@model()
def identity_dropout(b, x):
    return b("Relu", b("Dropout", b("Identity", x)))


def make(name, build, shape, opset):
    """The model, its input and onnxruntime's output."""
    b = Builder(name)
    output = build(b, "input")
    assert output == f"t{len(b.nodes) - 1}", "the last node has to be the output"
    b.nodes[-1].output[0] = "output"
    x = b.random.normal(0, 1.5, shape).astype(np.float32)
    free = lambda sizes: sizes if name == "gemm-trans-a" else ["batch", *sizes[1:]]
    described = lambda title, sizes: helper.make_tensor_value_info(title, TensorProto.FLOAT, sizes)
    graph = helper.make_graph(
        b.nodes, name, [described("input", free(shape))], [described("output", None)], b.weights)
    result = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", opset)], producer_name="moire fixtures",
        ir_version=8)
    session = onnxruntime.InferenceSession(
        result.SerializeToString(), providers=["CPUExecutionProvider"])
    y = session.run(None, {"input": x})[0]
    graph.output[0].CopyFrom(described("output", free(list(y.shape))))
    result.graph.CopyFrom(graph)
    onnx.checker.check_model(result, full_check=True)
    return result, x, y


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    out = Path(sys.argv[1])
    for name, registered in MODELS.items():
        built, x, y = make(name, *registered)
        onnx.save(built, out / f"{name}.onnx")
        np.save(out / f"{name}.input.npy", x)
        np.save(out / f"{name}.output.npy", y)
    print(f"{len(MODELS)} models with onnxruntime {onnxruntime.__version__}")


if __name__ == "__main__":
    main()
