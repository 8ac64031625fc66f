"""Reference values of the low-pass filters from SciPy and NumPy, without any code of this project.

    python make_filters.py filters.json
"""
import json
import sys

import numpy
import scipy
from scipy import integrate, signal

FREQUENCIES = [0.0, 0.01, 0.1, 0.125, 0.2, 0.25, 0.3, 0.37, 0.45, 0.5]


def amplitude(taps, frequencies):
    """Zero-phase amplitude: freqz's response of the causal filter with its delay taken out."""
    f = numpy.asarray(frequencies)
    _, response = signal.freqz(taps, worN=2 * numpy.pi * f)
    return (response * numpy.exp(2j * numpy.pi * f * (len(taps) - 1) / 2)).real


def fir(spec, stride, taps):
    taps = numpy.asarray(taps, dtype=float)

    def power(f):
        return float(amplitude(taps, [f])[0] ** 2)

    edge = 0.5 / stride
    points = numpy.linspace(edge, 0.5, 200001)
    pieces = numpy.linspace(edge, 0.5, 41)
    stop = 2 * sum(integrate.quad(power, a, b, epsabs=0, epsrel=1e-11)[0] for a, b in zip(pieces[:-1], pieces[1:]))
    noise = float(numpy.sum(taps ** 2))
    answer = numpy.cumsum(taps)
    return {
        "spec": spec, "stride": stride, "taps": taps.tolist(),
        "amplitude": amplitude(taps, FREQUENCIES).tolist(),
        "nyquist_gain": abs(float(amplitude(taps, [edge])[0])),
        "stop_band_gain": float(numpy.max(numpy.abs(amplitude(taps, points)))),
        "noise_gain": noise, "alias": stop / noise,
        "overshoot": float(max(0, answer.max() - 1)),
        "edge_gain": float(numpy.sum(taps[(len(taps) - 1) // 2:])),
    }


def raised_cosine(f, cutoff, roll_off):
    low, high = cutoff * (1 - roll_off), cutoff * (1 + roll_off)
    f = abs(f)
    if f <= low:
        return 1.0
    if f >= high:
        return 0.0
    return 0.5 * (1 + numpy.cos(numpy.pi * (f - low) / (high - low)))


def response(spec, stride, function, corners=()):
    """A filter that is defined by its amplitude: all by numerical integration."""
    edge = 0.5 / stride

    def integral(g, a, b, limit=2000):
        points = sorted({a, b, *[c for c in corners if a < c < b]})
        return sum(integrate.quad(g, p, q, epsabs=1e-15, epsrel=1e-12, limit=limit)[0] for p, q in zip(points[:-1], points[1:]))

    noise = 2 * integral(lambda f: function(f) ** 2, 0, 0.5)
    stop = 2 * integral(lambda f: function(f) ** 2, edge, 0.5)
    impulse = [2 * integral(lambda f, m=m: function(f) * numpy.cos(2 * numpy.pi * f * m), 0, 0.5) for m in range(25)]
    answer = 0.5 + impulse[0] / 2 + numpy.concatenate([[0], numpy.cumsum(impulse[1:])])
    return {
        "spec": spec, "stride": stride, "amplitude": [float(function(f)) for f in FREQUENCIES],
        "nyquist_gain": float(function(edge)), "noise_gain": noise, "alias": stop / noise,
        "overshoot": float(max(0, answer.max() - 1)), "edge_gain": float(answer[0]),
    }


def kaiser_order(attenuation, width, cutoff, stride):
    count, beta = signal.kaiserord(attenuation, 2 * width)
    taps = signal.firwin(count, 2 * cutoff, window=("kaiser", beta))
    spec = f"kaiser:stop={attenuation},width={width},cutoff={cutoff}"
    return fir(spec, stride, taps) | {"beta": float(beta)}


def style_gan(count, width, cutoff, stride):
    # firwin derives the same beta from the width; SciPy's own widths are in units of Nyquist.
    beta = signal.kaiser_beta(signal.kaiser_atten(count, 2 * width))
    taps = signal.firwin(count, cutoff, width=width, fs=1)
    return fir(f"kaiser:taps={count},width={width},cutoff={cutoff}", stride, taps) | {"beta": float(beta)}


def gaussian(sigma, count, stride):
    taps = signal.windows.gaussian(count, sigma)
    return fir(f"gaussian:sigma={sigma},taps={count}", stride, taps / taps.sum())


def hann(count, stride):
    taps = signal.windows.hann(count + 2)[1:-1]
    return fir(f"hann:taps={count}", stride, taps / taps.sum())


def hann_sinc(count, cutoff, stride):
    taps = signal.firwin(count + 2, 2 * cutoff, window="hann")[1:-1]
    return fir(f"hann:taps={count},cutoff={cutoff}", stride, taps / taps.sum())


def main():
    filters = [
        kaiser_order(60, 0.1, 0.25, 2), kaiser_order(40, 0.05, 0.2, 2), kaiser_order(21, 0.2, 0.125, 4),
        kaiser_order(30, 0.13, 0.22, 2), kaiser_order(100, 0.08, 0.25, 2), kaiser_order(9, 0.3, 0.3, 1),
        style_gan(12, 0.2, 0.25, 2), style_gan(13, 0.3, 0.15, 3), style_gan(2, 0.5, 0.25, 2), style_gan(24, 0.15, 0.125, 4),
        gaussian(1.0, 9, 2), gaussian(0.7, 4, 2), gaussian(2.5, 21, 4), gaussian(0.1, 3, 2),
        hann(1, 2), hann(2, 2), hann(3, 2), hann(6, 2), hann(9, 4),
        hann_sinc(9, 0.25, 2), hann_sinc(16, 0.125, 4), hann_sinc(31, 0.2, 2),
    ]
    responses = []
    for cutoff, roll_off, stride in [(0.25, 0.5, 2), (0.2, 1.0, 2), (0.125, 0.0, 4), (0.3, 0.9, 2), (0.5, 0.5, 2), (0.1, 0.25, 3)]:
        corners = (cutoff * (1 - roll_off), cutoff * (1 + roll_off), 0.5 / stride)
        responses.append(response(
            f"raised-cosine:rolloff={roll_off},cutoff={cutoff}", stride,
            lambda f, c=cutoff, r=roll_off: raised_cosine(f, c, r) if r > 0 else (1.0 if abs(f) < c else 0.5 if abs(f) == c else 0.0),
            corners))
    for sigma, stride in [(1.0, 2), (0.4, 2), (3.0, 4), (0.05, 2), (8.0, 2)]:
        corners = tuple(x / sigma for x in (0.2, 0.5, 1, 1.6, 2.2))
        responses.append(response(
            f"gaussian:sigma={sigma}", stride,
            lambda f, s=sigma: float(numpy.exp(-2 * (numpy.pi * s * f) ** 2)), corners))
    orders = []
    for attenuation in [8, 15, 21, 21.5, 30, 50, 50.5, 80, 120]:
        for width in [0.5, 0.21, 0.1, 0.013]:
            count, beta = signal.kaiserord(attenuation, 2 * width)
            orders.append({"attenuation": attenuation, "width": width, "taps": int(count), "beta": float(beta),
                           "atten_of_taps": float(signal.kaiser_atten(int(count), 2 * width))})
    versions = {"scipy": scipy.__version__, "numpy": numpy.__version__}
    with open(sys.argv[1], "w") as file:
        json.dump({"versions": versions, "frequencies": FREQUENCIES, "fir": filters, "responses": responses, "kaiser_orders": orders}, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
