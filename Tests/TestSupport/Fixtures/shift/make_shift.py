"""Fixtures of the shift protocols: pictures and metrics, computed with NumPy, SciPy and Pillow alone.

    python make_shift.py FOLDER

writes views.npy (one picture a row, in the order of `views.json`), photo.npy, answers.npy, maps.npy and
metrics.json. Run with NumPy 2.4.6, SciPy 1.17.1, Pillow 13.0.
"""

import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage, signal, stats

MEAN = np.array([0.485, 0.456, 0.406])
STD = np.array([0.229, 0.224, 0.225])
SIZE, RESIZE = 32, 36


def photo(rng):
    """A picture with edges and texture, 41 rows, 59 columns."""
    y, x = np.mgrid[0:41, 0:59]
    base = 120 + 70 * np.sin(0.31 * y + 0.2 * x) * np.cos(0.17 * x)
    base = base + 60 * ((x // 7 + y // 5) % 2) - 30
    channels = np.stack([base, 0.7 * base + x, 230 - 0.8 * base], -1)
    return np.clip(channels + rng.normal(0, 9, channels.shape), 0, 255).astype(np.uint8)


def normalized(pixels):
    """[H, W, 3] of 0…255 → [3, H, W]."""
    return ((np.asarray(pixels, np.float64) / 255 - MEAN) / STD).transpose(2, 0, 1)


def resized(pixels, height, width):
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.BILINEAR))


def center(pixels, height, width):
    top = int(round((pixels.shape[0] - height) / 2))
    left = int(round((pixels.shape[1] - width) / 2))
    return pixels[top:top + height, left:left + width]


def inpaint(values, mask):
    """Spread the known pixels outwards: K*(m x) / K*m, K the 12 taps of (1/2 + z/2)^11."""
    taps = np.array([1.0])
    for _ in range(11):
        taps = np.convolve(taps, [0.5, 0.5])
    kernel = np.outer(taps, taps)
    values, mask = values.copy(), mask.astype(np.float64)
    for _ in range(80):
        if (mask == 0).sum() <= 200:
            break
        weight = signal.convolve2d(mask, kernel, mode="same")
        # The smallest product of two taps is 2^-22; what is out of reach is 0 exactly.
        reached = weight > 1e-12
        for c in range(values.shape[0]):
            fill = signal.convolve2d(values[c] * mask, kernel, mode="same")
            fill = np.where(reached, fill / np.where(reached, weight, 1), values[c])
            values[c] = np.where(mask > 0, values[c], fill)
        mask = reached.astype(np.float64)
    return values


def embedded(pixels, size, offset, background):
    part = normalized(resized(pixels, *size))
    black = (0 - MEAN) / STD
    canvas = np.broadcast_to(
        (np.zeros(3) if background == "gray" else black)[:, None, None], (3, SIZE, SIZE)).copy()
    rows = slice(offset[0], offset[0] + size[0])
    columns = slice(offset[1], offset[1] + size[1])
    canvas[:, rows, columns] = part
    if background == "inpainted":
        mask = np.zeros((SIZE, SIZE))
        mask[rows, columns] = 1
        canvas = inpaint(canvas, mask)
    return canvas


