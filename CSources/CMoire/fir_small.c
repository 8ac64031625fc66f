#include "fir_map.h"

// Every output of both axes takes `count` samples with the same taps: the loops unroll, and the taps
// stay in registers.
MOIRE_INLINE void filter_counted(
  float *restrict to, ptrdiff_t to_row, const float *restrict from, ptrdiff_t from_row,
  lanes *restrict line, const moire_fir_map *height, const moire_fir_map *width, size_t count) {
  const size_t inputs = width->inputs, rows = height->outputs, outputs = width->outputs;
  const size_t *across = width->source;
  lanes vertical[5], horizontal[5];
  for (size_t k = 0; k < count; k += 1) {
    vertical[k] = MOIRE_SPLAT(height->gain_float[k]);
    horizontal[k] = MOIRE_SPLAT(width->gain_float[k]);
  }
  for (size_t y = 0; y < rows; y += 1, to += to_row) {
    const unaligned_lanes *row[5];
    for (size_t k = 0; k < count; k += 1) {
      const ptrdiff_t source = (ptrdiff_t)height->source[y * count + k];
      row[k] = (const unaligned_lanes *)(from + source * from_row);
    }
    for (size_t x = 0; x < inputs; x += 1) {
      lanes sum = row[0][x] * vertical[0];
      for (size_t k = 1; k < count; k += 1) { sum += row[k][x] * vertical[k]; }
      line[x] = sum;
    }
    for (size_t x = 0; x < outputs; x += 1) {
      const size_t *source = across + x * count;
      lanes sum = line[source[0]] * horizontal[0];
      for (size_t k = 1; k < count; k += 1) { sum += line[source[k]] * horizontal[k]; }
      ((unaligned_lanes *)to)[x] = sum;
    }
  }
}

MOIRE_DISPATCH static void filter(
  float *to, ptrdiff_t to_row, const float *from, ptrdiff_t from_row, lanes *line,
  const moire_fir_map *height, const moire_fir_map *width) {
  switch (height->even) {
    case 2: filter_counted(to, to_row, from, from_row, line, height, width, 2); break;
    case 3: filter_counted(to, to_row, from, from_row, line, height, width, 3); break;
    case 4: filter_counted(to, to_row, from, from_row, line, height, width, 4); break;
    case 5: filter_counted(to, to_row, from, from_row, line, height, width, 5); break;
    default: break;
  }
}

int moire_fir_small(
  float *to, ptrdiff_t to_row, const float *from, ptrdiff_t from_row, lanes *line,
  const moire_fir_map *height, const moire_fir_map *width) {
  if (height->even != width->even || height->even < 2 || height->even > 5) { return 0; }
  filter(to, to_row, from, from_row, line, height, width);
  return 1;
}
