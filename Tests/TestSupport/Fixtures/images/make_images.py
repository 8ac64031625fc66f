"""Makes the image fixtures of this folder: python make_images.py [FOLDER]

Needs Pillow and numpy. Every NAME.png or NAME.jpg that can be read has the values that
Pillow reads from it in NAME.png.npy or NAME.jpg.npy (float32, height × width × channels;
1 channel for gray files). Where Pillow's own choice is not followed (16-bit gray) the values
come from the definition.
Decoded values were made with Pillow 13.0.0 (libjpeg-turbo 3.2.0).
"""

import io
import pathlib
import struct
import sys
import zlib

import numpy as np
from PIL import Image, ImageOps

HERE = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
FOLDER = HERE if HERE.is_dir() else HERE.parent
SIGNATURE = b"\x89PNG\r\n\x1a\n"
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4),
         (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]  # column, row, column step, row step


def scene(height, width, channels=3, seed=1):
    """A gradient, a tone and some noise: smooth and sharp content in every channel."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    planes = []
    for c in range(channels):
        tone = 60 * np.sin(2 * np.pi * (x * (c + 1) / 7 + y * (3 - c) / 9))
        ramp = 110 + 100 * (x / width - y / height) * (1 if c != 1 else -1)
        planes.append(ramp + tone + 12 * rng.standard_normal((height, width)))
    return np.clip(np.round(np.stack(planes, -1)), 0, 255).astype(np.uint8)


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def header(width, height, depth, colour, interlace=0):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))


def packed_rows(values, depth):
    """Rows of samples (height × width × channels) in PNG's packing, each after filter byte 0."""
    rows = b""
    for row in values.reshape(values.shape[0], -1):
        if depth == 16:
            body = row.astype(">u2").tobytes()
        else:
            shifts = np.arange(depth - 1, -1, -1)
            body = np.packbits(((row[:, None] >> shifts) & 1).astype(np.uint8).ravel()).tobytes()
        rows += b"\0" + body
    return rows


def png(values, depth, colour, interlace=0, extra=b""):
    height, width = values.shape[:2]
    if interlace:
        passes = [values[row::down, column::across] for column, row, across, down in ADAM7]
        data = b"".join(packed_rows(p, depth) for p in passes if p.size)
    else:
        data = packed_rows(values, depth)
    return (SIGNATURE + header(width, height, depth, colour, interlace) + extra
            + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b""))


def write(name, data):
    (FOLDER / name).write_bytes(data)


def expect(name, values):
    values = np.asarray(values, dtype=np.float32)
    np.save(FOLDER / f"{name}.npy", values[..., None] if values.ndim == 2 else values)


def put(name, data, values=None):
    """A file and what is to be read from it: Pillow's reading where no values are given."""
    write(name, data)
    if values is None:
        image = Image.open(io.BytesIO(data))
        gray = image.mode in ("1", "L", "LA")
        values = np.asarray(ImageOps.exif_transpose(image).convert("L" if gray else "RGB"))
    expect(name, values)


