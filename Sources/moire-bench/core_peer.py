"""NumPy, SciPy and PyTorch (and pyFFTW where it is installed) as the peers of the core's benchmark.

usage: python core_peer.py

It prints one line {"ready": true, "version": ...} and then answers the lines of its standard input:
`time CASE CHANNELS SIZE THREADS MS` runs a case on CHANNELS maps of SIZE x SIZE random floats again
and again for about MS milliseconds and prints {"ms": [...], "name": ...}, the time of each run; a
case that can be written in several ways is timed in the one that was fastest when it was first
asked for. `quit` or the end of the input ends it. A line that cannot be answered gives
{"error": ...}.
"""

import json
import sys
import time

import numpy as np
import scipy
import scipy.fft
import torch
import torch.nn.functional as functional

try:
    import pyfftw
except ImportError:
    pyfftw = None

STRIDE = 2
SHIFT = (0.3, 1.7)


def answer(**fields):
    print(json.dumps(fields), flush=True)


def maps_of(channels, size):
    return np.random.default_rng(20240607).standard_normal((channels, size, size)).astype(np.float32)


def numpy_power(spectrum):
    return (spectrum.real ** 2 + spectrum.imag ** 2).mean(axis=0)


def power(maps, threads):
    """rfft2, squared magnitudes, mean over the channels: what a pooled spectrum takes at least."""
    tensor = torch.from_numpy(maps)

    def by_parts():
        spectrum = torch.fft.rfft2(tensor)
        return (spectrum.real.square() + spectrum.imag.square()).mean(0)

    def by_view():
        return torch.view_as_real(torch.fft.rfft2(tensor)).square().sum(-1).mean(0)

    return {
        "scipy": lambda: numpy_power(scipy.fft.rfft2(maps, workers=threads)),
        "torch": by_parts,
        "torch, viewed as real": by_view,
    }


def measured_power(maps, threads):
    if pyfftw is None:
        return {}
    plan = pyfftw.builders.rfft2(maps, planner_effort="FFTW_MEASURE", threads=threads)
    return {"pyFFTW": lambda: numpy_power(plan())}


def blur(maps, taps, layout):
    """BlurPool as antialiased-cnns defines it: reflect padding, then a depthwise convolution."""
    channels = maps.shape[0]
    row = {3: [1, 2, 1], 4: [1, 3, 3, 1], 5: [1, 4, 6, 4, 1]}[taps]
    kernel = torch.outer(torch.tensor(row, dtype=torch.float32), torch.tensor(row, dtype=torch.float32))
    kernel = (kernel / kernel.sum())[None, None].repeat(channels, 1, 1, 1)
    before, after = (taps - 1) // 2, taps // 2
    pad = torch.nn.ReflectionPad2d((before, after, before, after))
    tensor = torch.from_numpy(maps)[None].contiguous(memory_format=layout)
    name = "torch" if layout == torch.contiguous_format else "torch, channels last"
    return {name: lambda: functional.conv2d(pad(tensor), kernel, stride=STRIDE, groups=channels)}


def shift(maps, threads):
    """A circular shift by a real number of samples with scipy.fft."""
    height, width = maps.shape[1:]
    rows = np.exp(2j * np.pi * np.fft.fftfreq(height) * SHIFT[0])
    columns = np.exp(2j * np.pi * np.fft.rfftfreq(width) * SHIFT[1])
    phase = (rows[:, None] * columns).astype(np.complex64)

    def run():
        spectrum = scipy.fft.rfft2(maps, workers=threads)
        spectrum *= phase
        return scipy.fft.irfft2(spectrum, s=(height, width), workers=threads)

    return {"scipy": run}


def pool(maps, threads):
    """Ideal low-pass pooling with scipy.fft: the spectrum cropped to the smaller grid."""
    channels, height, width = maps.shape
    to_height, to_width = -(-height // STRIDE), -(-width // STRIDE)
    positive, negative = (to_height + 1) // 2, (to_height - 1) // 2
    kept = (to_width + 1) // 2
    scale = np.float32(to_height * to_width / (height * width))

    def run():
        spectrum = scipy.fft.rfft2(maps, workers=threads)
        small = np.zeros((channels, to_height, to_width // 2 + 1), np.complex64)
        small[:, :positive, :kept] = spectrum[:, :positive, :kept]
        if negative > 0:
            small[:, -negative:, :kept] = spectrum[:, -negative:, :kept]
        small *= scale
        return scipy.fft.irfft2(small, s=(to_height, to_width), workers=threads)

    return {"scipy": run}


def ways(case, channels, size, threads):
    maps = maps_of(channels, size)
    if case == "power":
        return power(maps, threads)
    if case == "measured-power":
        return measured_power(maps, threads)
    if case in ("blur-3", "blur-4", "blur-5"):
        return blur(maps, int(case[-1]), torch.contiguous_format)
    if case in ("blur-3-last", "blur-4-last", "blur-5-last"):
        return blur(maps, int(case[5]), torch.channels_last)
    return {"shift": shift, "pool": pool}[case](maps, threads)


def timed(run):
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1e3


def fastest(candidates):
    best = None
    for name, run in candidates.items():
        cost = min(timed(run) for _ in range(4))
        if best is None or cost < best[0]:
            best = (cost, name, run)
    return best and best[1:]


def run_for(run, budget):
    times, end = [], time.perf_counter() + budget / 1e3
    while len(times) < 2 or time.perf_counter() < end:
        times.append(timed(run))
    return times


def serve():
    version = f"NumPy {np.__version__}, SciPy {scipy.__version__}, PyTorch {torch.__version__}"
    if pyfftw is not None:
        version += f", pyFFTW {pyfftw.__version__}"
    answer(ready=True, version=version)
    chosen, shape = {}, None
    for line in sys.stdin:
        words = line.split()
        if words == ["quit"]:
            return
        try:
            case, sizes, budget = words[1], tuple(map(int, words[2:5])), float(words[5])
            # The memory of one size at a time.
            if sizes != shape:
                chosen, shape = {}, sizes
            torch.set_num_threads(sizes[2])
            if case not in chosen:
                chosen[case] = fastest(ways(case, *sizes))
        except (IndexError, KeyError, ValueError) as error:
            answer(error=f"{line.strip()!r} cannot be answered: {error}")
            continue
        if chosen[case] is None:
            answer(ms=[], name="")
        else:
            name, run = chosen[case]
            answer(ms=run_for(run, budget), name=name)


if __name__ == "__main__":
    with torch.no_grad():
        serve()
