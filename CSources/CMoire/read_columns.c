#include "reader.h"

// What the power sums of a group are weighed by: plane 2j sits in the even lanes of the squared
// sums and the odd lanes of the squared differences, plane 2j + 1 the other way round. Relative to
// the strongest plane, so that no square leaves the range of a float.
typedef struct power_gain {
  lanes sum, difference;
  double factor;
} power_gain;

static power_gain make_power_gain(const moire_group *group) {
  power_gain gain;
  double strongest = 0;
  for (size_t p = 0; p < MOIRE_LANES; p += 1) {
    strongest = group->unit[p] > strongest ? group->unit[p] : strongest;
  }
  // Units are powers of two.
  const double share = 1 / strongest;
  // In arrays: single lanes of a vector in memory are slow to write. Lanes without a plane have the
  // unit 0.
  float sum[MOIRE_LANES], difference[MOIRE_LANES];
  for (size_t p = 0; p < MOIRE_LANES; p += 1) {
    const double relative = group->unit[p] * share;
    sum[p] = difference[p ^ 1] = (float)(relative * relative);
  }
  memcpy(&gain.sum, sum, sizeof sum);
  memcpy(&gain.difference, difference, sizeof difference);
  gain.factor = strongest * strongest / 4;
  return gain;
}

// `count` columns of the transformed rows from `first` on, to the right or (direction -1) to the
// left.
static void transform_columns(
  const moire_reader *reader, const moire_workspace *parts, lanes *out, size_t first,
  size_t count, ptrdiff_t direction) {
  const size_t height = reader->grid_h, rows = reader->options.height;
  const ptrdiff_t pitch = (ptrdiff_t)reader->pitch;
  if (!reader->mirror) {
    moire_line_execute_ahead(
      &reader->column, out, (ptrdiff_t)height, parts->map + first, pitch, direction, count,
      parts->scratch, direction);
    return;
  }
  for (size_t i = 0; i < count; i += 1) {
    for (size_t y = 0; y < rows; y += 1) {
      const lanes v = parts->map[(ptrdiff_t)(y * reader->pitch + first) + (ptrdiff_t)i * direction];
      parts->stage[y] = parts->stage[height - 1 - y] = v;
    }
    moire_line_execute(
      &reader->column, out + i * height, 0, parts->stage, 1, 0, 1, parts->scratch);
  }
}

void moire_group_columns(
  moire_pair_sums *alias, double *plane_power, const moire_reader *reader,
  const moire_workspace *parts, const moire_group *group, int pooled, size_t end) {
  const power_gain gain = make_power_gain(group);
  const size_t height = reader->grid_h, width = reader->grid_w, tile = reader->tile;
  lanes *a = parts->columns, *b = a + tile * height;
  const size_t interior = (width - 1) / 2;
  for (size_t first = 0; first < end;) {
    // Columns 0 and Nyquist are their own partners and go alone.
    const int paired = first > 0 && first <= interior;
    const size_t left = (interior + 1 < end ? interior + 1 : end) - first;
    const size_t count = !paired ? 1 : left < tile ? left : tile;
    transform_columns(reader, parts, a, first, count, 1);
    if (paired) { transform_columns(reader, parts, b, width - first, count, -1); }
    for (size_t i = 0; i < count; i += 1) {
      const size_t at = (first + i) * height;
      moire_column_energy(
        alias, pooled ? parts->power + at : NULL, a + i * height,
        paired ? b + i * height : a, height, reader->alias_weight + at, &gain.sum,
        &gain.difference, gain.factor);
      if (plane_power) {
        const lanes *opposite = paired ? b + i * height : a;
        moire_plane_power_column(
          plane_power, reader, parts, group, a + i * height, opposite, first + i);
      }
    }
    first += count;
  }
}
