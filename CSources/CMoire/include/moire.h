#ifndef MOIRE_H
#define MOIRE_H

/// Moire: how much of a sampled map aliases when it is subsampled, over FFTW.
///
/// Conventions. A map is `height` rows of `width` samples; a subsampling keeps every `stride`-th
/// row and column, the first one included. Transforms are unnormalised:
/// X[k] = Σ_n x[n] exp(-2πi k n / N); the inverse alone divides by N. Energies are Σ |X[k]|² over
/// the full spectrum.
///
/// A half-spectrum is row-major [height][width / 2 + 1]: |X[k_h, k_w]|² of the stored bins as they
/// are, not doubled. In energy sums a stored bin weighs 2 in interior columns and 1 in column 0
/// and, for an even width, in the Nyquist column.
///
/// The box of a stride is what a DFT of the subsampled size M = N / stride can hold: bins
/// -M/2 … M/2 - 1 for even M, -(M - 1)/2 … (M - 1)/2 for odd M, on each axis. An axis that the
/// stride does not divide goes by frequency: |k| / N > 1 / (2 stride) is outside.
///
/// Every function that can fail returns a status; its outputs are then untouched unless it says
/// otherwise. Nothing here starts a thread. A reader may be used from many threads at once, each
/// with its own workspace. Sizes are in elements unless a name says bytes.

#include "moire/activation.h"
#include "moire/base.h"
#include "moire/blur.h"
#include "moire/filter.h"
#include "moire/fir.h"
#include "moire/measure.h"
#include "moire/planes.h"
#include "moire/polyphase.h"
#include "moire/reading.h"
#include "moire/resample.h"
#include "moire/response.h"
#include "moire/shift.h"
#include "moire/spectral_filter.h"
#include "moire/spectrum.h"
#include "moire/transform.h"

#endif
