"""Makes stored.npz, compressed.npz and noise.npz beside this file: python make_npz.py"""
import pathlib

import numpy as np

here = pathlib.Path(__file__).parent
i = np.arange(2000, dtype=np.int64)
arrays = {
    "ramp": (np.arange(105, dtype=np.float32) / 8 - 3).reshape(3, 5, 7),
    "zeros": np.zeros((60, 80), np.float64),
    "scalar": np.float32(2.5),
    "empty": np.zeros((0, 4), np.float32),
    "steps": ((i * i * 7 + i * 13) % 101 / 4).astype(np.float32).reshape(40, 50),
}
np.savez(here / "stored.npz", **arrays)
np.savez_compressed(here / "compressed.npz", **arrays)

# White noise for the text notebook on spectra.
noise = np.random.default_rng(1).normal(size=(4, 64, 64)).astype(np.float32)
np.savez_compressed(here / "noise.npz", white=noise)
