#include "reader.h"

// 4 |Z|² of the sixteen planes of one column, lane by lane; see moire_column_energy.
MOIRE_DISPATCH static void column_squares(
  lanes *restrict out, const lanes *a, const lanes *b, size_t height) {
  for (size_t k = 0; k < height; k += 1) {
    const lanes u = a[k], v = b[k == 0 ? 0 : height - k];
    const lanes s = u + v, d = u - v, d2 = d * d;
    out[k] = s * s + MOIRE_SWAP(d2);
  }
}

// Columns first … first + count - 1 into the rows of every plane.
MOIRE_DISPATCH static void write_rows(
  double *restrict power, const lanes *restrict columns, size_t count, size_t height, size_t half,
  const moire_group *group) {
  for (size_t p = 0; p < group->count; p += 1, power += height * half) {
    const double factor = group->unit[p] * group->unit[p] / 4;
    for (size_t y = 0; y < height; y += 1) {
      const float *from = (const float *)(columns + y) + p;
      double *to = power + y * half;
      for (size_t i = 0; i < count; i += 1) {
        to[i] = factor * (double)from[i * height * MOIRE_LANES];
      }
    }
  }
}

void moire_plane_power_column(
  double *power, const moire_reader *reader, const moire_workspace *parts,
  const moire_group *group, const lanes *a, const lanes *b, size_t column) {
  const size_t height = reader->grid_h, half = reader->grid_w / 2 + 1;
  const size_t held = column % MOIRE_PLANE_COLUMNS;
  column_squares(parts->plane_columns + held * height, a, b, height);
  if (held + 1 == MOIRE_PLANE_COLUMNS || column + 1 == half) {
    write_rows(
      power + column - held, parts->plane_columns, held + 1, height, half, group);
  }
}
