"""Components of variance from a part of the phases by NumPy: python make_components.py FOLDER

Writes components.json: 4 x 2 x 3 phases of three levels, the logits at 14 of them, the components by
60 multiplicative steps towards the restricted maximum of the likelihood, the covariance of the shares'
errors, and the same beside a profile that counts for five dimensions (25 steps)."""
import itertools
import json
import sys
from pathlib import Path

import numpy as np

rng = np.random.default_rng(5)
phases, classes = [4, 2, 3], 6
every = list(itertools.product(*map(range, phases)))
parts = {tuple(s): rng.normal(size=(4, 2, 3, classes)) for n in (1, 2, 3) for s in itertools.combinations(range(3), n)}


def value(leaf):
    return sum(
        v[tuple(leaf[l] if l in s else 0 for l in range(3))] * 0.7 ** len(s) for s, v in parts.items()
    )


leaves = [every[i] for i in rng.permutation(len(every))[:14]]
logits = np.array([value(leaf) for leaf in leaves], np.float32)
sets = []
for level in range(3):
    sets += [s + [level] for s in [[]] + sets]
n = len(leaves)
kernels = []
for s in sets:
    kernel = np.ones((n, n))
    for i, j in itertools.product(range(n), repeat=2):
        for l in s:
            kernel[i, j] *= 1 if leaves[i][l] == leaves[j][l] else -1 / (phases[l] - 1)
    kernels.append(kernel)
freedom = np.array([np.prod([phases[l] - 1.0 for l in s]) for s in sets])
centred = logits.astype(float) - logits.astype(float).mean(0)
products = centred @ centred.T
dimensions = np.trace(products) ** 2 / (products**2).sum()


def projected(theta):
    sigma = sum(t * k for t, k in zip(theta, kernels)) + 1e-9 * theta.sum() * np.eye(n)
    inverse = np.linalg.inv(sigma)
    v = inverse.sum(1)
    return inverse - np.outer(v, v) / v.sum()


def steps(theta, rounds, profile=None):
    for _ in range(rounds):
        q = projected(theta)
        expected = np.array([np.sum(k * q) for k in kernels])
        found = np.array([np.sum(k * (q @ products @ q)) for k in kernels])
        if profile is not None:
            expected = expected + 5 / dimensions / theta
            found = found + 5 / dimensions * profile * theta.sum() / theta**2
        new = np.maximum(1e-12 * theta.sum(), theta * np.sqrt(found / expected))
        done = abs(new - theta).max() < 1e-6 * theta.sum()
        theta = new
        if done:
            break
    return theta


def covariance(theta):
    q = projected(theta)
    a = np.array([[np.trace(k @ q @ m @ q) for m in kernels] for k in kernels])
    a += np.diag(0.5 / dimensions / (theta + 0.5 * theta.sum() / n) ** 2)
    errors = 2 / dimensions * (np.linalg.inv(a) - np.diag(theta**2 / freedom))
    to = np.array([[float(max(s) == l) for s in sets] for l in range(3)])
    return to @ errors @ to.T


start = np.array([0.5 ** len(s) for s in sets])
start *= np.trace(products) / n / start.sum()
alone = steps(start, 60)
profile = np.array([0.3, 0.1, 0.1, 0.2, 0.1, 0.1, 0.1])
beside = steps(profile * alone.sum(), 25, profile)
Path(sys.argv[1], "components.json").write_text(
    json.dumps(
        {
            "phases": phases,
            "leaves": leaves,
            "logits": logits.tolist(),
            "sets": sets,
            "theta": alone.tolist(),
            "covariance": covariance(alone).ravel().tolist(),
            "profile": profile.tolist(),
            "beside": beside.tolist(),
        }
    )
    + "\n"
)
print(alone, beside)
