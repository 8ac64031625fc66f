#include <stdint.h>

#include "reader.h"

// Takes `count` times `size` bytes, whole lanes at a time.
static void *take(char *base, size_t *offset, size_t count, size_t size, int *overflow) {
  char *part = base ? base + *offset : NULL;
  const size_t bytes = moire_product(count, size, overflow);
  *overflow |= __builtin_add_overflow(*offset, bytes, offset);
  *overflow |= __builtin_add_overflow(*offset, sizeof(lanes) - 1, offset);
  *offset -= *offset % sizeof(lanes);
  return part;
}

size_t moire_workspace_layout(
  moire_workspace *parts, const moire_reader *reader, int measured, void *base) {
  int overflow = 0;
  moire_workspace unused, *to = parts ? parts : &unused;
  // Room to bring the caller's address up to whole lanes.
  const size_t lead = base ? (0 - (uintptr_t)base) % sizeof(lanes) : 0;
  char *from = base ? (char *)base + lead : NULL;
  size_t offset = 0;
  const size_t longer = reader->grid_h > reader->grid_w ? reader->grid_h : reader->grid_w;
  const size_t area = moire_product(reader->options.height, reader->pitch, &overflow);
  const size_t bins = moire_product(reader->grid_h, reader->grid_w / 2 + 1, &overflow);
  const size_t columns = moire_product(2 * reader->tile, reader->grid_h, &overflow);
  to->stage = take(from, &offset, longer, sizeof(lanes), &overflow);
  to->scratch = take(from, &offset, longer, sizeof(lanes), &overflow);
  to->columns = take(from, &offset, columns, sizeof(lanes), &overflow);
  to->plane_columns = take(
    from, &offset, moire_product(MOIRE_PLANE_COLUMNS, reader->grid_h, &overflow), sizeof(lanes),
    &overflow);
  const size_t small = reader->small ? reader->options.height * reader->options.width : 0;
  to->turned = take(from, &offset, small, sizeof(lanes), &overflow);
  to->staged = take(from, &offset, small, sizeof(lanes), &overflow);
  to->map = take(from, &offset, area, sizeof(lanes), &overflow);
  to->power = take(from, &offset, bins, sizeof(double), &overflow);
  if (measured) {
    const size_t box = moire_product(reader->box_h, reader->box_pitch, &overflow);
    const size_t maps = moire_product(box, reader->shifts, &overflow);
    const size_t pairs = moire_product(2 * reader->shifts, reader->box_h, &overflow);
    to->box_columns = take(from, &offset, pairs, sizeof(lanes), &overflow);
    to->registered = take(from, &offset, 2 * reader->shifts, sizeof(lanes), &overflow);
    to->phases = take(from, &offset, pairs / 2, sizeof(moire_factor), &overflow);
    to->box_maps = take(from, &offset, maps, sizeof(lanes), &overflow);
  }
  overflow |= __builtin_add_overflow(offset, sizeof(lanes), &offset);
  return overflow ? 0 : offset;
}
