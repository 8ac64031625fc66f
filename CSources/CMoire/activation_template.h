// The filtered activation of one sheet for the precision that these name: REAL, BITS (its unsigned
// twin), VECTOR of WIDTH values, NAME(x), SHEET, OUTPUT. No include guard: it is a template.

// The largest magnitude of each lane as bits without the sign.
MOIRE_DISPATCH static void NAME(largest)(
  BITS *restrict bits, const VECTOR *from, size_t count) {
  typedef BITS aliased __attribute__((may_alias));
  const aliased *words = (const aliased *)from;
  for (size_t i = 0; i < count; i += 1, words += WIDTH) {
    for (size_t p = 0; p < WIDTH; p += 1) {
      const BITS word = words[p] & (BITS)-1 >> 1;
      bits[p] = word > bits[p] ? word : bits[p];
    }
  }
}

// The scale of φ's values, from those on the original grid, each lane at least that of its input.
static void NAME(scale_outputs)(
  SHEET *out, const moire_activation *activation, const SHEET *sheet,
  const moire_activation_grid *grid, const moire_activation_parts *parts) {
  SHEET plain = *sheet;
  NAME(moire_sheet_plain)(&plain);
  plain.lost = sheet->lost;
  BITS bits[WIDTH] = {0};
  VECTOR *stage = parts->stage;
  for (size_t y = 0; y < sheet->height; y += grid->rows) {
    const size_t left = sheet->height - y, rows = left < grid->rows ? left : grid->rows;
    const size_t count = rows * sheet->width;
    NAME(moire_sheet_stage)(stage, sheet->width, &plain, y, rows, 0, sheet->width);
    NAME(moire_activation_apply)(activation, (REAL *)stage, count * WIDTH);
    NAME(largest)(bits, stage, count);
  }
  *out = *sheet;
  for (size_t p = 0; p < WIDTH; p += 1) {
    if (sheet->lost >> p & 1) { continue; }
    // Nothing on the grid: there may be something between its points all the same, of a size that
    // the input's tells; of an input of zeros there is not.
    if (bits[p] > 0) { NAME(moire_sheet_scale_lane)(out, p, bits[p]); }
  }
}

static void NAME(raise_rows)(
  const SHEET *sheet, const moire_activation_grid *grid, const moire_activation_parts *parts) {
  VECTOR *raised = parts->raised;
  for (size_t y = 0; y < sheet->height; y += grid->rows) {
    const size_t left = sheet->height - y, rows = left < grid->rows ? left : grid->rows;
    NAME(moire_sheet_stage)(parts->stage, sheet->width, sheet, y, rows, 0, sheet->width);
    NAME(moire_axis_apply)(
      &grid->up_width, raised + y * grid->row_pitch, (ptrdiff_t)grid->row_pitch, parts->stage, 1,
      (ptrdiff_t)sheet->width, rows, parts->scratch);
  }
}

MOIRE_DISPATCH static void NAME(unscale)(VECTOR *values, size_t count, const VECTOR *unit) {
  const VECTOR factor = *unit;
  for (size_t i = 0; i < count; i += 1) { values[i] = values[i] * factor; }
}

// The lanes of `fault` stay 0 where every value is finite.
MOIRE_DISPATCH static void NAME(rescale)(
  VECTOR *values, size_t count, const VECTOR *gain, VECTOR *fault) {
  const VECTOR factor = *gain;
  VECTOR sum = {0};
  for (size_t i = 0; i < count; i += 1) {
    values[i] = values[i] * factor;
    sum += values[i] - values[i];
  }
  *fault = sum;
}

// φ between two scales; lanes on which it is not finite are marked and emptied.
static void NAME(activate)(
  const moire_activation *activation, VECTOR *values, size_t count, const VECTOR *before,
  SHEET *after) {
  VECTOR fault;
  NAME(unscale)(values, count, before);
  NAME(moire_activation_apply)(activation, (REAL *)values, count * WIDTH);
  NAME(rescale)(values, count, &after->gain, &fault);
  for (size_t p = 0; p < WIDTH; p += 1) {
    if (fault[p] != 0) { after->lost |= 1u << p; }
    if (!(after->lost >> p & 1)) { continue; }
    after->unit[p] = (REAL)NAN;
    for (size_t i = 0; i < count; i += 1) { values[i][p] = 0; }
  }
}

static void NAME(activate_columns)(
  const moire_activation *activation, const moire_activation_grid *grid, const SHEET *in,
  SHEET *out, const moire_activation_parts *parts) {
  const size_t width = grid->up_width.to, tall = grid->up_height.to;
  VECTOR *raised = parts->raised, *columns = parts->columns;
  for (size_t x = 0; x < width; x += grid->tile) {
    const size_t count = width - x < grid->tile ? width - x : grid->tile;
    NAME(moire_axis_apply)(
      &grid->up_height, parts->tall, (ptrdiff_t)tall, raised + x, (ptrdiff_t)grid->row_pitch, 1,
      count, parts->scratch);
    NAME(activate)(activation, parts->tall, count * tall, &in->unit, out);
    NAME(moire_axis_apply)(
      &grid->down_height, columns + x * grid->column_pitch, (ptrdiff_t)grid->column_pitch,
      parts->tall, 1, (ptrdiff_t)tall, count, parts->scratch);
  }
}

// Σ_(y, x) of a map's squares, of the squares of its rows' Σ_x (-1)^x, and Σ_(y, x) (-1)^(y + x).
typedef struct NAME(tally) {
  double energy[WIDTH], rows[WIDTH], corner[WIDTH];
} NAME(tally);

