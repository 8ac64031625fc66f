"""Writes networks.json, embedded.json and the logits beside them.

usage: python make_networks.py MODELS_FOLDER OUT_FOLDER EMBEDDED_FOLDER

MODELS_FOLDER holds mobilenet_v2.ts.onnx, mobilenet_v2.dyn.onnx and efficientnet_lite0.ts.onnx,
EMBEDDED_FOLDER the files that the program embeds. Needs numpy, torch, onnx, onnxruntime, pillow.
What the files hold is described in README.md.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import PIL
import torch
from PIL import Image

import reference
import shifts

PHOTOS = ["astronaut.jpg", "chelsea.jpg"]
PRESETS = {
    "imagenet": (255 * np.array([0.485, 0.456, 0.406]), 255 * np.array([0.229, 0.224, 0.225])),
    "tf": (np.full(3, 127.0), np.full(3, 128.0)),
}
MODELS = {
    "mobilenet_v2.ts": "imagenet",
    "mobilenet_v2.dyn": "imagenet",
    "efficientnet_lite0.ts": "tf",
}


def resized(path, side=256):
    """8-bit RGB with its shorter side at `side`, as torchvision's Resize on a Pillow image."""
    photo = Image.open(path).convert("RGB")
    w, h = photo.size
    size = (side, int(side * h / w)) if w <= h else (int(side * w / h), side)
    return np.asarray(photo.resize(size, Image.Resampling.BILINEAR))


def centre_crop(pixels, side):
    top, left = (int(round((n - side) / 2.0)) for n in pixels.shape[:2])
    return pixels[top:top + side, left:left + side]


def normalised(pixels, preset):
    mean, deviation = PRESETS[preset]
    return ((pixels - mean) / deviation).transpose(2, 0, 1).astype(np.float32)


def closed_form():
    c, i, j = np.meshgrid(np.arange(3), np.arange(224), np.arange(224), indexing="ij")
    waves = np.sin(0.37 * i + 0.11 * c) * np.cos(0.23 * j - 0.05 * c)
    return (waves + 0.1 * ((i * 31 + j * 17 + c * 7) % 13) / 13).astype(np.float32)[None]


def input_facts(pixels, x):
    probes = [(0, 0), (17, 200), (112, 112), (223, 5)]
    wide = x.astype(np.float64)
    return {
        "cropped_pixels_sum": pixels.astype(int).sum((0, 1)).tolist(),
        "cropped_pixels_at": [
            {"row": i, "column": j, "rgb": pixels[i, j].tolist()} for i, j in probes],
        "tensor_sum": float(wide.sum()),
        "tensor_sum_of_squares": float((wide**2).sum()),
    }


def runner(path):
    model = onnx.load(path)
    return lambda x: reference.run(model, None, x)[0]


def network_facts(name, preset, models, out, photos):
    path = models / f"{name}.onnx"
    run = runner(path)
    pixels = [centre_crop(p, 224) for p in photos]
    x = np.stack([normalised(p, preset) for p in pixels])
    plain = run(x)
    np.save(out / f"{name}.photos.npy", plain)
    np.save(out / f"{name}.closed-form.npy", run(closed_form()))
    facts = {
        "preset": preset,
        "inputs": {p: input_facts(a, b) for p, a, b in zip(PHOTOS, pixels, x)},
        "top1": plain.argmax(-1).tolist(),
        "sites": reference.site_readings(reference.Graph(path), x),
    }
    if name == "mobilenet_v2.ts":
        facts["shift"] = [circular(run, x, plain), crop(run, photos, preset, plain)]
    return facts


def circular(run, x, plain, labels=None):
    return shifts.metrics(
        "circular", shifts.CIRCULAR, plain,
        lambda d: run(np.roll(x, (-d[0], -d[1]), (-2, -1))), labels)


def crop(run, photos, preset, plain):
    squares = [centre_crop(p, 256) for p in photos]
    cut = lambda d: np.stack(
        [normalised(s[d[0]:d[0] + 224, d[1]:d[1] + 224], preset) for s in squares])
    return shifts.metrics("crop", shifts.CROP, plain, lambda d: run(cut(d)))


def embedded_facts(folder, out):
    images = np.frombuffer((folder / "fashion-images.idx3").read_bytes()[16:], np.uint8)
    labels = np.frombuffer((folder / "fashion-labels.idx1").read_bytes()[8:], np.uint8)
    pixels = images.reshape(-1, 1, 28, 28)
    x = ((pixels / 255 - 0.2860) / 0.3530).astype(np.float32)
    run = runner(folder / "default.onnx")
    plain = run(x)
    np.save(out / "embedded.npy", plain)
    return {
        "images": len(x),
        "pixels_sum": int(pixels.astype(int).sum()),
        "tensor_sum": float(x.astype(np.float64).sum()),
        "labels": labels.tolist(),
        "top1": plain.argmax(-1).tolist(),
        "accuracy": float((plain.argmax(-1) == labels).mean()),
        "sites": reference.site_readings(reference.Graph(folder / "default.onnx"), x),
        "shift": [circular(run, x, plain, labels)],
    }


def pretty(value, indent=0):
    """Indented JSON with lists of numbers and small objects on one line."""
    pad = " " * (indent + 2)
    if isinstance(value, dict) and len(json.dumps(value)) > 80:
        rows = [f"{pad}{json.dumps(k)}: {pretty(v, indent + 2)}" for k, v in value.items()]
        return "{\n" + ",\n".join(rows) + "\n" + " " * indent + "}"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        rows = [pad + pretty(v, indent + 2) for v in value]
        return "[\n" + ",\n".join(rows) + "\n" + " " * indent + "]"
    return json.dumps(value)


def write(path, value):
    path.write_text(pretty(value) + "\n")


def main():
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    models, out, embedded = map(Path, sys.argv[1:])
    torch.set_num_threads(1)
    versions = {
        m.__name__: m.__version__ for m in (np, torch, onnx, onnxruntime, PIL)}
    write(out / "embedded.json", {"versions": versions, **embedded_facts(embedded, out)})
    photos = [resized(embedded / p) for p in PHOTOS]
    write(out / "networks.json", {
        "versions": versions,
        "photos": PHOTOS,
        "networks": {
            name: network_facts(name, preset, models, out, photos)
            for name, preset in MODELS.items()},
    })


if __name__ == "__main__":
    main()
