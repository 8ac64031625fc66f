"""Shift metrics of the network fixtures on explicit lists of shifts, in float64 on given logits."""

import numpy as np

# Pairs (a, b) shared by all images; the neighbour of a is a + (1, 1).
CIRCULAR = [
    ((0, 0), (-7, 13)),
    ((5, -18), (31, 2)),
    ((-32, -1), (9, 30)),
    ((-21, 22), (16, -29)),
]
CROP = [
    ((16, 16), (3, 21)),
    ((0, 0), (31, 31)),
    ((9, 30), (25, 4)),
    ((12, 7), (28, 19)),
]


def softmax(logits):
    e = np.exp(logits - logits.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def neighbour(a):
    return (a[0] + 1, a[1] + 1)


def metrics(protocol, pairs, unshifted, evaluate, labels=None):
    """`evaluate(shift)` gives logits [images, classes]; `unshifted` stands for no shift at all."""
    shifts = sorted({s for a, b in pairs for s in (a, b, neighbour(a))})
    logits = {s: evaluate(s).astype(np.float64) for s in shifts}
    p = {s: softmax(l) for s, l in logits.items()}
    top = {s: l.argmax(-1) for s, l in logits.items()}
    rows = np.arange(len(unshifted))
    agree = [top[a] == top[b] for a, b in pairs]
    change = [top[a] != top[neighbour(a)] for a, _ in pairs]
    mac = [np.abs(p[a][rows, top[a]] - p[neighbour(a)][rows, top[a]]) for a, _ in pairs]
    spread = np.stack([logits[s] for pair in pairs for s in pair]).var(0).sum(-1)
    reference = unshifted.astype(np.float64)
    power = ((reference - reference.mean(-1, keepdims=True)) ** 2).sum(-1)
    result = {
        "protocol": protocol,
        "images": len(rows),
        "pairs": [[list(a), list(b)] for a, b in pairs],
        "consistency": float(np.mean(agree)),
        "p_top1_change": float(np.mean(change)),
        "mac": float(np.mean(mac)),
        "logit_variance": float(spread.mean()),
        "logit_variance_relative": float((spread / power).mean()),
        "logit_variance_per_image": spread.tolist() if len(rows) <= 4 else None,
        "evaluations": [
            {
                "shift": list(s),
                "top1": top[s].tolist(),
                "probability": [round(float(v), 7) for v in p[s][rows, top[s]]],
            }
            for s in shifts
        ],
    }
    if labels is not None:
        listed = [s for pair in pairs for s in pair]
        result["accuracy"] = float((reference.argmax(-1) == labels).mean())
        result["worst_shift_accuracy"] = float(
            np.all([top[s] == labels for s in listed], axis=0).mean())
    return {k: v for k, v in result.items() if v is not None}
