#ifndef MOIRE_POLYPHASE_LANES_H
#define MOIRE_POLYPHASE_LANES_H

#include <math.h>
#include <stdint.h>

#include "lanes.h"
#include "polyphase_sums.h"

// Eight samples side by side: their measures before they are merged.
typedef struct lane_measure {
  wide_lanes square, square_rest, magnitude, magnitude_rest, peak, highest;
} lane_measure;

enum { LANES = 8, MOST_STRIDE = 8 };

typedef float unaligned_eight __attribute__((vector_size(32), aligned(4), may_alias));
typedef long long mask_lanes __attribute__((vector_size(64)));

MOIRE_INLINE void add_lanes(wide_lanes *sum, wide_lanes *rest, const wide_lanes *x) {
  const wide_lanes total = *sum + *x, part = total - *sum;
  *rest += (*sum - (total - part)) + (*x - part);
  *sum = total;
}

// Lane by lane: GCC 12 fails on the comparison of vectors wider than the machine's here.
MOIRE_INLINE void raise_lanes(wide_lanes *most, const wide_lanes *x) {
  for (int l = 0; l < LANES; l += 1) { (*most)[l] = (*x)[l] > (*most)[l] ? (*x)[l] : (*most)[l]; }
}

// Adds the squares of eight samples, which are exact in double.
MOIRE_INLINE void add_squares(lane_measure *measure, const unaligned_eight *from) {
  const wide_lanes x = __builtin_convertvector(*from, wide_lanes);
  const wide_lanes square = x * x;
  add_lanes(&measure->square, &measure->square_rest, &square);
}

// Adds eight samples; `top` are the same with -∞ for those that are none.
MOIRE_INLINE void add_eight(
  lane_measure *measure, const unaligned_eight *from, const unaligned_eight *top) {
  const wide_lanes x = __builtin_convertvector(*from, wide_lanes);
  const wide_lanes y = __builtin_convertvector(*top, wide_lanes);
  const wide_lanes size = (wide_lanes)((mask_lanes)x & (mask_lanes){
    INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX});
  add_squares(measure, from);
  add_lanes(&measure->magnitude, &measure->magnitude_rest, &size);
  raise_lanes(&measure->peak, &size);
  raise_lanes(&measure->highest, &y);
}

// Adds a line of `length` samples: sample n to lane n % 8 of measure n / 8 % period.
MOIRE_DISPATCH static void add_line(
  lane_measure *measures, const float *from, size_t length, size_t period) {
  const size_t whole = LANES * period;
  size_t x = 0;
  for (; x + whole <= length; x += whole) {
    for (size_t v = 0; v < period; v += 1) {
      const unaligned_eight *at = (const unaligned_eight *)(from + x + LANES * v);
      add_eight(&measures[v], at, at);
    }
  }
  for (size_t v = 0; x < length; x += LANES, v += 1) {
    const size_t rest = length - x < LANES ? length - x : LANES;
    unaligned_eight part = {0}, top = part - INFINITY;
    for (size_t l = 0; l < rest; l += 1) { part[l] = top[l] = from[x + l]; }
    add_eight(&measures[v], &part, &top);
  }
}

// Lines of `length` samples in rows and columns, `row` and `column` apart.
typedef struct line_grid {
  const float *from;
  size_t length, rows, columns;
  ptrdiff_t row, column;
} line_grid;

// Adds all lines, sample n of each to lane n % 8.
MOIRE_INLINE void add_grid(lane_measure *measure, const line_grid *grid, int only_squares) {
  lane_measure sum = *measure;
  for (size_t y = 0; y < grid->rows; y += 1) {
    const float *line = grid->from + (ptrdiff_t)y * grid->row;
    for (size_t c = 0; c < grid->columns; c += 1, line += grid->column) {
      size_t x = 0;
      for (; x + LANES <= grid->length; x += LANES) {
        const unaligned_eight *at = (const unaligned_eight *)(line + x);
        if (only_squares) {
          add_squares(&sum, at);
        } else {
          add_eight(&sum, at, at);
        }
      }
      if (x < grid->length) {
        unaligned_eight part = {0}, top = part - INFINITY;
        for (size_t n = 0; x + n < grid->length; n += 1) { part[n] = top[n] = line[x + n]; }
        add_eight(&sum, &part, &top);
      }
    }
  }
  *measure = sum;
}

MOIRE_DISPATCH static void add_all(lane_measure *measure, const line_grid *grid) {
  add_grid(measure, grid, 0);
}

MOIRE_DISPATCH static void add_only_squares(lane_measure *measure, const line_grid *grid) {
  add_grid(measure, grid, 1);
}

static void clear_lanes(lane_measure *measures, size_t period) {
  memset(measures, 0, period * sizeof *measures);
  for (size_t v = 0; v < period; v += 1) { measures[v].highest -= INFINITY; }
}

// Lane l of vector v belongs to phase (8 v + l) % period.
static void merge_lanes(
  moire_phase_measure *measures, const lane_measure *lanes_of, size_t period) {
  for (size_t n = 0; n < LANES * period; n += 1) {
    const lane_measure *from = &lanes_of[n / LANES];
    const size_t l = n % LANES;
    const moire_phase_measure part = {
      from->square[l], from->square_rest[l], from->magnitude[l], from->magnitude_rest[l],
      from->peak[l], from->highest[l], 0};
    moire_phase_merge(&measures[n % period], &part);
  }
}

#endif
