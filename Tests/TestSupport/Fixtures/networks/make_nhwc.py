"""Writes ONNX files in the way of tf2onnx: maps stand channels last between the operators.

usage: python make_nhwc.py FOLDER

Every Conv and pool has a Transpose to NCHW before it and one back behind it; biases, activations,
concatenations, means and pads see NHWC. Weights are random; check the files with check_zoo.py.
Needs numpy and onnx.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

rng = np.random.default_rng(5)


class Graph:
    def __init__(self):
        self.nodes, self.constants, self.count = [], [], 0

    def constant(self, array):
        name = f"const_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def weights(self, *shape):
        scale = np.sqrt(2 / max(1, np.prod(shape[1:])))
        return self.constant((rng.standard_normal(shape) * scale).astype(np.float32))

    def ints(self, *values):
        return self.constant(np.array(values, np.int64))

    def node(self, kind, *inputs, **attributes):
        self.count += 1
        output = f"model/{kind.lower()}_{self.count}:0"
        self.nodes.append(helper.make_node(kind, inputs, [output], f"model/{kind}_{self.count}", **attributes))
        return output

    def inside(self, x, kind, *inputs, **attributes):
        """An operator that knows NCHW only."""
        x = self.node("Transpose", x, perm=[0, 3, 1, 2])
        return self.node("Transpose", self.node(kind, x, *inputs, **attributes), perm=[0, 2, 3, 1])

    def convolution(self, x, c, o, k, stride, groups=1, activation="Relu", pad="SAME_UPPER"):
        w = self.weights(o, c // groups, k, k)
        x = self.inside(x, "Conv", w, strides=[stride, stride], group=groups, auto_pad=pad)
        x = self.node("Add", x, self.weights(o))
        if activation == "Relu6":
            low, high = (self.constant(np.array(v, np.float32)) for v in (0, 6))
            return self.node("Clip", x, low, high)
        return self.node(activation, x) if activation else x

    def save(self, path, output, rank, size, batch, opset=13):
        image = helper.make_tensor_value_info("input", TensorProto.FLOAT, [batch, *size, 3])
        result = helper.make_tensor_value_info(output, TensorProto.FLOAT, [f"d{i}" for i in range(rank)])
        graph = helper.make_graph(self.nodes, "tf2onnx", [image], [result], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
        model.producer_name = "tf2onnx"
        onnx.checker.check_model(model)
        onnx.save(model, path)


def residual(g, x, c):
    y = g.convolution(x, c, c, 3, 1)
    y = g.convolution(y, c, c, 3, 1, activation=None)
    return g.node("Relu", g.node("Add", x, y))


def classifier(g, x, c, keep):
    if keep:
        x = g.node("ReduceMean", x, axes=[1, 2], keepdims=1)
        x = g.node("Squeeze", x, g.ints(1, 2))
    else:
        x = g.node("ReduceMean", x, axes=[1, 2], keepdims=0)
    x = g.node("Add", g.node("MatMul", x, g.weights(c, 10)), g.weights(10))
    return g.node("Softmax", x, axis=-1)


def resnet():
    g = Graph()
    pads = g.ints(0, 3, 3, 0, 0, 3, 3, 0)
    x = g.convolution(g.node("Pad", "input", pads), 3, 16, 7, 2, pad="VALID")
    x = g.inside(x, "MaxPool", kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER")
    x = residual(g, x, 16)
    y = g.convolution(x, 16, 24, 3, 2, activation=None)
    z = g.convolution(x, 16, 24, 1, 2, activation=None)
    x = g.node("Relu", g.node("Add", y, z))
    return g, classifier(g, x, 24, True), 2


def mobile():
    g = Graph()
    x = g.convolution("input", 3, 8, 3, 2, activation="Relu6")
    x = g.convolution(x, 8, 8, 3, 1, groups=8, activation="Relu6")
    x = g.convolution(x, 8, 16, 1, 1, activation=None)
    gate = g.node("ReduceMean", x, axes=[1, 2], keepdims=1)
    gate = g.convolution(gate, 16, 4, 1, 1)
    gate = g.node("Sigmoid", g.convolution(gate, 4, 16, 1, 1, activation=None))
    x = g.node("Mul", x, gate)
    y = g.node("Mul", x, g.node("Sigmoid", x))
    x = g.node("Concat", x, y, axis=3)
    x = g.inside(x, "AveragePool", kernel_shape=[2, 2], strides=[2, 2], auto_pad="SAME_UPPER")
    return g, classifier(g, x, 32, False), 2


def normalised():
    g = Graph()
    x = g.convolution("input", 3, 12, 3, 2, activation="Elu")
    vectors = [g.weights(12), g.weights(12), g.weights(12), g.constant(np.full(12, 0.5, np.float32))]
    x = g.inside(x, "BatchNormalization", *vectors, epsilon=1e-3)
    x = g.inside(x, "Resize", "", g.constant(np.array([1, 1, 2, 2], np.float32)), mode="linear",
                 coordinate_transformation_mode="half_pixel")
    x = g.node("LeakyRelu", x, alpha=0.2)
    x = g.node("Pad", x, g.ints(0, 1, 2, 0, 0, 1, 0, 0), mode="reflect")
    starts, ends, axes = g.ints(0, 0), g.ints(-1, -1), g.ints(1, 2)
    x = g.node("Slice", x, starts, ends, axes)
    x = g.convolution(x, 12, 6, 3, 1, activation="Tanh")
    return g, x, 4


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    for build in (resnet, mobile, normalised):
        for name, size, batch in (("open", (None, None), None), ("fixed", (33, 46), 1)):
            g, output, rank = build()
            path = Path(sys.argv[1]) / f"{build.__name__}-{name}.onnx"
            g.save(path, output, rank, ["h" if s is None else s for s in size], batch or "n")


if __name__ == "__main__":
    main()
