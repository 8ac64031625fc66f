"""Reference outputs of the BlurPool layers of antialiased-cnns, timm, kornia and composer and of
adaptive polyphase sampling, each by the peer's own code.

usage: make_blur.py COMPOSER_LAYERS APS_POOL FOLDER

  COMPOSER_LAYERS  composer/algorithms/blurpool/blurpool_layers.py of mosaicml
  APS_POOL         models/aps_models/apspool.py of achaman2/truly_shift_invariant_cnns
  FOLDER           takes blur.csv, blur.npy, phases.csv, phases.npy

Needs torch, numpy, antialiased-cnns 0.3, timm 1.0.31 and kornia 0.9.0. Values are multiples of 1/8 and
taps multiples of a power of two, so that every output is exact in single precision. A size of 0×0
stands where the peer refuses (a reflection or a wrap beyond the size).
"""

import importlib.util
import sys
import types
from pathlib import Path

import numpy
import torch

from antialiased_cnns import BlurPool, BlurPool1D
from kornia.filters import BlurPool2D
from timm.layers import BlurPool2d

SIZES = [(7, 7), (8, 8), (12, 12), (14, 14), (7, 10), (8, 12), (1, 9), (1, 12), (3, 3), (2, 5)]
CHANNELS = 2


def maps(channels, height, width):
    """The closed form that the tests evaluate, too."""
    c, y, x = numpy.meshgrid(
        range(channels), range(height), range(width), indexing="ij")
    values = (131 * c + 31 * y + 17 * x + 7 * x * y + 5 * y * y) % 64
    return torch.from_numpy(values.astype(numpy.float32) / 8 - 3)[None]


def module(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def aps_module(path):
    """The peer's file with its calls to a GPU taken out; its circular padding layer is not used."""
    pads = types.ModuleType("models.circular_pad_layer")
    pads.circular_pad = None
    sys.modules["models"] = types.ModuleType("models")
    sys.modules["models.circular_pad_layer"] = pads
    made = types.ModuleType("apspool")
    exec(Path(path).read_text().replace(".cuda()", ""), made.__dict__)
    return made


def layers(composer, n, stride):
    """(convention, padding, layer) of a filter size and stride."""
    names = {"reflect": "reflect", "replicate": "replicate", "zero": "zero"}
    for padding, name in names.items():
        yield "zhang", padding, BlurPool(CHANNELS, pad_type=name, filt_size=n, stride=stride)
    if n >= 2:
        timm_names = {"reflect": "reflect", "zero": "constant", "circular": "circular"}
        for padding, name in timm_names.items():
            yield "timm", padding, BlurPool2d(CHANNELS, n, stride, pad_mode=name)
        yield "kornia", "zero", BlurPool2D(n, stride)
    if n % 2 == 1 and n > 1:
        taps = torch.tensor([1.0])
        for _ in range(n - 1):
            taps = torch.nn.functional.pad(taps, (0, 1)) + torch.nn.functional.pad(taps, (1, 0))
        taps = taps / taps.sum()
        kernel = (taps[:, None] * taps[None, :])[None, None]
        yield "composer", "zero", lambda x: composer.blur_2d(x, stride=stride, filter=kernel)


def blur(composer, folder):
    header = ("convention", "padding", "filter", "stride", "height", "width", "rows", "columns")
    cases, outputs = [header], []
    for n in range(1, 8):
        for stride in (1, 2, 3, 4):
            for height, width in SIZES:
                x = maps(CHANNELS, height, width)
                for convention, padding, layer in layers(composer, n, stride):
                    case = (convention, padding, n, stride, height, width)
                    try:
                        y = layer(x).numpy()
                    except (RuntimeError, AssertionError):
                        # Reflection and wrapping beyond the size: the peer refuses.
                        cases.append((*case, 0, 0))
                        continue
                    assert numpy.array_equal(y * 2.0**15, numpy.round(y * 2.0**15))
                    cases.append((*case, *y.shape[2:]))
                    outputs.append(y.ravel())
                if height == 1 and n > 1:
                    # One-dimensional maps, with the height left alone.
                    layer = BlurPool1D(CHANNELS, filt_size=n, stride=stride)
                    y = layer(x[:, :, 0]).numpy()
                    cases.append(("line", "reflect", n, stride, 1, width, 1, y.shape[2]))
                    outputs.append(y.ravel())
    write(folder / "blur", cases, outputs)


def phases(aps, folder):
    header = ("criterion", "size", "output", "row 0", "column 0", "row 1", "column 1")
    cases, outputs = [header], []
    generator = numpy.random.default_rng(5)
    criteria = ("l2", "l1", "l_infty", "non_abs_max", "l2_min", "l1_min")
    for size in (2, 7, 8, 12, 13, 14):
        values = generator.standard_normal((2, 3, size, size)).astype(numpy.float32)
        x = torch.from_numpy(values)
        outputs.append(values.ravel())
        for criterion in criteria:
            y, index = aps.aps_downsample_v2(aps.aps_pad(x), 2, apspool_criterion=criterion)
            # The peer counts down the rows first.
            chosen = [[int(i) % 2, int(i) // 2] for i in index]
            cases.append((criterion, size, y.shape[2], *sum(chosen, [])))
            outputs.append(y.numpy().ravel())
    write(folder / "phases", cases, outputs)


def write(path, cases, outputs):
    lines = (",".join(str(field) for field in case) for case in cases)
    path.with_suffix(".csv").write_text("\n".join(lines) + "\n")
    numpy.save(path.with_suffix(".npy"), numpy.concatenate(outputs).astype("<f4"))


if __name__ == "__main__":
    target = Path(sys.argv[3])
    blur(module(sys.argv[1], "blurpool_layers"), target)
    phases(aps_module(sys.argv[2]), target)
