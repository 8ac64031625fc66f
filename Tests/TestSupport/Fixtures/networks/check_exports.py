"""Checks exported ONNX files with onnx.checker and onnxruntime.

usage: python check_exports.py FOLDER

FOLDER holds NAME.onnx with NAME.input.npy and the NAME.output.npy that the exporting program computed.
One line a file with the largest difference relative to the range of the output; more than 1e-5 fails.
Needs numpy, onnx, onnxruntime.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    failed = 0
    for path in sorted(Path(sys.argv[1]).glob("*.onnx")):
        try:
            onnx.checker.check_model(str(path), full_check=True)
            session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
            stem = str(path)[:-5]
            (got,) = session.run(None, {"input": np.load(stem + ".input.npy")})
            expected = np.load(stem + ".output.npy")
            assert got.shape == expected.shape, (got.shape, expected.shape)
            error = np.abs(got.astype(np.float64) - expected).max() / max(np.ptp(expected), 1e-30)
            failed += error > 1e-5
            print(f"{path.stem:40} {error:.1e} {'WRONG' if error > 1e-5 else ''}")
        except Exception as problem:
            failed += 1
            print(f"{path.stem:40} FAILED {str(problem)[:300]}")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
