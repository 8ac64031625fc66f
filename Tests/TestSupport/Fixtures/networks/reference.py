"""Independent reference computations for the network fixtures, in NumPy and PyTorch.

Activations in front of a sampling site come from onnxruntime (float32); the operation run densely,
the pointwise chain behind it, the spectra and every sum are computed here in float64.
"""

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from torch.nn import functional as F

AFFINE = {"BatchNormalization"}
ACTIVATIONS = {"Relu", "Clip"}
CONSTANT = 1e-12  # AC energy below this share of the total: a constant plane


def session(model):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def run(model, names, x):
    """Outputs for a batch; a model with a fixed batch of 1 gets image after image."""
    network = session(model)
    described = network.get_inputs()[0]
    parts = np.split(x, len(x)) if described.shape[0] == 1 else [x]
    results = [
        network.run(names, {described.name: np.ascontiguousarray(part)}) for part in parts]
    return [np.concatenate(values) for values in zip(*results)]


def attributes(node):
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


class Graph:
    """An ONNX graph with its constants and the readers of every tensor."""

    def __init__(self, path):
        self.model = onnx.load(path)
        self.nodes = self.model.graph.node
        self.constants = {i.name: numpy_helper.to_array(i) for i in self.model.graph.initializer}
        self.readers = {}
        for node in self.nodes:
            for name in node.input:
                self.readers.setdefault(name, []).append(node)
            if node.op_type == "Constant":
                self.constants[node.output[0]] = numpy_helper.to_array(attributes(node)["value"])
            if node.op_type == "Identity" and node.input[0] in self.constants:
                self.constants[node.output[0]] = self.constants[node.input[0]]

    def sites(self):
        """The strided convolutions and pools, in graph order."""
        return [
            node for node in self.nodes
            if node.op_type in ("Conv", "MaxPool")
            and max(attributes(node).get("strides", [1])) > 1
        ]

    def chain(self, node):
        """The unary pointwise nodes behind `node`; it stops at an add, a concat or a fork."""
        found, name = [], node.output[0]
        while len(self.readers.get(name, [])) == 1:
            reader = self.readers[name][0]
            if reader.op_type not in AFFINE | ACTIVATIONS:
                break
            found.append(reader)
            name = reader.output[0]
        return found

    def path(self, node):
        """The weight's name without `.weight`; else the node's scopes, nested containers merged."""
        if len(node.input) > 1 and node.input[1].endswith(".weight"):
            return node.input[1][: -len(".weight")]
        merged = []
        for scope in node.name.strip("/").split("/")[:-1]:
            if merged and scope.startswith(merged[-1] + "."):
                merged[-1] = scope
            else:
                merged.append(scope)
        return ".".join(merged)

    def activations(self, names, feed):
        """Values of inner tensors by onnxruntime, as float64."""
        extended = onnx.ModelProto()
        extended.CopyFrom(self.model)
        present = {o.name for o in extended.graph.output}
        for name in names:
            if name not in present:
                extended.graph.output.append(onnx.ValueInfoProto(name=name))
        values = run(extended, list(names), feed)
        return {n: v.astype(np.float64) for n, v in zip(names, values)}


def dense_map(graph, node, x):
    """The operation at stride 1 on exactly stride x output positions per axis: (map, s, M)."""
    a = attributes(node)
    kernel, stride = a["kernel_shape"], a["strides"]
    dilation, pads = a.get("dilations", [1, 1]), a.get("pads", [0, 0, 0, 0])
    if a.get("auto_pad", b"NOTSET") != b"NOTSET" or a.get("ceil_mode", 0):
        raise SystemExit(f"{node.name}: only explicit pads without ceil_mode are covered here")
    trailing, output = [0, 0], [0, 0]
    for axis in range(2):
        padded = x.shape[2 + axis] + pads[axis] + pads[2 + axis]
        dense = padded - dilation[axis] * (kernel[axis] - 1)
        output[axis] = (dense - 1) // stride[axis] + 1
        trailing[axis] = pads[2 + axis] + stride[axis] * output[axis] - dense
    fill = 0.0 if node.op_type == "Conv" else -np.inf
    padded = F.pad(
        torch.from_numpy(x), (pads[1], trailing[1], pads[0], trailing[0]), value=fill)
    if node.op_type == "Conv":
        weight = torch.from_numpy(graph.constants[node.input[1]].astype(np.float64))
        bias = graph.constants[node.input[2]].astype(np.float64) if len(node.input) > 2 else None
        y = F.conv2d(
            padded, weight, None if bias is None else torch.from_numpy(bias),
            dilation=dilation, groups=a.get("group", 1))
    else:
        y = F.max_pool2d(padded, kernel, 1, dilation=dilation)
        if not torch.isfinite(y).all():
            raise SystemExit(f"{node.name}: a window without a sample")
    return y.numpy(), stride, output


def apply(graph, node, x):
    """One node of a pointwise chain, in float64."""
    read = lambda index: graph.constants[node.input[index]].astype(np.float64)
    if node.op_type == "Relu":
        return np.maximum(x, 0)
    if node.op_type == "Clip":
        return np.clip(x, read(1), read(2))
    scale, shift, mean, variance = (read(i).reshape(-1, 1, 1) for i in range(1, 5))
    return (x - mean) / np.sqrt(variance + attributes(node).get("epsilon", 1e-5)) * scale + shift


