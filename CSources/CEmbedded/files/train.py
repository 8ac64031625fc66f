"""Makes every file that the program embeds: the default network, its test images and two photos.

usage: python train.py FASHION_MNIST_FOLDER SKIMAGE_PHOTO_FOLDER OUT_FOLDER

FASHION_MNIST_FOLDER holds the four idx-ubyte.gz files, SKIMAGE_PHOTO_FOLDER holds astronaut.png and
chelsea.png (scikit-image's skimage/data). Needs torch, numpy, onnx and pillow. One thread and fixed
seeds: the same versions on the same processor give the same network.
"""

import gzip
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F

SEED = 20240607
EPOCHS = 3
BATCH = 128
TEST_IMAGES = 48
PHOTO_SIDE = 400
PHOTO_QUALITY = 85
MEAN, DEVIATION = 0.2860, 0.3530
CLASSES = [
    "T-shirt/top", "trouser", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "ankle boot",
]


def convolution(inputs, outputs, stride=1):
    return nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)


class Residual(nn.Module):
    """Two 3x3 convolutions beside an identity, as in a basic ResNet block."""

    def __init__(self, channels):
        super().__init__()
        self.conv1 = convolution(channels, channels)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = convolution(channels, channels)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(y)) + x)


class Network(nn.Module):
    """Three sampling sites on 28x28: a max-pool (28 to 14), two convolutions (14, 7, 4)."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(convolution(1, 16), nn.BatchNorm2d(16), nn.ReLU())
        self.pool = nn.MaxPool2d(2, 2)
        self.down1 = nn.Sequential(convolution(16, 32, 2), nn.BatchNorm2d(32), nn.ReLU())
        self.block1 = Residual(32)
        self.down2 = nn.Sequential(convolution(32, 56, 2), nn.BatchNorm2d(56), nn.ReLU())
        self.block2 = Residual(56)
        self.head = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(56, 10)

    def forward(self, x):
        x = self.pool(self.stem(x))
        x = self.block1(self.down1(x))
        x = self.block2(self.down2(x))
        return self.fc(torch.flatten(self.head(x), 1))


def read_idx(path):
    """An array from a gzipped idx file of unsigned bytes."""
    data = gzip.decompress(Path(path).read_bytes())
    if data[:3] != b"\0\0\x08":
        raise SystemExit(f"{path} is not an idx file of unsigned bytes")
    rank = data[3]
    shape = np.frombuffer(data, ">u4", rank, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def write_idx(path, array):
    """The idx format: two zero bytes, the type (8), the rank, big-endian sizes, the bytes."""
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    Path(path).write_bytes(header + array.tobytes())


def normalised(images):
    x = torch.from_numpy(images.astype(np.float32)).unsqueeze(1)
    return (x / 255 - MEAN) / DEVIATION


def train(images, labels):
    torch.manual_seed(SEED)
    network = Network()
    x, y = normalised(images), torch.from_numpy(labels.astype(np.int64))
    steps = EPOCHS * (len(x) // BATCH)
    optimiser = torch.optim.SGD(
        network.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4, nesterov=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=0.1, total_steps=steps)
    generator = torch.Generator().manual_seed(SEED)
    for epoch in range(EPOCHS):
        order = torch.randperm(len(x), generator=generator)
        total = 0.0
        for start in range(0, len(x) - BATCH + 1, BATCH):
            batch = order[start:start + BATCH]
            loss = F.cross_entropy(network(x[batch]), y[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: mean loss {total / (len(x) // BATCH):.4f}", flush=True)
    return network.eval()


@torch.no_grad()
def accuracy(network, images, labels):
    right = 0
    for start in range(0, len(images), 500):
        scores = network(normalised(images[start:start + 500])).argmax(1).numpy()
        right += int((scores == labels[start:start + 500]).sum())
    return right / len(images)


def export(network, path):
    # PRESERVE keeps the normalisations apart, and with them the dotted names of all weights.
    torch.onnx.export(
        network, (torch.zeros(2, 1, 28, 28),), str(path), dynamo=False, opset_version=17,
        training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False,
        input_names=["image"], output_names=["logits"],
        dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}})
    model = onnx.load(path)
    onnx.helper.set_model_props(model, {"classes": ",".join(CLASSES)})
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def save_photo(source, path):
    photo = Image.open(source).convert("RGB")
    photo.thumbnail((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.LANCZOS)
    photo.save(path, quality=PHOTO_QUALITY, optimize=True)


def main():
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    fashion, photos, out = map(Path, sys.argv[1:])
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    network = train(
        read_idx(fashion / "train-images-idx3-ubyte.gz"),
        read_idx(fashion / "train-labels-idx1-ubyte.gz"))
    images = read_idx(fashion / "t10k-images-idx3-ubyte.gz")
    labels = read_idx(fashion / "t10k-labels-idx1-ubyte.gz")
    parameters = sum(p.numel() for p in network.parameters())
    print(f"{parameters} parameters, test accuracy {accuracy(network, images, labels):.4f}")
    export(network, out / "default.onnx")
    write_idx(out / "fashion-images.idx3", images[:TEST_IMAGES])
    write_idx(out / "fashion-labels.idx1", labels[:TEST_IMAGES])
    for name in ("astronaut", "chelsea"):
        save_photo(photos / f"{name}.png", out / f"{name}.jpg")


if __name__ == "__main__":
    main()
