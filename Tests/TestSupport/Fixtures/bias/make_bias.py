"""Kolmogorov-Smirnov tests of boxes by SciPy: python make_bias.py (writes beside itself).

Three classes: anywhere at any size, in the middle and large, and one of few boxes."""

import csv
import json
import os

import numpy as np
from scipy import stats

here = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(7)


def boxes(name, count, centre, size):
    for _ in range(count):
        w, h = size()
        x, y = centre(w, h)
        left, top = round(x * (1 - w) * 500), round(y * (1 - h) * 375)
        right, bottom = left + round(w * 500), top + round(h * 375)
        yield name, min(left, 499), min(right, 500), min(top, 374), min(bottom, 375)


rows = list(boxes("anywhere", 60, lambda w, h: rng.uniform(size=2), lambda: rng.uniform(0.05, 0.95, 2)))
rows += list(
    boxes("middle, large", 200, lambda w, h: np.clip(rng.normal(0.5, 0.1, 2), 0, 1), lambda: rng.uniform(0.5, 0.9, 2))
)
rows += list(boxes("few", 8, lambda w, h: rng.uniform(0.3, 0.6, 2), lambda: rng.uniform(0.3, 0.5, 2)))
with open(os.path.join(here, "boxes.csv"), "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["image", "class", "xmin", "ymin", "xmax", "ymax", "width", "height"])
    for index, (name, left, right, top, bottom) in enumerate(rows):
        writer.writerow([f"{index}.jpg", name, left, top, right, bottom, 500, 375])

answers = {}
for name in sorted({row[0] for row in rows}):
    own = np.array([row[1:] for row in rows if row[0] == name], float)
    left, right, top, bottom = own[:, 0] / 500, own[:, 1] / 500, own[:, 2] / 375, own[:, 3] / 375
    values = {
        "centre_x": (left + right) / 2,
        "centre_y": (top + bottom) / 2,
        "height": bottom - top,
        "place_x": left / (1 - (right - left)),
        "place_y": top / (1 - (bottom - top)),
    }
    answers[name] = {
        key: [float(v) for v in stats.kstest(value, "uniform", method="exact")[:2]] for key, value in values.items()
    }
with open(os.path.join(here, "bias.json"), "w") as file:
    json.dump(answers, file, indent=1)
    file.write("\n")