// Row y into a tally, and into `columns`, Σ_y (-1)^y of every column.
MOIRE_DISPATCH static void NAME(add_row)(
  NAME(tally) *restrict tally, double *restrict columns, const double *restrict row, size_t width,
  size_t y) {
  double along[WIDTH] = {0};
  const double sign = y % 2 == 0 ? 1 : -1;
  for (size_t x = 0; x < width; x += 1, row += WIDTH, columns += WIDTH) {
    const double turn = x % 2 == 0 ? 1 : -1;
    for (size_t p = 0; p < WIDTH; p += 1) {
      tally->energy[p] += row[p] * row[p];
      along[p] += turn * row[p];
      columns[p] += sign * row[p];
    }
  }
  for (size_t p = 0; p < WIDTH; p += 1) {
    tally->corner[p] += sign * along[p];
    tally->rows[p] += along[p] * along[p];
  }
}

// A row of φ(x), and the same less r.
MOIRE_DISPATCH static void NAME(subtract)(
  double *restrict values, double *restrict differences, const VECTOR *restrict value,
  const VECTOR *restrict result, const VECTOR *unit, size_t width) {
  const REAL *v = (const REAL *)value, *r = (const REAL *)result;
  double factor[WIDTH];
  for (size_t p = 0; p < WIDTH; p += 1) { factor[p] = (double)(*unit)[p]; }
  for (size_t i = 0; i < width * WIDTH; i += WIDTH) {
    for (size_t p = 0; p < WIDTH; p += 1) {
      values[i + p] = (double)v[i + p];
      differences[i + p] = (double)v[i + p] - (double)r[i + p] * factor[p];
    }
  }
}

// The energy of plane p without the bins at N/2 of an even axis.
static double NAME(energy)(
  const NAME(tally) *tally, const double *columns, size_t height, size_t width, size_t p) {
  const double tall = (double)height, wide = (double)width;
  double edge = 0, down = 0;
  for (size_t x = 0; x < width; x += 1) {
    down += columns[x * WIDTH + p] * columns[x * WIDTH + p];
  }
  if (width % 2 == 0) { edge += tally->rows[p] / wide; }
  if (height % 2 == 0) { edge += down / tall; }
  // In the corner both axes are at N/2: counted twice so far.
  if (width % 2 == 0 && height % 2 == 0) {
    edge -= tally->corner[p] * tally->corner[p] / (tall * wide);
  }
  // A NaN stays one.
  return tally->energy[p] <= edge ? 0 : tally->energy[p] - edge;
}

// Rows y … of φ(x), staged as they are, and of r into both tallies.
static void NAME(add_rows)(
  NAME(tally) tally[2], const moire_activation *activation, const SHEET *plain, const SHEET *out,
  const moire_activation_parts *parts, size_t y, size_t rows) {
  const size_t width = plain->width, line = width * WIDTH;
  double *columns = parts->columns_of_both, *values = columns + 2 * line;
  NAME(moire_sheet_stage)(parts->stage, width, plain, y, rows, 0, width);
  NAME(moire_activation_apply)(activation, (REAL *)parts->stage, rows * line);
  const VECTOR *value = parts->stage, *result = parts->finished;
  for (size_t i = 0; i < rows; i += 1, value += width, result += width) {
    NAME(subtract)(values, values + line, value, result, &out->unit, width);
    NAME(add_row)(&tally[0], columns, values, width, y + i);
    NAME(add_row)(&tally[1], columns + line, values + line, width, y + i);
  }
}

static void NAME(finish)(
  const moire_activation *activation, const moire_activation_grid *grid, const OUTPUT *output,
  moire_activation_sums *sums, const SHEET *in, const SHEET *out,
  const moire_activation_parts *parts) {
  const size_t height = in->height, width = in->width;
  SHEET plain = *in;
  NAME(moire_sheet_plain)(&plain);
  NAME(tally) tally[2] = {0};
  const VECTOR *columns = parts->columns;
  if (sums) { memset(parts->columns_of_both, 0, 2 * width * WIDTH * sizeof(double)); }
  for (size_t y = 0; y < height; y += grid->rows) {
    const size_t rows = height - y < grid->rows ? height - y : grid->rows;
    NAME(moire_axis_apply)(
      &grid->down_width, parts->finished, (ptrdiff_t)width, columns + y,
      (ptrdiff_t)grid->column_pitch, 1, rows, parts->scratch);
    if (sums) { NAME(add_rows)(tally, activation, &plain, out, parts, y, rows); }
    // After the readings, which need the input: the output may be the same memory.
    if (output) { NAME(moire_sheet_store)(output, out, parts->finished, width, y, rows); }
  }
  const double *both = parts->columns_of_both;
  for (size_t p = 0; sums && p < in->count; p += 1) {
    sums[p].total = NAME(energy)(&tally[0], both, height, width, p);
    sums[p].alias = NAME(energy)(&tally[1], both + width * WIDTH, height, width, p);
  }
}

void NAME(moire_activate_sheet)(
  const moire_activation *activation, const moire_activation_grid *grid, const OUTPUT *output,
  moire_activation_sums *sums, const SHEET *sheet, const moire_activation_parts *parts) {
  SHEET in = *sheet, out;
  NAME(moire_sheet_scale)(&in);
  NAME(scale_outputs)(&out, activation, &in, grid, parts);
  NAME(raise_rows)(&in, grid, parts);
  NAME(activate_columns)(activation, grid, &in, &out, parts);
  NAME(finish)(activation, grid, output, sums, &in, &out, parts);
}
