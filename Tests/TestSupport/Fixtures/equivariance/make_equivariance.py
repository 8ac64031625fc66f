"""Internal feature distances of the embedded network by onnxruntime and torch, for the tests.

    python make_equivariance.py default.onnx FOLDER

Writes input.npy, [2, 1, 28, 28] of normal numbers, and distances.json: for each layer the mean over both
images at every shift (dh, dw) in {0…7}², row-major, and last the distance between the two images. Needs numpy, onnx, onnxruntime, torch.
"""
import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
import torch

# Moire's path of what is compared, and the tensor of the file that holds it.
LAYERS = {
    "pool": "/pool/MaxPool_output_0",
    "down1.0": "/down1.2/Relu_output_0",
    "relu1": "/relu1/Relu_output_0",
    "down2.0": "/down2.2/Relu_output_0",
    "relu2": "/relu2/Relu_output_0",
}

model = onnx.load(sys.argv[1])
folder = pathlib.Path(sys.argv[2])
for name in LAYERS.values():
    model.graph.output.append(onnx.ValueInfoProto(name=name))
session = onnxruntime.InferenceSession(model.SerializeToString())


def maps(image):
    """Every layer's map at the input's resolution, float64."""
    found = session.run(list(LAYERS.values()), {"input": image})
    return [
        torch.nn.functional.interpolate(torch.from_numpy(x), size=(28, 28), mode="nearest").double()
        for x in found
    ]


images = np.random.RandomState(0).randn(2, 1, 28, 28).astype(np.float32)
still = maps(images)
distances = {path: [] for path in LAYERS}
for dh in range(8):
    for dw in range(8):
        moved = maps(np.roll(images, (-dh, -dw), axis=(2, 3)))
        for path, a, b in zip(LAYERS, still, moved):
            a = torch.roll(a, (-dh, -dw), dims=(2, 3))
            cosine = torch.nn.functional.cosine_similarity(a, b, dim=1)
            distances[path].append(float((1 - cosine).mean()))
for path, a in zip(LAYERS, still):
    cosine = torch.nn.functional.cosine_similarity(a[:1], a[1:], dim=1)
    distances[path].append(float((1 - cosine).mean()))
np.save(folder / "input.npy", images)
(folder / "distances.json").write_text(json.dumps(distances, indent=1) + "\n")