def fourier(x, dy, dx):
    """x(n + d) of the periodic map; the bin N/2 takes cos(pi d)."""
    result = x
    for axis, d in ((1, dy), (2, dx)):
        count = x.shape[axis]
        k = np.fft.fftfreq(count) * count
        factor = np.exp(2j * np.pi * k * d / count)
        factor[count // 2] = np.cos(np.pi * d)
        shape = [1, 1, 1]
        shape[axis] = count
        result = np.fft.ifft(np.fft.fft(result, axis=axis) * factor.reshape(shape), axis=axis).real
    return result


def lanczos(x, dy, dx, mode="reflect"):
    """x(n + d) by sinc(t) sinc(t/3), weights divided by their sum."""
    result = x
    for axis, d in ((1, dy), (2, dx)):
        whole = int(np.floor(d))
        taps = np.arange(-2, 4)
        t = d - whole - taps
        weights = np.sinc(t) * np.sinc(t / 3) * (np.abs(t) < 3)
        weights /= weights.sum()
        pads = [(0, 0)] * 3
        pads[axis] = (40, 40)
        padded = np.pad(result, pads, mode=mode)
        count = x.shape[axis]
        result = sum(
            w * np.take(padded, np.arange(count) + 40 + whole + k, axis=axis)
            for k, w in zip(taps, weights))
    return result


def warped(x, matrix):
    """The middle SIZE x SIZE of x resampled about its centre: output p stands at c + A (p - c)."""
    margin = (x.shape[1] - SIZE) / 2
    middle = (SIZE - 1) / 2
    p = np.stack(np.mgrid[0:SIZE, 0:SIZE]).reshape(2, -1) - middle
    source = matrix @ p + middle + margin
    return np.stack([
        ndimage.map_coordinates(c, source, order=1, mode="nearest").reshape(SIZE, SIZE) for c in x])


def views(pixels):
    image = resized(pixels, RESIZE, RESIZE * 59 // 41)
    plain = center(image, SIZE, SIZE)
    x = normalized(plain)
    wide = normalized(center(image, RESIZE, RESIZE))
    angle = np.deg2rad(4)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    box = pixels[5:5 + 27, 9:9 + 31]
    yield "plain", x
    yield "rolled(3, -5)", np.roll(x, (-3, 5), (1, 2))
    yield "crop(1, 4)", wide[:, 1:1 + SIZE, 4:4 + SIZE]
    padded = np.pad(x, ((0, 0), (3, 3), (3, 3)))
    yield "zeroPadded(-2, 3)", padded[:, 1:1 + SIZE, 6:6 + SIZE]
    yield "fourier(1.5, -0.25)", fourier(x, 1.5, -0.25)
    yield "lanczos(0.3, -0.6)", lanczos(x, 0.3, -0.6)
    yield "window(23, at 4 7)", normalized(resized(pixels[4:27, 7:30], SIZE, SIZE))
    yield "resizedWindow(27x31 at 5 9, 42, at 3 3)", normalized(resized(box, 42, 42))[:, 3:35, 3:35]
    yield "enlarged(36, at 2 1)", normalized(resized(plain, 36, 36))[:, 2:34, 1:33]
    for background in ("black", "gray", "inpainted"):
        yield f"embedded(14x20 at 3 8, {background})", embedded(pixels, (14, 20), (3, 8), background)
    yield "turned(4)", warped(wide, turn)
    yield "zoomed(1.04)", warped(wide, np.eye(2) / 1.04)


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def metrics(logits, labels, pairs):
    """Of [images, views, classes]; every number over all images, by its definition."""
    p, top = softmax(logits), logits.argmax(-1)
    rows = np.arange(len(labels))
    right = top == labels[:, None]
    a, b = np.array([q[0] for q in pairs]), np.array([q[1] for q in pairs])
    agree = top[:, a] == top[:, b]
    pa = np.take_along_axis(p[:, a], top[:, a, None], -1)[..., 0]
    pb = np.take_along_axis(p[:, b], top[:, a, None], -1)[..., 0]
    true = p[rows[:, None], np.arange(p.shape[1])[None], labels[:, None]]
    order = np.argsort(-logits, -1)[..., :5]
    five = (order == labels[:, None, None]).any(-1)
    cosine = (p[:, a] * p[:, b]).sum(-1) / np.sqrt((p[:, a] ** 2).sum(-1) * (p[:, b] ** 2).sum(-1))
    return {
        "consistency": agree.mean(), "p_top1_change": 1 - agree.mean(),
        "mac": np.abs(pa - pb).mean(), "sis": (1 - cosine).mean(),
        "consistency_all": (top == top[:, :1]).all(1).mean(),
        "consistency_among_correct": agree[right[:, a]].mean(),
        "accuracy": right.mean(), "accuracy_first": right[:, a].mean(),
        "accuracy_shifted": right[:, 1:].mean(), "worst_shift_accuracy": right.all(1).mean(),
        "top5_accuracy": five.mean(),
        "jaggedness": (five[:, 1:] != five[:, :-1]).sum() / len(labels),
        "classification_variation": true.std(1).mean(),
        "logit_variance": logits.var(1).sum(-1).mean(),
    }


def equivariance(still, moved, shift):
    """Whole shifts: squared difference, squared reference, values, where n + d lies on the map."""
    reference = np.roll(still, (-shift[0], -shift[1]), (1, 2))
    height, width = still.shape[1:]
    n, m = np.arange(height) + shift[0], np.arange(width) + shift[1]
    mask = ((n >= 0) & (n < height))[:, None] & ((m >= 0) & (m < width))[None]
    difference = ((reference - moved) ** 2)[:, mask]
    return [float(difference.sum()), float((reference ** 2)[:, mask].sum()), difference.size]


def fractional(still, moved, shift):
    reference = lanczos(still, *shift, mode="wrap")
    height, width = still.shape[1:]
    n, m = np.arange(height) + shift[0], np.arange(width) + shift[1]
    mask = ((n >= 3) & (n <= height - 4))[:, None] & ((m >= 3) & (m <= width - 4))[None]
    difference = ((reference - moved) ** 2)[:, mask]
    return [float(difference.sum()), float((reference ** 2)[:, mask].sum()), difference.size]


def overlap(first, second, first_offset, second_offset):
    """mASSC: pixels of the two crops that are the same pixel of the image."""
    equal = count = 0
    a, b = first.argmax(0), second.argmax(0)
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            k = i + first_offset[0] - second_offset[0]
            l = j + first_offset[1] - second_offset[1]
            if 0 <= k < b.shape[0] and 0 <= l < b.shape[1]:
                count += 1
                equal += int(a[i, j] == b[k, l])
    return [equal, count]


def main(folder):
    rng = np.random.default_rng(20190406)
    pixels = photo(rng)
    np.save(folder / "photo.npy", pixels.astype(np.float32))
    names, pictures = zip(*views(pixels))
    np.save(folder / "views.npy", np.stack(pictures).astype(np.float32))

    logits = rng.normal(0, 1, (12, 1, 8)) * 1.5 + rng.normal(0, 0.8, (12, 6, 8))
    labels = np.where(rng.random(12) < 0.7, logits[:, 0].argmax(-1), rng.integers(0, 8, 12))
    logits = logits.astype(np.float32).astype(np.float64)
    np.save(folder / "answers.npy", logits.astype(np.float32))
    pairings = {
        "couples": [(0, 1), (2, 3), (4, 5)], "first": [(0, k) for k in range(1, 6)],
        "steps": [(k, k + 1) for k in range(5)],
    }
    maps = rng.normal(0, 1, (2, 4, 17, 20)).astype(np.float32)
    maps[1, :, :9] = maps[0, :, :9]
    np.save(folder / "maps.npy", maps)
    still, moved = maps.astype(np.float64)
    sums = rng.normal(10, 1.5, (9, 2, 5))
    leave = np.abs(sums - sums.mean(0)) > 0.2 * np.abs(sums.mean(0))
    wilson = [
        [k, n, *stats.binomtest(k, n).proportion_ci(0.95, method="wilson")]
        for k, n in ((0, 1), (0, 20), (1, 20), (7, 20), (20, 20), (493, 1000))
    ]
    document = {
        "views": names, "labels": labels.tolist(),
        "metrics": {name: metrics(logits, labels, pairs) for name, pairs in pairings.items()},
        "equivariance": equivariance(still, moved, (2, -5)),
        "fractional": fractional(still, moved, (0.75, -1.5)),
        "overlap": overlap(still, moved, (3, 1), (1, 6)),
        "sums": sums.tolist(), "nonshiftability": leave.mean((0, 2)).tolist(),
        "wilson": [[float(v) for v in row] for row in wilson],
    }
    (folder / "metrics.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
