"""Alias fractions and spectra of NumPy arrays through libmoire; ctypes, nothing to compile.

    import moire
    moire.read(array, stride=2).alias_fraction      # array [..., height, width], float32

Copy this file into your project. The library is the file that the environment variable
MOIRE_LIBRARY names, the path given to load(), or the one that the system finds by its name.
"""

import ctypes
import ctypes.util
import os
from ctypes import (
    POINTER, Structure, byref, c_char_p, c_double, c_int, c_size_t, c_ssize_t, c_void_p)
from dataclasses import dataclass

import numpy as np

BOUNDARIES = {"periodic": 0, "mirror": 1, "hann": 2, "kaiser": 3}
NOT_FINITE = 6


class MoireError(ValueError):
    """A status of the library other than success."""

    def __init__(self, message, status):
        super().__init__(message)
        self.status = status


# The structs are those of moire/reading.h and moire/planes.h, field by field.
class _Options(Structure):
    _fields_ = [
        ("height", c_size_t), ("width", c_size_t), ("stride_height", c_size_t),
        ("stride_width", c_size_t), ("boundary", c_int), ("kaiser_beta", c_double),
        ("planning", c_int)]


class _Planes(Structure):
    _fields_ = [
        ("data", c_void_p), ("count", c_size_t), ("plane_stride", c_ssize_t),
        ("row_stride", c_ssize_t), ("column_stride", c_ssize_t)]


class _Reading(Structure):
    _fields_ = [
        ("power", c_void_p), ("plane_power", c_void_p), ("energies", c_void_p),
        ("registrations", c_void_p), ("not_finite_plane", c_size_t)]


def load(path=None):
    """The library, from `path`, $MOIRE_LIBRARY or the system, with its signatures declared."""
    name = path or os.environ.get("MOIRE_LIBRARY") or ctypes.util.find_library("moire")
    if not name:
        raise OSError("libmoire is not found: install it, or set MOIRE_LIBRARY to the file")
    library = ctypes.CDLL(str(name))
    signatures = {
        "moire_reader_create": (c_int, POINTER(c_void_p), POINTER(_Options)),
        "moire_reader_destroy": (None, c_void_p),
        "moire_reader_grid_height": (c_size_t, c_void_p),
        "moire_reader_grid_width": (c_size_t, c_void_p),
        "moire_reader_workspace_size": (c_size_t, c_void_p, c_int),
        "moire_reader_read": (
            c_int, c_void_p, POINTER(_Planes), POINTER(_Reading), c_void_p, c_size_t),
        "moire_status_message": (c_char_p, c_int),
        "moire_version": (c_char_p,),
    }
    for function, (result, *arguments) in signatures.items():
        getattr(library, function).restype = result
        getattr(library, function).argtypes = arguments
    return library


_loaded = None


def _library():
    global _loaded
    _loaded = _loaded or load()
    return _loaded


