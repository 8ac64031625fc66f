#include "fir_map.h"
#include "half_sums.h"
#include "reader.h"
#include "turn.h"

MOIRE_DISPATCH static void stage_across(
  lanes *restrict row, const float *from, ptrdiff_t column, size_t width, const lanes *gain,
  const lanes *offset) {
  for (size_t x = 0; x < width; x += 1, from += column) {
    row[x] = *(const unaligned_lanes *)from * *gain + *offset;
  }
}

// Sixteen planes with contiguous rows, four columns at a time; of the last four some may have been
// there before.
MOIRE_INLINE void stage_turned(
  lanes *restrict row, const float *from, ptrdiff_t plane, size_t width, const lanes *gain,
  const lanes *offset, half_sums *low, half_sums *high) {
  for (size_t next = 0; width >= 4 && next < width; next += 4) {
    const size_t x = next + 4 <= width ? next : width - 4;
    lanes v[4];
    moire_turn_four(v, from + x, plane);
    for (size_t i = low ? next - x : 4; i < 4; i += 1) { moire_add_halves(low, high, &v[i]); }
    for (size_t i = 0; i < 4; i += 1) { row[x + i] = v[i] * *gain + *offset; }
  }
  for (size_t x = 0; width < 4 && x < width; x += 1) {
    lanes v;
    for (size_t p = 0; p < MOIRE_LANES; p += 1) { v[p] = from[(ptrdiff_t)p * plane + x]; }
    if (low) { moire_add_halves(low, high, &v); }
    row[x] = v * *gain + *offset;
  }
}

MOIRE_DISPATCH static void stage_along(
  lanes *restrict row, const float *from, ptrdiff_t plane, size_t width, const lanes *gain,
  const lanes *offset) {
  stage_turned(row, from, plane, width, gain, offset, NULL, NULL);
}

// The same, and the sums of the samples while they are at hand.
MOIRE_DISPATCH static void stage_summed(
  lanes *restrict row, const float *from, ptrdiff_t plane, size_t width, const lanes *gain,
  const lanes *offset, double *restrict sum, double *restrict square) {
  half_sums low = {{0}, {0}}, high = low;
  stage_turned(row, from, plane, width, gain, offset, &low, &high);
  for (size_t i = 0; i < 8; i += 1) {
    sum[i] += low.sum[i];
    sum[i + 8] += high.sum[i];
    square[i] += low.square[i];
    square[i + 8] += high.square[i];
  }
}

static void stage_strided(
  lanes *row, const moire_group *group, const float *from, size_t width) {
  for (size_t x = 0; x < width; x += 1) {
    lanes v = {0};
    for (size_t p = 0; p < group->count; p += 1) {
      v[p] = from[(ptrdiff_t)p * group->plane + (ptrdiff_t)x * group->column];
    }
    row[x] = v * group->gain + group->offset;
  }
}

void moire_group_stage(
  lanes *row, moire_group *group, const moire_reader *reader, size_t y) {
  const size_t width = reader->options.width;
  const float *from = group->data + (ptrdiff_t)y * group->row;
  const lanes *gain = &group->gain, *offset = &group->offset;
  const int whole = group->count == MOIRE_LANES;
  if (whole && group->column == 1 && group->plane != 1 && group->guessed) {
    stage_summed(
      row, from, group->plane, width, gain, offset, group->sum, group->square);
  } else {
    if (group->guessed) { moire_group_add_sums(group, y, 1, width); }
    if (whole && group->plane == 1) {
      stage_across(row, from, group->column, width, gain, offset);
    } else if (whole && group->column == 1) {
      stage_along(row, from, group->plane, width, gain, offset);
    } else {
      stage_strided(row, group, from, width);
    }
  }
  if (reader->windowed) {
    for (size_t x = 0; x < width; x += 1) {
      row[x] *= MOIRE_SPLAT(reader->window_h[y] * reader->window_w[x]);
    }
  }
  if (reader->mirror) {
    for (size_t x = 0; x < width; x += 1) { row[2 * width - 1 - x] = row[x]; }
  }
}

void moire_group_turn(moire_group *group, const moire_reader *reader, lanes *turned) {
  const size_t height = reader->options.height, width = reader->options.width;
  if (!reader->small || group->count < MOIRE_LANES || group->plane == 1 || group->column != 1) {
    return;
  }
  if (group->row == (ptrdiff_t)width) {
    moire_turn(turned, group->data, group->plane, height * width);
  } else {
    for (size_t y = 0; y < height; y += 1) {
      moire_turn(
        turned + y * width, group->data + (ptrdiff_t)y * group->row, group->plane, width);
    }
  }
  group->data = (const float *)turned;
  group->plane = 1;
  group->row = (ptrdiff_t)width * MOIRE_LANES;
  group->column = MOIRE_LANES;
}

void moire_group_stage_all(
  lanes *rows, const moire_group *group, const moire_reader *reader) {
  const size_t height = reader->options.height, width = reader->options.width;
  const int dense = group->row == (ptrdiff_t)width * group->column;
  const size_t times = dense ? 1 : height, length = dense ? height * width : width;
  for (size_t y = 0; y < times; y += 1) {
    stage_across(
      rows + y * width, group->data + (ptrdiff_t)y * group->row, group->column, length,
      &group->gain, &group->offset);
  }
}