def saved(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def make_pngs():
    rgb, gray = scene(13, 19), scene(13, 19, 1, seed=2)
    alpha = scene(13, 19, 1, seed=3)
    wide = scene(13, 19).astype(np.int64) * 257 - np.arange(19)[None, :, None] * 31
    wide = np.clip(wide, 0, 65535)
    put("gray.png", png(gray, 8, 0))
    put("gray1.png", png(gray >> 7, 1, 0))
    put("gray2.png", png(gray >> 6, 2, 0))
    put("gray4.png", png(gray >> 4, 4, 0))
    put("gray_transparent.png", png(gray, 8, 0, extra=chunk(b"tRNS", struct.pack(">H", 100))))
    put("gray16.png", png(wide[..., :1], 16, 0), (wide[..., :1] >> 8))
    put("gray_alpha.png", png(np.concatenate([gray, alpha], -1), 8, 4))
    put("rgb.png", png(rgb, 8, 2))
    put("rgb16.png", png(wide, 16, 2), wide >> 8)
    put("rgba.png", png(np.concatenate([rgb, alpha], -1), 8, 6))
    put("rgba16.png", png(np.concatenate([wide, wide[..., :1]], -1), 16, 6), wide >> 8)
    put("interlaced.png", png(rgb, 8, 2, interlace=1))
    put("interlaced_tiny.png", png(rgb[:1, :3], 8, 2, interlace=1))
    put("interlaced16.png", png(wide, 16, 2, interlace=1), wide >> 8)
    palette = scene(4, 4, seed=5).reshape(16, 3)
    plte = chunk(b"PLTE", palette.tobytes())
    trns = chunk(b"tRNS", bytes(range(0, 160, 10)))
    put("palette.png", png(gray >> 4, 8, 3, extra=plte))
    put("palette4.png", png(gray >> 4, 4, 3, extra=plte, interlace=1))
    put("palette_transparent.png", png(gray >> 4, 4, 3, extra=plte + trns))
    put("turned.png", saved(Image.fromarray(rgb), "PNG", exif=exif(6)))
    put("pixel.png", png(rgb[:1, :1], 8, 2))


def make_jpegs():
    rgb, gray = scene(27, 33), scene(27, 33, 1, seed=2)[..., 0]
    photo = Image.fromarray(rgb)
    put("gray.jpg", saved(Image.fromarray(gray), "JPEG", quality=80))
    put("full.jpg", saved(photo, "JPEG", quality=90, subsampling=0))
    put("halved.jpg", saved(photo, "JPEG", quality=80, subsampling=2))
    put("progressive.jpg", saved(photo, "JPEG", quality=80, progressive=True))
    inks = Image.fromarray(np.concatenate([scene(17, 21), scene(17, 21, 1, 7) // 2], -1), "CMYK")
    cmyk = saved(inks, "JPEG", quality=90)
    put("cmyk.jpg", cmyk)
    adobe = cmyk.index(b"Adobe")
    put("ycck.jpg", cmyk[:adobe + 11] + b"\2" + cmyk[adobe + 12:])  # the transform: YCCK
    for orientation in range(1, 9):
        small = Image.fromarray(scene(11, 14, seed=4))
        put(f"orientation{orientation}.jpg",
            saved(small, "JPEG", quality=90, subsampling=0, exif=exif(orientation)))


def make_damaged():
    rgb = scene(35, 45)
    good = png(rgb, 8, 2)
    write("truncated.png", good[: len(good) * 6 // 10])
    write("no_end.png", good[:-12])
    write("corrupt.png", good[:400] + bytes([good[400] ^ 0x55]) + good[401:])
    write("short_data.png", SIGNATURE + header(45, 35, 8, 2)
          + chunk(b"IDAT", zlib.compress(packed_rows(rgb[:20], 8))) + chunk(b"IEND", b""))
    write("huge.png", SIGNATURE + header(60000, 60000, 8, 2)
          + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b""))
    photo = Image.fromarray(rgb)
    jpeg = saved(photo, "JPEG", quality=80)
    write("truncated.jpg", jpeg[: len(jpeg) * 6 // 10])
    progressive = saved(photo, "JPEG", quality=80, progressive=True)
    write("truncated_progressive.jpg", progressive[: len(progressive) * 8 // 10])
    scan = jpeg.index(b"\xff\xda") + 14
    ones = b"\xff\0" * 40  # no Huffman code consists of ones alone
    write("corrupt.jpg", jpeg[: scan + 100] + ones + jpeg[scan + 180:])
    frame = jpeg.index(b"\xff\xc0") + 5
    write("huge.jpg", jpeg[:frame] + struct.pack(">HH", 60000, 60000) + jpeg[frame + 4:])


def resized(image, height, width):
    """Rows first, then columns, each rounded to 8 bits.

    Image.resize in one call does the same up to Pillow 12; since 13 it begins with the columns where
    that is cheaper (tall images), which moves some values by one level.
    """
    rows = image.resize((width, image.height), Image.BILINEAR)
    return rows.resize((width, height), Image.BILINEAR)


def shorter_side(image, side):
    """torchvision.transforms.Resize(side) on a PIL image."""
    width, height = image.size
    if width <= height:
        return resized(image, int(side * height / width), side)
    return resized(image, side, int(side * width / height))


def center_crop(image, height, width):
    """torchvision.transforms.CenterCrop((height, width)) on a PIL image."""
    w, h = image.size
    if width > w or height > h:
        left, top = max(width - w, 0) // 2, max(height - h, 0) // 2
        padded = Image.new(image.mode, (max(w, width), max(h, height)))
        padded.paste(image, (left, top))
        image = padded
        w, h = image.size
    top, left = int(round((h - height) / 2.0)), int(round((w - width) / 2.0))
    return image.crop((left, top, left + width, top + height))


def normalised(image, divisor, mean, std):
    values = np.asarray(image, dtype=np.float32) / np.float32(divisor)
    if values.ndim == 2:
        values = values[..., None]
    values = (values - np.float32(mean)) / np.float32(std)
    return values.transpose(2, 0, 1)[None]


def make_resized():
    color = Image.fromarray(scene(53, 37, seed=11))
    gray = Image.fromarray(scene(53, 37, 1, seed=12)[..., 0])
    strip = Image.fromarray(scene(1, 211, 1, seed=13)[..., 0])
    for name, image in (("source_color", color), ("source_gray", gray), ("source_strip", strip)):
        write(f"{name}.png", saved(image, "PNG"))
    for height, width in ((16, 16), (80, 61), (1, 1), (7, 100), (53, 36), (20, 37), (54, 74)):
        expect(f"resized_gray_{height}x{width}", resized(gray, height, width))
    for height, width in ((24, 17), (31, 40)):
        expect(f"resized_color_{height}x{width}", resized(color, height, width))
    expect("resized_strip_3x633", resized(strip, 3, 633))
    expect("resized_strip_1x5", resized(strip, 1, 5))
    expect("shorter_color_20", shorter_side(color, 20))
    expect("luma_color", color.convert("L"))


def make_preprocessed():
    color = Image.open(FOLDER / "source_color.png")
    imagenet = (255, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    np.save(FOLDER / "imagenet_24x24.npy",
            normalised(center_crop(shorter_side(color, 27), 24, 24), *imagenet))
    np.save(FOLDER / "imagenet_padded_30x21.npy",
            normalised(center_crop(shorter_side(color, 16), 30, 21), *imagenet))
    np.save(FOLDER / "tf_16x16.npy",
            normalised(center_crop(shorter_side(color, 18), 16, 16), 1, [127] * 3, [128] * 3))
    np.save(FOLDER / "gray_none_12x16.npy",
            normalised(center_crop(shorter_side(color.convert("L"), 18), 12, 16), 255, [0], [1]))


make_pngs()
make_jpegs()
make_damaged()
make_resized()
make_preprocessed()
