"""Writes cutouts.npz: the PNG fixtures as Pillow reads them with alpha, and one pasted on another.

    python make_cutouts.py        # Pillow 13.0, NumPy 2.4

NAME is [H, W, 4] of Pillow's convert("RGBA"). `pasted` is rgba.png over the crop of its size at the
upper left corner of source_color.png by Image.alpha_composite.
"""

import pathlib

import numpy as np
from PIL import Image

here = pathlib.Path(__file__).parent
names = ["rgba", "gray_alpha", "palette_transparent", "gray_transparent", "rgb", "gray", "palette"]
read = {name: Image.open(here / f"{name}.png").convert("RGBA") for name in names}
arrays = {name: np.asarray(image).astype(np.float32) for name, image in read.items()}
size = read["rgba"].size
below = Image.open(here / "source_color.png").convert("RGBA").crop((0, 0, *size))
arrays["pasted"] = np.asarray(Image.alpha_composite(below, read["rgba"])).astype(np.float32)
np.savez(here / "cutouts.npz", **arrays)
