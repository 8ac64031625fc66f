#include "fir_map.h"

#include <math.h>
#include <stdlib.h>

#include "reader.h"

// The remainder that is never negative.
static ptrdiff_t modulo(ptrdiff_t position, ptrdiff_t period) {
  const ptrdiff_t rest = position % period;
  return rest < 0 ? rest + period : rest;
}

ptrdiff_t moire_padding_source(ptrdiff_t position, size_t size, moire_padding padding) {
  if (size == 0 || size > PTRDIFF_MAX / 2) { return -1; }
  const ptrdiff_t n = (ptrdiff_t)size;
  const int inside = position >= 0 && position < n;
  switch (padding) {
    case moire_padding_zero: return inside ? position : -1;
    case moire_padding_replicate: return inside ? position : position < 0 ? 0 : n - 1;
    case moire_padding_circular: return inside ? position : modulo(position, n);
    case moire_padding_reflect: {
      if (inside) { return position; }
      if (n == 1) { return 0; }
      const ptrdiff_t folded = modulo(position, 2 * (n - 1));
      return folded < n ? folded : 2 * (n - 1) - folded;
    }
    case moire_padding_symmetric: {
      const ptrdiff_t folded = modulo(position, 2 * n);
      return folded < n ? folded : 2 * n - 1 - folded;
    }
  }
  return -1;
}

static moire_status allocate(moire_fir_map *map, size_t entries) {
  map->first = calloc(map->outputs + 1, sizeof *map->first);
  map->source = calloc(entries + 1, sizeof *map->source);
  map->gain = calloc(entries + 1, sizeof *map->gain);
  map->gain_float = calloc(entries + 1, sizeof *map->gain_float);
  return map->first && map->source && map->gain && map->gain_float ? moire_ok : moire_no_memory;
}

moire_status moire_fir_map_make(moire_fir_map *map, const moire_fir_axis *axis, size_t output) {
  *map = (moire_fir_map){.inputs = axis->input, .outputs = output};
  int overflow = 0;
  const size_t entries = moire_product(output, axis->count, &overflow);
  if (overflow || entries > SIZE_MAX / 16) { return moire_size_overflow; }
  if (allocate(map, entries) != moire_ok) { return moire_no_memory; }
  size_t used = 0;
  for (size_t i = 0; i < output; i += 1) {
    const ptrdiff_t start = (ptrdiff_t)(i * axis->stride) - axis->lead;
    for (size_t t = 0; t < axis->count; t += 1) {
      const ptrdiff_t source =
        moire_padding_source(start + (ptrdiff_t)t, axis->input, axis->padding);
      if (source < 0) { continue; }
      map->source[used] = (size_t)source;
      map->gain[used] = axis->taps[t];
      map->gain_float[used] = (float)axis->taps[t];
      used += 1;
    }
    map->first[i + 1] = used;
  }
  map->even = used == entries ? axis->count : 0;
  return moire_ok;
}

moire_status moire_fir_map_transpose(moire_fir_map *to, const moire_fir_map *from) {
  *to = (moire_fir_map){.inputs = from->outputs, .outputs = from->inputs};
  const size_t entries = from->first[from->outputs];
  if (allocate(to, entries) != moire_ok) { return moire_no_memory; }
  for (size_t k = 0; k < entries; k += 1) { to->first[from->source[k] + 1] += 1; }
  for (size_t n = 0; n < to->outputs; n += 1) { to->first[n + 1] += to->first[n]; }
  // first[n] serves as the place of the next entry and is moved back afterwards.
  for (size_t i = 0; i < from->outputs; i += 1) {
    for (size_t k = from->first[i]; k < from->first[i + 1]; k += 1) {
      const size_t at = to->first[from->source[k]]++;
      to->source[at] = i;
      to->gain[at] = from->gain[k];
      to->gain_float[at] = from->gain_float[k];
    }
  }
  for (size_t n = to->outputs; n > 0; n -= 1) { to->first[n] = to->first[n - 1]; }
  to->first[0] = 0;
  return moire_ok;
}

void moire_fir_map_free(moire_fir_map *map) {
  free(map->first);
  free(map->source);
  free(map->gain);
  free(map->gain_float);
}

static moire_status allocate_line(moire_fir_line *line) {
  line->pad = calloc(line->pads + 1, sizeof *line->pad);
  line->pad_source = calloc(line->pads + 1, sizeof *line->pad_source);
  line->taps = calloc(line->count, sizeof *line->taps);
  line->taps_float = calloc(line->count, sizeof *line->taps_float);
  return line->pad && line->pad_source && line->taps && line->taps_float ? moire_ok
                                                                        : moire_no_memory;
}

moire_status moire_fir_line_make(
  moire_fir_line *line, const moire_fir_axis *axis, size_t output) {
  const ptrdiff_t lead = axis->lead, input = (ptrdiff_t)axis->input;
  const ptrdiff_t reach = (ptrdiff_t)((output - 1) * axis->stride + axis->count);
  const ptrdiff_t before = lead < 0 ? 0 : lead < reach ? lead : reach;
  const ptrdiff_t end = reach - lead;
  // Positions from `beyond` up to `end` lie behind the axis.
  const ptrdiff_t beyond = end <= input ? end : -lead > input ? -lead : input;
  *line = (moire_fir_line){
    .origin = lead > 0 ? (size_t)lead : 0, .start = lead < 0 ? (size_t)-lead : 0,
    .stride = axis->stride, .count = axis->count, .pads = (size_t)(before + end - beyond)};
  line->length = line->start + (size_t)reach;
  if (line->origin + axis->input > line->length) { line->length = line->origin + axis->input; }
  if (line->length > PTRDIFF_MAX / 64) { return moire_size_overflow; }
  if (allocate_line(line) != moire_ok) { return moire_no_memory; }
  for (size_t p = 0; p < line->pads; p += 1) {
    const ptrdiff_t position =
      (ptrdiff_t)p < before ? (ptrdiff_t)p - lead : beyond + ((ptrdiff_t)p - before);
    line->pad[p] = (size_t)(position + (ptrdiff_t)line->origin);
    line->pad_source[p] = moire_padding_source(position, axis->input, axis->padding);
  }
  for (size_t t = 0; t < axis->count; t += 1) {
    line->taps[t] = axis->taps[t];
    line->taps_float[t] = (float)axis->taps[t];
  }
  return moire_ok;
}

void moire_fir_line_free(moire_fir_line *line) {
  free(line->pad);
  free(line->pad_source);
  free(line->taps);
  free(line->taps_float);
}
