"""Prints what Pillow makes of a gray 8x8 block at two JPEG qualities, for CorruptionTests.swift.

Usage: python make_jpeg.py
"""
import io

import numpy
from PIL import Image

rows, columns = numpy.mgrid[0:8, 0:8]
block = ((rows * 37 + columns * 23 + rows * columns * 5) % 256).astype(numpy.uint8)
for quality in (50, 80):
    file = io.BytesIO()
    Image.fromarray(block).save(file, "JPEG", quality=quality)
    print(quality, numpy.asarray(Image.open(file)).flatten().tolist())