def site_maps(graph, node, x):
    """Dense maps before and after the activation: (pre, final, stride, output size)."""
    y, stride, output = dense_map(graph, node, x)
    pre = None
    for link in graph.chain(node):
        if link.op_type in ACTIVATIONS and pre is None:
            pre = y
        y = apply(graph, link, y)
    return (y if pre is None else pre), y, stride, output


def inside(n, m):
    """[n] booleans: the DFT bins of n that lie among the bins -m/2 ... m/2 - 1 of m."""
    k = np.round(np.fft.fftfreq(n) * n).astype(int)
    return (k >= -(m // 2)) & (k <= (m - 1) // 2)


def power(x):
    return np.abs(np.fft.fft2(x)) ** 2


def fractions(p, box):
    """Energies over the last two axes: outside the box, total, total without DC."""
    total = p.sum((-2, -1))
    return (p * ~box).sum((-2, -1)), total, total - p[..., 0, 0]


def quartiles(values):
    q = np.quantile(values, [0.25, 0.5, 0.75]) if len(values) else [0.0] * 3
    return {"lower": float(q[0]), "median": float(q[1]), "upper": float(q[2])}


def reading(x, output):
    """Alias fractions of maps [images, channels, N, N]: pooled, per image, over channels."""
    box = np.outer(*(inside(n, m) for n, m in zip(x.shape[-2:], output)))
    outside, total, ac = fractions(power(x), box)
    ratio = lambda a, b: float(a.sum() / b.sum()) if b.sum() > 0 else 0.0
    o, t, c = outside.sum(0), total.sum(0), ac.sum(0)
    dead = t == 0
    constant = ~dead & (c < CONSTANT * t)
    live = ~dead & ~constant
    return {
        "alias_fraction": ratio(outside, total),
        "alias_fraction_ac": ratio(outside, ac),
        "per_image": {
            "alias_fraction": [ratio(outside[i], total[i]) for i in range(len(x))],
            "alias_fraction_ac": [ratio(outside[i], ac[i]) for i in range(len(x))],
        },
        "channels": {
            "count": int(x.shape[1]), "dead": int(dead.sum()), "constant": int(constant.sum()),
            "alias_fraction": quartiles(o[live] / t[live]),
            "alias_fraction_ac": quartiles(o[live] / c[live]),
        },
        "mean_square": float((x**2).mean()),
    }


def polyphase(x, stride, output):
    """Sum_d |Z_d - mean Z|^2 and Sum_d |Z_d|^2 per plane, the phases registered in the spectrum."""
    frequencies = [np.round(np.fft.fftfreq(m) * m) for m in output]
    registered = []
    for dh in range(stride[0]):
        for dw in range(stride[1]):
            y = np.fft.fft2(x[..., dh::stride[0], dw::stride[1]])
            turn = np.add.outer(
                frequencies[0] * dh / x.shape[-2], frequencies[1] * dw / x.shape[-1])
            registered.append(y * np.exp(-2j * np.pi * turn))
    z = np.stack(registered)
    error = (np.abs(z - z.mean(0)) ** 2).sum((0, -2, -1))
    return error, (np.abs(z) ** 2).sum((0, -2, -1))


def identity(x, stride, output):
    """The polyphase identity: pooled measured value and the largest difference of a plane."""
    error, total = polyphase(x, stride, output)
    box = np.outer(*(inside(n, m) for n, m in zip(x.shape[-2:], output)))
    outside, energy, ac = fractions(power(x), box)
    live = ac > CONSTANT * energy
    predicted, measured = outside[live] / energy[live], error[live] / total[live]
    return {
        "measured": float(error.sum() / total.sum()),
        "largest_plane_difference": float(
            (np.abs(predicted - measured) / np.maximum(predicted, 1e-3)).max()),
        "planes_compared": int(live.sum()),
    }


def filtered(x, output, gain):
    """Pooled alias energy behind a separable filter of the given gain per axis."""
    box = np.outer(*(inside(n, m) for n, m in zip(x.shape[-2:], output)))
    p = power(x).sum((0, 1))
    g = np.outer(*(gain(n, m) for n, m in zip(x.shape[-2:], output))) ** 2
    left = (p * g * ~box).sum()
    return {
        "alias_fraction": float(left / (p * g).sum()),
        "alias_energy_of_unfiltered_total": float(left / p.sum()),
        "energy_kept": float((p * g).sum() / p.sum()),
    }


def binomial(n):
    """|cos(pi f)|^(n-1): the gain of the binomial filter with n taps."""
    return lambda size, _: np.abs(np.cos(np.pi * np.fft.fftfreq(size))) ** (n - 1)


def ideal(size, m):
    """1 inside the box, 0 outside and at both Nyquist bins of an even m (`drop`)."""
    box = inside(size, m)
    return (box & box[(-np.arange(size)) % size]).astype(float)


def site_readings(graph, x):
    """Everything about every site of a network for one batch."""
    nodes = graph.sites()
    before = graph.activations([n.input[0] for n in nodes], x)
    result = []
    for node in nodes:
        pre, final, stride, output = site_maps(graph, node, before[node.input[0]])
        result.append({
            "path": graph.path(node),
            "node": node.name,
            "operation": node.op_type,
            "stride": list(stride),
            "dense_size": list(final.shape[-2:]),
            "output_size": list(output),
            **reading(final, output),
            "preactivation": reading(pre, output),
            "polyphase": identity(final, stride, output),
            "filters": {
                "bin-3": filtered(final, output, binomial(3)),
                "bin-5": filtered(final, output, binomial(5)),
                "ideal": filtered(final, output, ideal),
            },
        })
    return result
