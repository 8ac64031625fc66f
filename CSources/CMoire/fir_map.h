#ifndef MOIRE_FIR_MAP_H
#define MOIRE_FIR_MAP_H

#include <stdint.h>

#include "alignment.h"
#include "lanes.h"
#include "moire.h"

// One axis in one direction as a sparse matrix by rows: y[i] = Σ_k gain[k] x[source[k]] over
// k = first[i] … first[i + 1] - 1, zero padding left out.
typedef struct moire_fir_map {
  size_t inputs, outputs;
  // How many samples every output takes, where all take as many with the same gains; else 0.
  size_t even;
  size_t *first, *source;
  double *gain;
  float *gain_float;
} moire_fir_map;

// A line of the width with its padding beside it: sample x stands at x + origin, what output j and
// tap t take at start + j stride + t.
typedef struct moire_fir_line {
  size_t origin, start, length;
  // The positions outside the axis that are reached, and the samples there (-1: 0).
  size_t pads;
  size_t *pad;
  ptrdiff_t *pad_source;
  size_t stride, count;
  double *taps;
  float *taps_float;
} moire_fir_line;

struct moire_fir {
  moire_fir_map height, width;
  moire_fir_map height_adjoint, width_adjoint;
  moire_fir_line line;
  size_t workspace_bytes;
};

enum {
  // What vectors may reach beyond a line.
  MOIRE_FIR_SLACK = 512,
  // Samples up to which planes are small: beyond, the turned ones leave the caches.
  MOIRE_FIR_SMALL = 800,
  // A group of planes side by side whose line stays in a first-level cache.
  MOIRE_FIR_GROUP_BYTES = 16384
};

moire_status moire_fir_map_make(moire_fir_map *map, const moire_fir_axis *axis, size_t output);
moire_status moire_fir_map_transpose(moire_fir_map *to, const moire_fir_map *from);
void moire_fir_map_free(moire_fir_map *map);

moire_status moire_fir_line_make(
  moire_fir_line *line, const moire_fir_axis *axis, size_t output);
void moire_fir_line_free(moire_fir_line *line);

// Bytes for sixteen planes side by side before and after the filter; 0 where they are not small.
size_t moire_fir_turned_bytes(const moire_fir *fir);

// Filters sixteen planes side by side in both axes, columns sixteen samples apart; `line` holds one
// of their rows. 0 where the maps are not even or not of the same short length.
int moire_fir_small(
  float *to, ptrdiff_t to_row, const float *from, ptrdiff_t from_row, lanes *line,
  const moire_fir_map *height, const moire_fir_map *width);

// Filters `count` planes of rows of up to 8 samples to up to 4×4, all without gaps, plane by plane in
// registers; 0 where they are larger, or the maps are not as above, or the processor lacks AVX-512.
int moire_fir_tiny(
  float *to, const float *from, size_t count, const moire_fir_map *height,
  const moire_fir_map *width);

// Sixteen planes `plane` apart to lanes, sample by sample, and back.
void moire_turn(lanes *to, const float *from, ptrdiff_t plane, size_t length);
void moire_turn_back(float *to, ptrdiff_t plane, const lanes *from, size_t length);

#endif
