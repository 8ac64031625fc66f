// The resampling of one sheet, for the precision that these name: REAL, VECTOR of WIDTH values,
// SPLAT, NAME(x), and the FACTOR with MULTIPLY(out, v, factor), LINE_EXECUTE(line, …), TABLE(axis)
// for factors, WEIGHTS(axis), FORWARD(axis) and INVERSE(axis). No include guard: it is a template.

// Bins of `count` transformed lines to those of the output, weighed. IDFT(Y)[m] is the forward
// transform of Y[-k] at m, so bin k goes to position -k and the way back is a forward transform.
MOIRE_DISPATCH static void NAME(place)(
  const moire_axis *axis, VECTOR *restrict out, const VECTOR *restrict in, size_t count) {
  const size_t from = axis->from, to = axis->to, pairs = axis->pairs, edge = pairs + 1;
  const FACTOR *restrict table = TABLE(axis);
  const VECTOR scale = SPLAT(table[0].real[0]);
  for (size_t b = 0; b < count; b += 1, in += from, out += to) {
    out[0] = in[0] * scale;
    if (axis->turned) {
      for (size_t k = 1; k <= pairs; k += 1) {
        MULTIPLY(&out[to - k], &in[k], &table[2 * k]);
        MULTIPLY(&out[k], &in[from - k], &table[2 * k + 1]);
      }
    } else {
      for (size_t k = 1; k <= pairs; k += 1) {
        out[to - k] = in[k] * scale;
        out[k] = in[from - k] * scale;
      }
    }
    for (size_t k = edge; k + pairs < to; k += 1) { out[k] = (VECTOR){0}; }
    if (axis->edge == moire_edge_same) {
      out[edge] = in[edge] * SPLAT(table[2 * edge].real[0]);
    } else if (axis->edge == moire_edge_share) {
      MULTIPLY(&out[to - edge], &in[edge], &table[2 * edge]);
      MULTIPLY(&out[edge], &in[edge], &table[2 * edge + 1]);
    } else if (axis->edge == moire_edge_fold) {
      VECTOR positive, negative;
      MULTIPLY(&positive, &in[edge], &table[2 * edge]);
      MULTIPLY(&negative, &in[from - edge], &table[2 * edge + 1]);
      out[edge] = positive + negative;
    }
  }
}

static void NAME(transform)(
  const moire_axis *axis, VECTOR *restrict out, ptrdiff_t out_line, const VECTOR *restrict in,
  ptrdiff_t in_step, ptrdiff_t in_line, size_t count, VECTOR *restrict scratch) {
  const size_t block = axis->block;
  VECTOR *bins = scratch, *placed = bins + block * axis->from;
  VECTOR *line = placed + block * axis->to;
  for (size_t first = 0; first < count; first += block) {
    const size_t lines = count - first < block ? count - first : block;
    LINE_EXECUTE(
      FORWARD(axis), bins, (ptrdiff_t)axis->from, in + (ptrdiff_t)first * in_line, in_step,
      in_line, lines, line);
    NAME(place)(axis, placed, bins, lines);
    LINE_EXECUTE(
      INVERSE(axis), out + (ptrdiff_t)first * out_line, out_line, placed, 1, (ptrdiff_t)axis->to,
      lines, line);
  }
}

// `outputs` ≤ 8 rows of a matrix over the same samples: each sample is loaded once.
MOIRE_INLINE void NAME(matrix_rows)(
  VECTOR *restrict out, const VECTOR *restrict x, const REAL *restrict weights, size_t taps,
  size_t outputs) {
  VECTOR sum[8] = {{0}};
  for (size_t t = 0; t < taps; t += 1) {
    const VECTOR v = x[t];
#pragma GCC unroll 8
    for (size_t j = 0; j < outputs; j += 1) { sum[j] += SPLAT(weights[j * taps + t]) * v; }
  }
#pragma GCC unroll 8
  for (size_t j = 0; j < outputs; j += 1) { out[j] = sum[j]; }
}

MOIRE_INLINE void NAME(matrix)(
  const moire_axis *axis, VECTOR *restrict out, const VECTOR *restrict x) {
  const REAL *weights = WEIGHTS(axis);
  const size_t taps = axis->taps, to = axis->to;
  size_t m = 0;
  for (; m + 8 <= to; m += 8) { NAME(matrix_rows)(out + m, x, weights + m * taps, taps, 8); }
  const REAL *rest = weights + m * taps;
  switch (to - m) {
    case 7: NAME(matrix_rows)(out + m, x, rest, taps, 7); break;
    case 6: NAME(matrix_rows)(out + m, x, rest, taps, 6); break;
    case 5: NAME(matrix_rows)(out + m, x, rest, taps, 5); break;
    case 4: NAME(matrix_rows)(out + m, x, rest, taps, 4); break;
    case 3: NAME(matrix_rows)(out + m, x, rest, taps, 3); break;
    case 2: NAME(matrix_rows)(out + m, x, rest, taps, 2); break;
    case 1: NAME(matrix_rows)(out + m, x, rest, taps, 1); break;
    default: break;
  }
}

