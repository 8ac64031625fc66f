"""Shares, main effects and phase-0 effects of a small array of logits, by the definitions in NumPy.

Usage: python make.py > phases.json

Levels have strides (2, 3), (2, 1), (3, 2) on (height, width): 12 x 6 phases, 4 classes. The logits are
sin(0.7 h + 1.3 c) + 0.5 cos(0.9 w c + 0.2 h) + 0.1 ((5 h + 3 w + 7 c) mod 11), rounded to single precision.
"""
import itertools
import json

import numpy as np

STRIDES = [(2, 3), (2, 1), (3, 2)]
H, W, C = 12, 6, 4

h, w, c = np.meshgrid(np.arange(H), np.arange(W), np.arange(C), indexing="ij")
f = np.sin(0.7 * h + 1.3 * c) + 0.5 * np.cos(0.9 * w * c + 0.2 * h) + 0.1 * ((5 * h + 3 * w + 7 * c) % 11)
f = f.astype(np.float32).astype(np.float64)


def axis_digits(value, strides):
    digits = []
    for s in strides:
        digits.append(value % s)
        value //= s
    return digits


# g[d_1h, d_1w, d_2h, ...] = f at the shift with those digits.
shape = [n for s in STRIDES for n in s]
g = np.zeros(shape + [C])
for i, j in itertools.product(range(H), range(W)):
    rows = axis_digits(i, [s[0] for s in STRIDES])
    columns = axis_digits(j, [s[1] for s in STRIDES])
    g[tuple(d for pair in zip(rows, columns) for d in pair)] = f[i, j]
# One axis for each level.
g = g.reshape([a * b for a, b in STRIDES] + [C])
levels = len(STRIDES)

remaining = []
for level in range(levels + 1):
    behind = tuple(range(level, levels))
    variance = g.var(axis=behind) if behind else np.zeros_like(g)
    remaining.append(float(variance.sum(axis=-1).mean()))
main = [float(g.mean(axis=tuple(k for k in range(levels) if k != l)).var(axis=0).sum()) for l in range(levels)]
zero = [
    float(g[tuple(slice(None) if k == l else 0 for k in range(levels))].var(axis=0).sum())
    for l in range(levels)
]
own = f[0, 0]
print(json.dumps({
    "logits": [float(x) for x in f.ravel()],
    "remaining": remaining,
    "main_effects": main,
    "phase_zero_effects": zero,
    "spread": float(((own - own.mean()) ** 2).sum()),
}))
