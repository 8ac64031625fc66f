"""Writes resample.json: small maps and what scipy and torch make of them.

usage: python make_resample.py OUT_FOLDER

Needs numpy, scipy and torch. Every case has its input and expected output as flat lists of doubles
with their shapes [height, width], and the arguments that the case was made with. Seeds are fixed per
case, so adding a case changes no other.
"""

import json
import sys
import zlib
from math import gcd
from pathlib import Path

import numpy as np
import scipy
import torch
from scipy import ndimage, signal

CASES = []


def noise(name, height, width):
    return np.random.default_rng(zlib.crc32(name.encode())).normal(size=(height, width))


def add(kind, x, y, **arguments):
    CASES.append({
        "kind": kind, "size": list(x.shape), "outputSize": list(y.shape),
        "input": x.ravel().tolist(), "output": np.asarray(y).ravel().tolist(), **arguments})


def resample():
    """scipy.signal.resample keeps the band edge on the way down and shares it on the way up."""
    for height, width, to_height, to_width in [
            (12, 10, 6, 5), (7, 9, 28, 12), (8, 6, 16, 15), (14, 14, 7, 6), (11, 13, 4, 20),
            (1, 6, 3, 1), (30, 64, 20, 24)]:
        x = noise(f"resample {height} {width}", height, width)
        y = signal.resample(signal.resample(x, to_height, axis=0), to_width, axis=1)
        add("resample", x, y)


def resample_poly():
    for height, width, up, down in [
            (20, 15, (2, 1), (1, 3)), (9, 31, (3, 4), (2, 6)), (16, 16, (1, 5), (4, 4)),
            (1, 7, (2, 3), (3, 2))]:
        x = noise(f"poly {height} {width}", height, width)
        y = signal.resample_poly(x, up[0], down[0], axis=0)
        y = signal.resample_poly(y, up[1], down[1], axis=1)
        add("resample_poly", x, y, up=list(up), down=list(down), border="zero")


def upfirdn():
    """Other borders and filters: the line is padded by hand, filtered on the fine grid, cut out."""
    modes = {"circular": "wrap", "reflect": "reflect", "replicate": "edge", "symmetric": "symmetric"}
    for number, (border, mode) in enumerate(modes.items()):
        up, down, zeros, beta, cutoff = (3, 2, 4, 8.0, 0.8) if number % 2 else (2, 5, 6, 3.0, 1.0)
        assert gcd(up, down) == 1
        y = x = noise("upfirdn " + border, 10, 13)
        half = zeros * max(up, down)
        taps = up * signal.firwin(2 * half + 1, cutoff / max(up, down), window=("kaiser", beta))
        for axis in (0, 1):
            size, pad = y.shape[axis], half // up + 1
            padded = np.pad(y, [(pad, pad) if a == axis else (0, 0) for a in (0, 1)], mode=mode)
            fine = signal.upfirdn(taps, padded, up, 1, axis=axis)
            steps = half + pad * up + down * np.arange(-(-size * up // down))
            y = np.take(fine, steps, axis=axis)
        add("upfirdn", x, y, up=[up, up], down=[down, down], zeros=zeros, beta=beta, cutoff=cutoff,
            border=border)


def fourier_shift():
    """scipy.ndimage.fourier_shift moves by +s where x(n + d) has d = -s; odd sizes, where no bin has
    two signs, and even ones without that bin."""
    for height, width, dy, dx in [(7, 9, 0.3, -1.7), (15, 5, 2.5, 0.25), (8, 12, -0.4, 3.6)]:
        spectrum = np.fft.fft2(noise(f"shift {height} {width}", height, width))
        if height % 2 == 0:
            spectrum[height // 2] = 0
        if width % 2 == 0:
            spectrum[:, width // 2] = 0
        x = np.fft.ifft2(spectrum).real
        y = np.fft.ifft2(ndimage.fourier_shift(spectrum, (-dy, -dx))).real
        add("fourier_shift", x, y, shift=[dy, dx])


def flc():
    """FLC pooling as its paper defines it, at sizes where centring the crop needs no care: the block
    -N/4 … N/4 - 1 of the centred spectrum and the real part, so the band edge is halved on the axis
    it belongs to. Expected only where both axes agree with a separable rule: one axis at a time."""
    for size in (4, 8, 12, 16):
        x = torch.from_numpy(noise(f"flc {size}", size, size))
        for axis in (0, 1):
            centred = torch.fft.fftshift(torch.fft.fft(x, dim=axis, norm="forward"), dim=axis)
            kept = centred.narrow(axis, size // 4, size // 2)
            y = torch.fft.ifft(torch.fft.ifftshift(kept, dim=axis), dim=axis, norm="forward").real
            x = y
        x = noise(f"flc {size}", size, size)
        add("flc", x, y.numpy(), stride=[2, 2])


def afc():
    """The ideal low-pass of alias-free convnets: bins |k| ≤ ⌊N/(2s)⌋, the edge N/(2s) set to 0
    where it is whole, then every s-th sample; written here by frequency for any size and stride."""
    for height, width, stride in [(8, 12, 2), (14, 6, 2), (10, 20, 2), (12, 24, 4), (9, 15, 3)]:
        x = noise(f"afc {height} {width}", height, width)
        spectrum = torch.fft.fft2(torch.from_numpy(x))
        masks = [torch.fft.fftfreq(n).abs() < 0.5 / stride - 1e-9 for n in (height, width)]
        spectrum *= masks[0][:, None] * masks[1][None, :]
        y = torch.fft.ifft2(spectrum).real[::stride, ::stride]
        add("afc", x, y.numpy(), stride=[stride, stride])


def lanczos():
    """x(n + d) with three lobes, weights normalised, replicated border, in one dimension by hand."""
    x = noise("lanczos", 6, 11)
    for dy, dx in [(0.5, -0.25), (-3.1, 7.75)]:
        y = x
        for axis, shift in ((0, dy), (1, dx)):
            start = int(np.floor(shift))
            steps = np.arange(start - 2, start + 4)
            weights = np.sinc(shift - steps) * np.sinc((shift - steps) / 3)
            weights /= weights.sum()
            last = y.shape[axis] - 1
            y = sum(w * np.take(y, np.clip(np.arange(last + 1) + s, 0, last), axis=axis)
                    for w, s in zip(weights, steps))
        add("lanczos", x, y, shift=[dy, dx])


def main():
    for make in (resample, resample_poly, upfirdn, fourier_shift, flc, afc, lanczos):
        make()
    versions = {"numpy": np.__version__, "scipy": scipy.__version__, "torch": torch.__version__}
    path = Path(sys.argv[1]) / "resample.json"
    path.write_text(json.dumps({"versions": versions, "cases": CASES}) + "\n")


if __name__ == "__main__":
    main()