// Four outputs at a time, so that their sums do not wait for each other.
MOIRE_INLINE void NAME(taps)(
  const moire_axis *axis, VECTOR *restrict out, const VECTOR *restrict x) {
  const size_t taps = axis->taps, to = axis->to;
  size_t m = 0;
  for (; m + 4 <= to; m += 4) {
    VECTOR sum[4] = {{0}};
    const REAL *w[4];
    const VECTOR *v[4];
#pragma GCC unroll 4
    for (size_t j = 0; j < 4; j += 1) {
      w[j] = WEIGHTS(axis) + axis->row[m + j] * taps;
      v[j] = x + axis->start[m + j];
    }
    for (size_t t = 0; t < taps; t += 1) {
#pragma GCC unroll 4
      for (size_t j = 0; j < 4; j += 1) { sum[j] += SPLAT(w[j][t]) * v[j][t]; }
    }
#pragma GCC unroll 4
    for (size_t j = 0; j < 4; j += 1) { out[m + j] = sum[j]; }
  }
  for (; m < to; m += 1) {
    const REAL *w = WEIGHTS(axis) + axis->row[m] * taps;
    const VECTOR *v = x + axis->start[m];
    VECTOR sum = {0};
    for (size_t t = 0; t < taps; t += 1) { sum += SPLAT(w[t]) * v[t]; }
    out[m] = sum;
  }
}

// Copy and band: the line as its extension shows it, then the taps.
MOIRE_DISPATCH static void NAME(lines)(
  const moire_axis *axis, VECTOR *restrict out, ptrdiff_t out_line, const VECTOR *restrict in,
  ptrdiff_t in_step, ptrdiff_t in_line, size_t count, VECTOR *restrict scratch) {
  const int copied = axis->kind == moire_axis_copy;
  for (size_t b = 0; b < count; b += 1, in += in_line, out += out_line) {
    VECTOR *line = copied ? out : scratch;
    for (size_t i = 0; i < axis->extent; i += 1) {
      const size_t at = axis->source[i];
      line[i] = at < axis->from ? in[(ptrdiff_t)at * in_step] : (VECTOR){0};
    }
    if (copied) { continue; }
    if (axis->dense) {
      NAME(matrix)(axis, out, line);
    } else {
      NAME(taps)(axis, out, line);
    }
  }
}

void NAME(moire_axis_apply)(
  const moire_axis *axis, VECTOR *restrict out, ptrdiff_t out_line, const VECTOR *restrict in,
  ptrdiff_t in_step, ptrdiff_t in_line, size_t count, VECTOR *restrict scratch) {
  if (axis->kind == moire_axis_transform) {
    NAME(transform)(axis, out, out_line, in, in_step, in_line, count, scratch);
  } else {
    NAME(lines)(axis, out, out_line, in, in_step, in_line, count, scratch);
  }
}

// Columns of all rows, a tile of adjacent ones after the other; the last tile is staged from as far
// left as it takes to be whole.
static void NAME(do_columns)(
  const moire_resampler *resampler, const SHEET *sheet, const moire_resample_parts *parts) {
  VECTOR *stage = parts->stage, *columns = parts->columns;
  const size_t width = sheet->width, tile = resampler->tile, pitch = resampler->stage_pitch;
  for (size_t x = 0; x < width; x += tile) {
    const size_t begin = x + tile > width ? width - tile : x;
    const size_t count = width - x < tile ? width - x : tile;
    NAME(moire_sheet_stage)(stage, pitch, sheet, 0, sheet->height, begin, tile);
    NAME(moire_axis_apply)(
      &resampler->height, columns + x * resampler->column_pitch,
      (ptrdiff_t)resampler->column_pitch, stage + (x - begin), (ptrdiff_t)pitch, 1, count,
      parts->scratch);
  }
}

void NAME(moire_resample_sheet)(
  const moire_resampler *resampler, const OUTPUT *output, SHEET *sheet,
  const moire_resample_parts *parts) {
  if (resampler->scaled) {
    NAME(moire_sheet_scale)(sheet);
  } else {
    NAME(moire_sheet_plain)(sheet);
  }
  NAME(do_columns)(resampler, sheet, parts);
  const VECTOR *columns = parts->columns;
  const size_t height = resampler->height.to, width = resampler->width.to;
  for (size_t y = 0; y < height; y += resampler->rows) {
    const size_t rows = height - y < resampler->rows ? height - y : resampler->rows;
    NAME(moire_axis_apply)(
      &resampler->width, parts->finished, (ptrdiff_t)width, columns + y,
      (ptrdiff_t)resampler->column_pitch, 1, rows, parts->scratch);
    NAME(moire_sheet_store)(output, sheet, parts->finished, width, y, rows);
  }
}
