"""Compares `moire run` with onnxruntime on ONNX files, at batch 1 and 5, square and not.

usage: python check_zoo.py MOIRE FILE.onnx ...

MOIRE is the command. A file that leaves height and width open is run at 96×96 and 96×128 (224×224 and
224×448 when it needs more), another one at its own size. One line a file: the largest difference over
all runs relative to the range of onnxruntime's output, or the sentence with which it was refused.
Needs numpy, onnx, onnxruntime.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

LARGE = ("alexnet", "vgg", "inception", "densenet")


def sizes(model, name):
    dims = model.graph.input[0].type.tensor_type.shape.dim
    own = [d.dim_value if d.HasField("dim_value") else None for d in dims]
    last = own[3] in (1, 3) and own[1] not in (1, 3)
    h, w = (own[1], own[2]) if last else (own[2], own[3])
    channels = own[3] if last else own[1]
    if h and w:
        return channels, last, own[0], [(h, w)]
    large = any(part in name for part in LARGE)
    return channels, last, own[0], [(224, 224), (224, 448)] if large else [(96, 96), (96, 128)]


def error(moire, path, folder, shape, last, named):
    rng = np.random.default_rng(0)
    x = rng.standard_normal(shape).astype(np.float32)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    # Its optimiser (1.31) is wrong by 2e-3 for ResNet50V2, where a pad of zeros stands before a max-pool.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
    given = x.transpose(0, 2, 3, 1) if last else x
    (expected,) = session.run([session.get_outputs()[0].name], {session.get_inputs()[0].name: given})
    np.save(folder / "x.npy", x)
    command = [moire, "run", str(path), str(folder / "x.npy"), "--output", str(folder / "y.npy"),
               "--quiet"]
    if not named:
        command += ["--size", f"{shape[2]}x{shape[3]}"]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError((result.stderr or result.stdout).strip().split("\n")[-1])
    got = np.load(folder / "y.npy")
    if expected.ndim == 4 and got.shape != expected.shape:
        got = got.transpose(0, 2, 3, 1)
    if got.shape != expected.shape:
        raise RuntimeError(f"shape {got.shape}, expected {expected.shape}")
    return float(np.abs(got.astype(np.float64) - expected).max() / np.ptp(expected))


def main():
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        for path in map(Path, sys.argv[2:]):
            model = onnx.load(path, load_external_data=False)
            channels, last, batch, places = sizes(model, path.name)
            try:
                worst = max(
                    error(sys.argv[1], path, Path(temporary), (n, channels, *size), last, False)
                    for size in places for n in ([batch] if batch else [1, 5]))
                failed += worst >= 1e-4
                print(f"{path.name:45} {worst:.2e} {'' if worst < 1e-4 else 'WRONG'}", flush=True)
            except Exception as problem:
                failed += 1
                print(f"{path.name:45} FAILED {problem}", flush=True)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