@dataclass
class Reading:
    """What `read` gives. Energies are Σ |X|² over the full spectrum of each plane, shape [...]."""

    total: np.ndarray
    dc: np.ndarray
    alias: np.ndarray
    #: Pooled over all planes: |X|² of the half-spectrum, [height][width // 2 + 1].
    half_power: np.ndarray
    grid: tuple

    @property
    def alias_fraction(self):
        """Energy outside the box of the stride over all energy, pooled over the planes."""
        return _share(self.alias.sum(), self.total.sum())

    @property
    def alias_fraction_ac(self):
        """The same without the constant in the denominator."""
        return min(1.0, _share(self.alias.sum(), (self.total - self.dc).sum()))

    @property
    def per_plane(self):
        """The alias fraction of every plane; 0 for a plane without energy beside its mean."""
        alive = self.total - self.dc >= 1e-12 * self.total
        return np.where(alive, self.alias, 0) / np.where(self.total > 0, self.total, 1)

    @property
    def power(self):
        """The pooled power at all bins, [height][width] as numpy.fft.fft2 orders them."""
        height, width = self.grid
        rows = -np.arange(height) % height
        mirrored = self.half_power[rows][:, (width - 1) // 2:0:-1]  # X[-k] = conj X[k]
        return np.concatenate([self.half_power, mirrored], axis=1)


def _share(part, whole):
    return float(part / whole) if whole > 0 else 0.0


class Reader:
    """Reads maps of one (height, width) at one stride; planned once, used often."""

    def __init__(self, size, stride, boundary="periodic", kaiser_beta=0.0, library=None):
        if boundary not in BOUNDARIES:
            raise ValueError(f"boundary is {boundary!r}, must be one of {', '.join(BOUNDARIES)}")
        stride = tuple(stride) if np.ndim(stride) else (stride, stride)
        if min(*size, *stride) < 1:
            raise ValueError(f"size {tuple(size)} and stride {stride} must be 1 or more")
        self._library = library or _library()
        self._handle = c_void_p()
        self.size = tuple(size)
        options = _Options(*size, *stride, BOUNDARIES[boundary], kaiser_beta, 0)
        status = self._library.moire_reader_create(byref(self._handle), byref(options))
        self._check(status, f"size {self.size}, stride {stride}, {boundary}")
        self.grid = (
            self._library.moire_reader_grid_height(self._handle),
            self._library.moire_reader_grid_width(self._handle))
        self._bytes = self._library.moire_reader_workspace_size(self._handle, 0)

    def __del__(self):
        if getattr(self, "_handle", None):
            self._library.moire_reader_destroy(self._handle)

    def _check(self, status, what):
        if status:
            text = self._library.moire_status_message(status).decode()
            raise MoireError(f"{what}: {text}", status)

    def read(self, array):
        """Reads [..., height, width]; float32 of any layout in place, other types as a copy."""
        maps = np.asarray(array)
        if maps.dtype.kind not in "fiub" or maps.shape[-2:] != self.size:
            raise ValueError(
                f"array is {maps.dtype} {list(maps.shape)}, must be real numbers "
                f"[..., {self.size[0]}, {self.size[1]}]")
        maps = maps.astype(np.float32, copy=False)
        if not maps.flags.aligned or any(step % 4 for step in maps.strides):
            maps = maps.copy()  # a field of a record: other bytes lie between its floats
        energies = np.zeros((*maps.shape[:-2], 3))
        power = np.zeros((self.grid[0], self.grid[1] // 2 + 1))
        workspace = np.empty(self._bytes, np.uint8)
        # The library steps over one axis of planes; the axes before it are walked here.
        for index in np.ndindex(maps.shape[:-3]):
            self._read_block(index, maps[index], energies[index], power, workspace)
        total, dc, alias = np.moveaxis(energies, -1, 0)
        return Reading(total, dc, alias, power, self.grid)

    def _read_block(self, index, block, energies, power, workspace):
        block = block[np.newaxis] if block.ndim == 2 else block
        planes = _Planes(block.ctypes.data, len(block), *(step // 4 for step in block.strides))
        reading = _Reading(power=power.ctypes.data, energies=energies.ctypes.data)
        status = self._library.moire_reader_read(
            self._handle, byref(planes), byref(reading), workspace.ctypes.data, workspace.nbytes)
        plane = [*index, reading.not_finite_plane]
        self._check(status, f"plane {plane} of the array" if status == NOT_FINITE else "read")


def read(array, stride, **options):
    """One reading of [..., height, width]; keep a Reader for more than one."""
    if np.ndim(array) < 2:
        raise ValueError(f"array has {np.ndim(array)} axes, must have two or more")
    return Reader(np.shape(array)[-2:], stride, **options).read(array)


if __name__ == "__main__":
    noise = np.random.default_rng(0).standard_normal((8, 96, 96), np.float32)
    print(f"white noise at stride 2: {read(noise, 2).alias_fraction:.3f}")  # close to 3/4
