// The transform in one precision; the file that includes it defines REAL, COMPLEX, FFTW(name),
// NAME(name) for the public functions, PLANES, OUTPUT, PLAN for the member of moire_plan and
// PRECISION.

#include <stdlib.h>
#include <string.h>

#include "alignment.h"
#include "plan.h"
#include "reader.h"
#include "transform_span.h"

// Adjacent channels that share a cache line are copied together.
enum { TOGETHER = 64 / sizeof(REAL) };

struct NAME() {
  size_t height, width;
  // Of one staged plane and one staged spectrum, in reals, whole lanes each.
  size_t slot, spectrum_slot;
  size_t workspace;
  moire_plan *forward, *inverse;
};

typedef struct transform_parts {
  REAL *planes, *spectrum;
} transform_parts;

static size_t whole_lanes(size_t reals) {
  const size_t unit = sizeof(lanes) / sizeof(REAL);
  return (reals + unit - 1) / unit * unit;
}

// As the memory that the plans were made for.
static int aligned(const REAL *address) { return FFTW(alignment_of)((REAL *)address) == 0; }

static size_t bins(const NAME() *transform) {
  return transform->height * (transform->width / 2 + 1);
}

static moire_status lay_out(NAME() *transform) {
  int overflow = 0;
  transform->slot = whole_lanes(transform->height * transform->width);
  transform->spectrum_slot = whole_lanes(2 * bins(transform));
  const size_t reals = moire_product(transform->slot, TOGETHER, &overflow);
  const size_t bytes = moire_product(reals, sizeof(REAL), &overflow);
  overflow |= __builtin_add_overflow(
    bytes, transform->spectrum_slot * sizeof(REAL) + sizeof(lanes), &transform->workspace);
  return overflow ? moire_size_overflow : moire_ok;
}

moire_status NAME(_create)(NAME() **transform, const moire_transform_options *options) {
  if (!transform || !options) { return moire_null_argument; }
  moire_status status = moire_plan_check(options->height, options->width, options->planning);
  if (status != moire_ok) { return status; }
  NAME() *made = calloc(1, sizeof *made);
  if (!made) { return moire_no_memory; }
  made->height = options->height;
  made->width = options->width;
  moire_plan_key key = {
    options->height, options->width, moire_plan_forward, PRECISION, options->planning};
  status = lay_out(made);
  if (status == moire_ok) { status = moire_plan_acquire(&made->forward, &key); }
  key.kind = moire_plan_inverse;
  if (status == moire_ok) { status = moire_plan_acquire(&made->inverse, &key); }
  if (status != moire_ok) {
    NAME(_destroy)(made);
    return status;
  }
  *transform = made;
  return moire_ok;
}

void NAME(_destroy)(NAME() *transform) {
  if (!transform) { return; }
  moire_plan_release(transform->forward);
  moire_plan_release(transform->inverse);
  free(transform);
}

size_t NAME(_workspace_size)(const NAME() *transform) {
  return transform ? transform->workspace : 0;
}

static transform_parts split(const NAME() *transform, void *workspace) {
  REAL *first = (REAL *)((char *)workspace + (0 - (uintptr_t)workspace) % sizeof(lanes));
  return (transform_parts){first, first + TOGETHER * transform->slot};
}

// Planes and spectra must be countable and apart.
static moire_status check_memory(
  const NAME() *transform, const REAL *data, size_t count, const ptrdiff_t strides[3],
  const REAL *spectrum) {
  if (!moire_stands(data, _Alignof(REAL)) || !moire_stands(spectrum, _Alignof(REAL))) {
    return moire_invalid_argument;
  }
  const size_t lengths[3] = {count, transform->height, transform->width};
  int overflow = 0;
  const size_t bytes =
    moire_product(moire_product(count, bins(transform), &overflow), sizeof(COMPLEX), &overflow);
  if (overflow || bytes > PTRDIFF_MAX) { return moire_size_overflow; }
  const moire_span whole = {(uintptr_t)spectrum, (uintptr_t)spectrum + bytes};
  moire_span span;
  const moire_status status = moire_span_of(&span, data, lengths, strides, sizeof(REAL));
  if (status != moire_ok) { return status; }
  return moire_spans_meet(whole, span) ? moire_invalid_argument : moire_ok;
}

static size_t distance(ptrdiff_t stride) {
  return stride < 0 ? 0 - (size_t)stride : (size_t)stride;
}

// How many planes to copy at a time: those whose samples lie side by side.
static size_t group_size(ptrdiff_t plane_stride, ptrdiff_t column_stride) {
  return distance(plane_stride) < distance(column_stride) ? TOGETHER : 1;
}

static void gather(
  const NAME() *transform, REAL *restrict slots, const PLANES *planes, size_t first,
  size_t count) {
  const size_t width = transform->width, slot = transform->slot;
  const REAL *from = planes->data + (ptrdiff_t)first * planes->plane_stride;
  for (size_t y = 0; y < transform->height; y += 1, slots += width) {
    const REAL *row = from + (ptrdiff_t)y * planes->row_stride;
    if (count == 1 && planes->column_stride == 1) {
      memcpy(slots, row, width * sizeof(REAL));
      continue;
    }
    for (size_t x = 0; x < width; x += 1) {
      const REAL *at = row + (ptrdiff_t)x * planes->column_stride;
      for (size_t p = 0; p < count; p += 1) {
        slots[p * slot + x] = at[(ptrdiff_t)p * planes->plane_stride];
      }
    }
  }
}

