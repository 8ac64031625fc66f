"""Makes the images that the program embeds: those of the default network, and two photos.

usage: python make_files.py FASHION_MNIST_FOLDER SKIMAGE_PHOTO_FOLDER OUT_FOLDER

FASHION_MNIST_FOLDER holds the four idx-ubyte.gz files, SKIMAGE_PHOTO_FOLDER holds astronaut.png and
chelsea.png (scikit-image's skimage/data). Needs numpy and pillow. SOURCES.md has the command that
trains the network.
"""

import gzip
import sys
from pathlib import Path

import numpy as np
from PIL import Image

TEST_IMAGES = 48
PHOTO_SIDE = 400
PHOTO_QUALITY = 85


def read_idx(path):
    """An array from a gzipped idx file of unsigned bytes."""
    data = gzip.decompress(Path(path).read_bytes())
    if data[:3] != b"\0\0\x08":
        raise SystemExit(f"{path} is not an idx file of unsigned bytes")
    rank = data[3]
    shape = np.frombuffer(data, ">u4", rank, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def write_idx(path, array):
    """The idx format: two zero bytes, the type (8), the rank, big-endian sizes, the bytes."""
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    Path(path).write_bytes(header + array.tobytes())


def save_photo(source, path):
    photo = Image.open(source).convert("RGB")
    photo.thumbnail((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.LANCZOS)
    photo.save(path, quality=PHOTO_QUALITY, optimize=True)


def main():
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    fashion, photos, out = map(Path, sys.argv[1:])
    images = read_idx(fashion / "t10k-images-idx3-ubyte.gz")
    labels = read_idx(fashion / "t10k-labels-idx1-ubyte.gz")
    write_idx(out / "fashion-images.idx3", images[:TEST_IMAGES])
    write_idx(out / "fashion-labels.idx1", labels[:TEST_IMAGES])
    for name in ("astronaut", "chelsea"):
        save_photo(photos / f"{name}.png", out / f"{name}.jpg")


if __name__ == "__main__":
    main()
