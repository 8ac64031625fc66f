#include "fir_map.h"
#include "reader.h"

MOIRE_DISPATCH static void stage_across(
  lanes *restrict row, const float *from, ptrdiff_t column, size_t width, const lanes *gain,
  const lanes *offset) {
  for (size_t x = 0; x < width; x += 1, from += column) {
    row[x] = *(const unaligned_lanes *)from * *gain + *offset;
  }
}

typedef float quad __attribute__((vector_size(16), aligned(4), may_alias));

// Four columns of four planes into the rows of lanes from `to` on.
MOIRE_INLINE void stage_quads(
  float *restrict to, const float *at, ptrdiff_t plane, quad gain, quad offset) {
  const quad a = *(const quad *)at, b = *(const quad *)(at + plane);
  const quad c = *(const quad *)(at + 2 * plane), d = *(const quad *)(at + 3 * plane);
  const quad ab = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  const quad cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const quad ef = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const quad gh = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  *(quad *)to = __builtin_shufflevector(ab, cd, 0, 1, 4, 5) * gain + offset;
  *(quad *)(to + MOIRE_LANES) = __builtin_shufflevector(ab, cd, 2, 3, 6, 7) * gain + offset;
  *(quad *)(to + 2 * MOIRE_LANES) = __builtin_shufflevector(ef, gh, 0, 1, 4, 5) * gain + offset;
  *(quad *)(to + 3 * MOIRE_LANES) = __builtin_shufflevector(ef, gh, 2, 3, 6, 7) * gain + offset;
}

// Sixteen planes with contiguous rows, four columns of four planes at a time; of the last four some
// may have been there before.
MOIRE_DISPATCH static void stage_along(
  lanes *restrict row, const float *from, ptrdiff_t plane, size_t width, const lanes *gain,
  const lanes *offset) {
  for (size_t next = 0; width >= 4 && next < width; next += 4) {
    const size_t x = next + 4 <= width ? next : width - 4;
    for (size_t p = 0; p < MOIRE_LANES; p += 4) {
      stage_quads(
        (float *)(row + x) + p, from + (ptrdiff_t)p * plane + x, plane,
        *(const quad *)((const float *)gain + p), *(const quad *)((const float *)offset + p));
    }
  }
  for (size_t x = 0; width < 4 && x < width; x += 1) {
    for (size_t p = 0; p < MOIRE_LANES; p += 1) { row[x][p] = from[(ptrdiff_t)p * plane + x]; }
    row[x] = row[x] * *gain + *offset;
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
  if (group->guessed) { moire_group_add_sums(group, y, 1, width); }
  const float *from = group->data + (ptrdiff_t)y * group->row;
  if (group->count == MOIRE_LANES && group->plane == 1) {
    stage_across(row, from, group->column, width, &group->gain, &group->offset);
  } else if (group->count == MOIRE_LANES && group->column == 1) {
    stage_along(row, from, group->plane, width, &group->gain, &group->offset);
  } else {
    stage_strided(row, group, from, width);
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