static void scatter(
  const NAME() *transform, const OUTPUT *output, const REAL *restrict slots, size_t first,
  size_t count) {
  const size_t width = transform->width, slot = transform->slot;
  const REAL scale = (REAL)(1 / ((double)transform->height * (double)width));
  REAL *to = output->data + (ptrdiff_t)first * output->plane_stride;
  for (size_t y = 0; y < transform->height; y += 1, slots += width) {
    REAL *row = to + (ptrdiff_t)y * output->row_stride;
    if (count == 1 && output->column_stride == 1) {
      for (size_t x = 0; x < width; x += 1) { row[x] = slots[x] * scale; }
      continue;
    }
    for (size_t x = 0; x < width; x += 1) {
      REAL *at = row + (ptrdiff_t)x * output->column_stride;
      for (size_t p = 0; p < count; p += 1) {
        at[(ptrdiff_t)p * output->plane_stride] = slots[p * slot + x] * scale;
      }
    }
  }
}

// FFTW takes its input without const, and keeps it all the same.
static void transform_plane(
  const NAME() *transform, REAL *spectrum, const REAL *plane, REAL *staged) {
  REAL *to = aligned(spectrum) ? spectrum : staged;
  FFTW(execute_dft_r2c)(transform->forward->PLAN, (REAL *)plane, (COMPLEX *)to);
  if (to != spectrum) { memcpy(spectrum, to, bins(transform) * sizeof(COMPLEX)); }
}

moire_status NAME(_forward)(
  const NAME() *transform, REAL *spectrum, const PLANES *planes, void *workspace,
  size_t workspace_bytes) {
  if (!transform || !planes || !workspace) { return moire_null_argument; }
  if (workspace_bytes < transform->workspace) { return moire_workspace_too_small; }
  if (planes->count == 0) { return moire_ok; }
  if (!planes->data || !spectrum) { return moire_null_argument; }
  const ptrdiff_t strides[3] = {planes->plane_stride, planes->row_stride, planes->column_stride};
  const moire_status status =
    check_memory(transform, planes->data, planes->count, strides, spectrum);
  if (status != moire_ok) { return status; }
  const transform_parts parts = split(transform, workspace);
  const size_t step = group_size(planes->plane_stride, planes->column_stride);
  const int dense =
    planes->column_stride == 1 && planes->row_stride == (ptrdiff_t)transform->width;
  for (size_t first = 0; first < planes->count; first += step) {
    const REAL *plane = planes->data + (ptrdiff_t)first * planes->plane_stride;
    const size_t left = planes->count - first, count = left < step ? left : step;
    const int in_place = dense && count == 1 && aligned(plane);
    if (!in_place) { gather(transform, parts.planes, planes, first, count); }
    for (size_t p = 0; p < count; p += 1, spectrum += 2 * bins(transform)) {
      transform_plane(
        transform, spectrum, in_place ? plane : parts.planes + p * transform->slot,
        parts.spectrum);
    }
  }
  return moire_ok;
}

static int coincides(const NAME() *transform, const OUTPUT *output, size_t count) {
  return (count > 1 && output->plane_stride == 0) ||
    (transform->height > 1 && output->row_stride == 0) ||
    (transform->width > 1 && output->column_stride == 0);
}

moire_status NAME(_inverse)(
  const NAME() *transform, const OUTPUT *output, const REAL *spectrum, size_t count,
  void *workspace, size_t workspace_bytes) {
  if (!transform || !output || !workspace) { return moire_null_argument; }
  if (workspace_bytes < transform->workspace) { return moire_workspace_too_small; }
  if (count == 0) { return moire_ok; }
  if (!output->data || !spectrum) { return moire_null_argument; }
  if (coincides(transform, output, count)) { return moire_invalid_argument; }
  const ptrdiff_t strides[3] = {output->plane_stride, output->row_stride, output->column_stride};
  const moire_status status = check_memory(transform, output->data, count, strides, spectrum);
  if (status != moire_ok) { return status; }
  const transform_parts parts = split(transform, workspace);
  const size_t step = group_size(output->plane_stride, output->column_stride);
  for (size_t first = 0; first < count; first += step) {
    const size_t left = count - first, group = left < step ? left : step;
    for (size_t p = 0; p < group; p += 1, spectrum += 2 * bins(transform)) {
      memcpy(parts.spectrum, spectrum, bins(transform) * sizeof(COMPLEX));
      FFTW(execute_dft_c2r)(
        transform->inverse->PLAN, (COMPLEX *)parts.spectrum,
        parts.planes + p * transform->slot);
    }
    scatter(transform, output, parts.planes, first, group);
  }
  return moire_ok;
}
