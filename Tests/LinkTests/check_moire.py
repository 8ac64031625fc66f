"""moire.py against numpy.fft, on every kind of array a user may hand over; run by LinkTests."""

import numpy as np

import moire

random = np.random.default_rng(1)


def box(size, stride):
    """Bins of a DFT of `size` inside the baseband of `stride`, which divides it."""
    kept = size // stride
    bins = np.fft.fftfreq(size, 1 / size)
    return (bins >= -(kept // 2)) & (bins < (kept + 1) // 2)


def check_against_fft(height, width, stride):
    maps = random.standard_normal((3, height, width)).astype(np.float32) + 1
    power = np.abs(np.fft.fft2(maps.astype(float))) ** 2
    inside = np.outer(box(height, stride[0]), box(width, stride[1]))
    reading = moire.read(maps, stride)
    np.testing.assert_allclose(reading.total, power.sum((1, 2)), rtol=1e-6)
    np.testing.assert_allclose(reading.dc, power[:, 0, 0], rtol=1e-6)
    # The transforms are in single precision, relative to the energy of the map.
    total = power.sum()
    np.testing.assert_allclose(reading.alias, (power * ~inside).sum((1, 2)), atol=1e-5 * total)
    np.testing.assert_allclose(reading.power, power.sum(0), atol=1e-5 * total)
    fraction = (power * ~inside).sum() / total
    assert abs(reading.alias_fraction - fraction) < 1e-5
    ac = (power * ~inside).sum() / (total - power[:, 0, 0].sum())
    assert abs(reading.alias_fraction_ac - ac) < 1e-5
    np.testing.assert_allclose(
        reading.per_plane, (power * ~inside).sum((1, 2)) / power.sum((1, 2)), atol=1e-5)


def check_layouts():
    maps = random.standard_normal((2, 5, 8, 12)).astype(np.float32)
    wanted = moire.read(maps, 2)
    assert wanted.total.shape == (2, 5)
    record = np.zeros(maps.shape, [("tag", "u1"), ("value", "f4")])
    record["value"] = maps
    for same in [
        np.asfortranarray(maps),
        np.ascontiguousarray(maps.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2),
        maps[:, :, ::-1, ::-1][:, :, ::-1, ::-1], maps.astype(np.float64), maps.astype(">f4"),
        record["value"], maps.tolist()]:
        got = moire.read(same, 2)
        np.testing.assert_allclose(got.alias, wanted.alias, rtol=1e-4)
        np.testing.assert_allclose(got.half_power, wanted.half_power, rtol=1e-3, atol=1e-2)
    assert moire.read(maps[0, 0], 2).total.shape == ()
    assert moire.read(np.broadcast_to(np.float32(3), (4, 8, 8)), 2).per_plane.tolist() == [0] * 4
    assert moire.read(np.zeros((0, 8, 8)), 2).alias_fraction == 0
    mirrored = moire.Reader((8, 12), 2, "mirror").read(maps)
    assert mirrored.power.shape == mirrored.grid == (16, 24)


def refused(words, call):
    try:
        call()
    except (ValueError, OSError) as error:
        assert all(word in str(error) for word in words), error
    else:
        raise AssertionError(f"not refused: {words}")


def check_refusals():
    maps = np.zeros((2, 3, 8, 8), np.float32)
    maps[1, 2, 4, 4] = np.nan
    refused(["[1, 2]", "finite"], lambda: moire.read(maps, 2))
    refused(["axes"], lambda: moire.read(np.zeros(4), 2))
    refused(["stride (0, 0)"], lambda: moire.read(maps, 0))
    refused(["boundary", "periodic"], lambda: moire.Reader((4, 4), 2, "zero"))
    refused(["kaiser", "range"], lambda: moire.Reader((4, 4), 2, "kaiser", -1.0))
    refused(["[5, 5]", "4, 4"], lambda: moire.Reader((4, 4), 2).read(np.zeros((5, 5))))
    refused(["complex"], lambda: moire.read(np.zeros((4, 4), complex), 2))
    refused(["too large"], lambda: moire.Reader((2**40, 4), 2))
    refused(["nowhere"], lambda: moire.load("/nowhere/libmoire.so"))


for size in [(8, 8), (6, 10), (1, 12), (14, 1), (22, 26), (9, 15)]:
    for stride in [(1, 1), (2, 2), (1, 2), (3, 5)]:
        if size[0] % stride[0] == 0 and size[1] % stride[1] == 0:
            check_against_fft(*size, stride)
check_layouts()
check_refusals()
print("moire.py agrees with numpy")
