#ifndef MOIRE_RESAMPLE_AXIS_H
#define MOIRE_RESAMPLE_AXIS_H

#include <fftw3.h>

#include "lanes.h"
#include "line.h"
#include "moire.h"

// Four complex doubles side by side, the double twin of `lanes`.
enum { MOIRE_LANES_DOUBLE = 8 };

// A complex factor as it multiplies wide lanes, the twin of moire_factor.
typedef struct moire_factor_double {
  double real[2];
  double imaginary[2];
} moire_factor_double;

// A forward DFT over wide lanes, by FFTW at every length.
typedef struct moire_line_double {
  size_t length;
  fftw_plan plan;
} moire_line_double;

moire_status moire_line_double_create(moire_line_double *line, size_t length, unsigned flags);
void moire_line_double_destroy(moire_line_double *line);
void moire_line_double_execute(
  const moire_line_double *line, wide_lanes *restrict out, ptrdiff_t out_line,
  const wide_lanes *restrict in, ptrdiff_t in_step, ptrdiff_t in_line, size_t count,
  wide_lanes *restrict scratch);

typedef enum moire_axis_kind {
  // y(m) = x(source[m]); a source of `from` is a zero.
  moire_axis_copy,
  // y(m) = Σ_t weights[row[m]][t] e(start[m] + t) over the line extended to e(i) = x(source[i]).
  moire_axis_band,
  // Transform, weigh bins, transform back.
  moire_axis_transform
} moire_axis_kind;

// What happens to the bin at min(from, to) / 2, when that is whole.
typedef enum moire_edge {
  moire_edge_none,
  // to < from: both bins of the input fold onto the one of the output.
  moire_edge_fold,
  // to = from: times the real part of its factor.
  moire_edge_same,
  // to > from: shared between the two bins of the output.
  moire_edge_share
} moire_edge;

// A real linear operator from lines of `from` to lines of `to` samples, for one precision.
typedef struct moire_axis {
  moire_axis_kind kind;
  moire_precision precision;
  size_t from, to;
  // Copy and band: [to] and [extent].
  size_t *source;
  size_t extent;
  // Band. `dense` says that every output begins at 0 and has a row of its own.
  size_t taps, rows;
  size_t *start, *row;
  float *weights;
  double *weights_double;
  int dense;
  // Transform: bins ±1 … ±pairs pass; factor 2k is that of bin k, 2k + 1 that of bin -k, k = 0 …
  // pairs + 1, all of them divided by `from`; `turned` when one is not 1 / from.
  size_t pairs, block;
  moire_edge edge;
  int turned;
  moire_factor *factors;
  moire_factor_double *factors_double;
  moire_line forward, inverse;
  moire_line_double forward_double, inverse_double;
} moire_axis;

void moire_axis_destroy(moire_axis *axis);

// The longest line, in samples, that can be counted.
size_t moire_axis_most(void);

// The position in a line of `size` that position i of its extension shows; `size` for a zero.
size_t moire_extension_source(ptrdiff_t i, size_t size, moire_padding extension);

// y(m) = x(m + shift).
moire_status moire_axis_make_copy(
  moire_axis *axis, size_t size, ptrdiff_t shift, moire_padding extension,
  moire_precision precision);

// y(m) = Σ_t weights[row(m)][t] x(first[m] + t), row(m) = m mod rows. `weights` are copied.
typedef struct moire_band {
  size_t from, to, taps, rows;
  const double *weights;
  const ptrdiff_t *first;
  moire_padding extension;
} moire_band;
moire_status moire_axis_make_band(
  moire_axis *axis, const moire_band *band, moire_precision precision);

// The same taps everywhere: y(m) = Σ_t weights[t] x(m + first + t).
moire_status moire_axis_make_sliding(
  moire_axis *axis, size_t size, ptrdiff_t first, const double *weights, size_t taps,
  moire_padding extension, moire_precision precision);

// The ideal resampling of moire_ideal_resampler_create along one axis.
typedef struct moire_ideal {
  size_t from, to;
  double offset;
  moire_band_edge band_edge;
  moire_precision precision;
  moire_planning planning;
} moire_ideal;
moire_status moire_axis_make_ideal(moire_axis *axis, const moire_ideal *ideal);

// Vectors of scratch that applying the axis takes.
size_t moire_axis_scratch(const moire_axis *axis, int *overflow);

// Applies the axis to `count` lines: element n of line b is in[b in_line + n in_step], output m
// goes to out[b out_line + m]. The areas do not overlap.
void moire_axis_apply(
  const moire_axis *axis, lanes *restrict out, ptrdiff_t out_line, const lanes *restrict in,
  ptrdiff_t in_step, ptrdiff_t in_line, size_t count, lanes *restrict scratch);
void moire_axis_apply_double(
  const moire_axis *axis, wide_lanes *restrict out, ptrdiff_t out_line,
  const wide_lanes *restrict in, ptrdiff_t in_step, ptrdiff_t in_line, size_t count,
  wide_lanes *restrict scratch);

#endif
