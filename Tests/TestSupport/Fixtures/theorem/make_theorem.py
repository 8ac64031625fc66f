"""Writes theorem.json: the three identities and the aliasing of activations of the embedded network.

usage: python make_theorem.py EMBEDDED_FOLDER OUT_FOLDER

Dense maps come from the reference beside the network fixtures; here they are filtered by their taps
sample by sample, rolled, subsampled, transformed and compared, all in float64 and without a formula of
the spectrum; that one spectrum predicts the same to 1e-13 is checked. Needs numpy, torch, onnx, onnxruntime.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "networks"))
import reference  # noqa: E402

IMAGES = 4
FILTERS = ["none", "bin-2", "bin-3", "bin-4", "bin-7", "ideal"]
FACTOR = 4


def images(folder):
    raw = (folder / "fashion-images.idx3").read_bytes()[16:]
    pixels = np.frombuffer(raw, np.uint8).reshape(-1, 1, 28, 28)[:IMAGES].astype(np.float64)
    return ((pixels / 255 - 0.2860) / 0.3530).astype(np.float32)


def signed(n):
    """The bins of a DFT of n samples, -n/2 ... n/2 - 1 in the order of numpy's fft."""
    k = np.arange(n)
    return np.where(k < (n + 1) // 2, k, k - n)


def ideal(x, stride):
    """1 inside the box of the new grid, 0 outside and at its Nyquist bin."""
    gain = 1.0
    for axis, s in zip((-2, -1), stride):
        n = x.shape[axis]
        keep = (2 * np.abs(signed(n)) * s < n).astype(float)
        gain = gain * (keep[:, None] if axis == -2 else keep)
    return np.fft.ifft2(np.fft.fft2(x) * gain).real


def filtered(x, name, stride):
    """Circular correlation with the taps, floor((n - 1) / 2) of them before the sample."""
    if name == "none":
        return x
    if name == "ideal":
        return ideal(x, stride)
    count = int(name[4:])
    taps = [math.comb(count - 1, i) / 2 ** (count - 1) for i in range(count)]
    for axis in (-2, -1):
        x = sum(h * np.roll(x, (count - 1) // 2 - i, axis) for i, h in enumerate(taps))
    return x


def measured(x, stride):
    """By rolling: energy, deviation, shift error and pool variance of every plane."""
    s_h, s_w = stride
    n_h, n_w = x.shape[-2:]
    k_h, k_w = signed(n_h // s_h)[:, None], signed(n_w // s_w)
    registered, means = [], []
    for d_h in range(s_h):
        for d_w in range(s_w):
            y = np.roll(x, (-d_h, -d_w), (-2, -1))[..., ::s_h, ::s_w]
            back = np.exp(-2j * np.pi * (k_h * d_h / n_h + k_w * d_w / n_w))
            registered.append(np.fft.fft2(y) * back)
            means.append(y.mean((-2, -1)))
    z, g = np.array(registered), np.array(means)
    power = lambda v: (np.abs(v) ** 2).sum((-2, -1))
    return {
        "energy": power(z).sum(0), "deviation": power(z - z.mean(0)).sum(0),
        "shift": power(z - z[0]).mean(0), "pool": g.var(0)}


def predicted(x, stride):
    """The same from one spectrum."""
    s_h, s_w = stride
    n_h, n_w = x.shape[-2:]
    k_h, k_w = signed(n_h // s_h), signed(n_w // s_w)
    spectrum = np.fft.fft2(x)
    aliases = np.array([
        spectrum[..., (k_h + m_h * n_h // s_h) % n_h, :][..., (k_w + m_w * n_w // s_w) % n_w]
        for m_h in range(s_h) for m_w in range(s_w)])
    total = lambda v: (np.abs(v) ** 2).sum((-2, -1))
    shifts = s_h * s_w
    incoherent = total(aliases[1:]).sum(0)
    return {
        "energy": total(spectrum) / shifts, "deviation": incoherent / shifts,
        "shift": (incoherent + total(aliases[1:].sum(0))) / shifts**2,
        "pool": (np.abs(aliases[1:, ..., 0, 0]) ** 2).sum(0) / (n_h * n_w) ** 2}


def fractions(sides, shape, stride):
    """Per channel over images, planes that do not vary left out."""
    shifts, samples = stride[0] * stride[1], shape[-2] * shape[-1]
    energy = sides["energy"].sum(0)
    share = lambda v: np.divide(v.sum(0), energy, out=np.zeros_like(energy), where=energy > 0)
    return {
        "alias_fraction": share(sides["deviation"]).tolist(),
        "equivariance_error": (shifts * share(sides["shift"])).tolist(),
        "pool_leak": (samples**2 / shifts * share(sides["pool"])).tolist()}


def rounded(values):
    """Ten decimals of fractions: what stands in the file."""
    return [round(v, 10) for v in values]


def site_facts(graph, node, x):
    y, stride, _ = reference.dense_map(graph, node, x)
    for following in graph.chain(node):
        y = reference.apply(graph, following, y)
    result = {"path": graph.path(node), "filters": {}}
    for name in FILTERS:
        z = filtered(y, name, stride)
        energy = (z**2).sum((-2, -1))
        rest = ((z - z.mean((-2, -1), keepdims=True)) ** 2).sum((-2, -1))
        alive = (energy > 1e-24 * (y**2).sum((-2, -1))) & (rest > 1e-12 * energy)
        keep = lambda sides: {k: np.where(alive, v, 0) for k, v in sides.items()}
        shift, theory = keep(measured(z, stride)), keep(predicted(z, stride))
        facts, theory = (fractions(v, z.shape, stride) for v in (shift, theory))
        for key, values in facts.items():
            difference = np.abs(np.array(values) - theory[key]).max()
            if difference > 1e-13:
                raise SystemExit(f"{result['path']} {name}: {key} differs by {difference}")
            facts[key] = rounded(values)
        result["filters"][name] = {"planes_compared": alive.sum(0).tolist(), **facts}
    return result


def resized(spectrum, sizes):
    """The spectrum of the same periodic signal on another grid; the old Nyquist bin by halves where
    the grid grows, dropped where it shrinks."""
    for axis, n in zip((-2, -1), sizes):
        old = spectrum.shape[axis]
        spectrum = np.moveaxis(spectrum, axis, -1)
        small = min(n, old)
        made = np.zeros(spectrum.shape[:-1] + (n,), complex)
        inner = np.arange(-((small - 1) // 2), (small - 1) // 2 + 1)
        made[..., inner % n] = spectrum[..., inner % old]
        if small % 2 == 0 and n > old:
            made[..., old // 2] = spectrum[..., old // 2] / 2
            made[..., n - old // 2] = spectrum[..., old // 2] / 2
        elif small % 2 == 0 and n == old:
            made[..., n // 2] = spectrum[..., n // 2]
        spectrum = np.moveaxis(made, -1, axis)
    return spectrum


def rectified(x, factor):
    """Alias energy and energy of max(x, 0) per plane, bins at N/2 left out."""
    sizes = x.shape[-2:]
    fine = [factor * n for n in sizes]
    up = np.fft.ifft2(resized(np.fft.fft2(x), fine)).real * factor**2
    back = resized(np.fft.fft2(np.maximum(up, 0)) / factor**2, sizes)
    direct = np.fft.fft2(np.maximum(x, 0))
    keep = np.ones(sizes)
    if sizes[0] % 2 == 0:
        keep[sizes[0] // 2] = 0
    if sizes[1] % 2 == 0:
        keep[:, sizes[1] // 2] = 0
    power = lambda v: (np.abs(v * keep) ** 2).sum((-2, -1)) / (sizes[0] * sizes[1])
    return power(direct - back), power(direct)


def activation_facts(name, x):
    alias, total = rectified(x, FACTOR)
    twice, _ = rectified(x, 2 * FACTOR)
    total_c = total.sum(0)
    return {
        "name": name, "size": list(x.shape[-2:]),
        "channels": rounded(np.divide(
            alias.sum(0), total_c, out=np.zeros_like(total_c), where=total_c > 0).tolist()),
        "alias_fraction": float(alias.sum() / total.sum()),
        "error": float(abs(twice.sum() - alias.sum()) / total.sum())}


def main():
    embedded, out = Path(sys.argv[1]), Path(sys.argv[2])
    graph = reference.Graph(embedded / "default.onnx")
    feed = images(embedded)
    sites = graph.sites()
    activations = [n for n in graph.nodes if n.op_type == "Relu"]
    names = {n.input[0] for n in sites + activations}
    values = graph.activations(names, feed)
    result = {
        "versions": {"numpy": np.__version__}, "images": IMAGES, "factor": FACTOR,
        "sites": [site_facts(graph, n, values[n.input[0]]) for n in sites],
        "activations": [activation_facts(n.name, values[n.input[0]]) for n in activations]}
    (out / "theorem.json").write_text(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
