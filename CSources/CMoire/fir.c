#include <math.h>
#include <stdlib.h>

#include "fir_map.h"
#include "reader.h"

static moire_status check_axis(const moire_fir_axis *axis) {
  if (!axis->taps) { return moire_null_argument; }
  if (axis->count == 0 || axis->stride == 0 || axis->input == 0 ||
      (unsigned)axis->padding > moire_padding_symmetric) {
    return moire_invalid_argument;
  }
  for (size_t t = 0; t < axis->count; t += 1) {
    if (!isfinite(axis->taps[t]) || !isfinite((float)axis->taps[t])) {
      return moire_invalid_argument;
    }
  }
  return moire_ok;
}

// The output size of an axis whose positions can all be counted with room to spare; 0 otherwise.
static size_t output_size(const moire_fir_axis *axis) {
  const size_t most = PTRDIFF_MAX / 8;
  const size_t output =
    axis->output ? axis->output : axis->input / axis->stride + (axis->input % axis->stride != 0);
  int overflow = 0;
  const size_t reach = moire_product(output - 1, axis->stride, &overflow);
  const size_t lead = axis->lead < 0 ? 0 - (size_t)axis->lead : (size_t)axis->lead;
  return overflow || reach > most || lead > most || axis->input > most || axis->count > most
    ? 0
    : output;
}

size_t moire_fir_turned_bytes(const moire_fir *fir) {
  int overflow = 0;
  const size_t in = moire_product(fir->height.inputs, fir->width.inputs, &overflow);
  const size_t out = moire_product(fir->height.outputs, fir->width.outputs, &overflow);
  if (overflow || in > MOIRE_FIR_SMALL || out > MOIRE_FIR_SMALL) { return 0; }
  return (in + out) * sizeof(lanes);
}

// Three lines of a group of planes, or the lines of one plane, whichever is longer, and as many
// more as fit a cache.
static moire_status size_workspace(moire_fir *fir) {
  int overflow = 0;
  size_t width = fir->width.inputs, bytes;
  if (fir->width.outputs > width) { width = fir->width.outputs; }
  const size_t group = moire_product(width, 3 * sizeof(lanes), &overflow);
  const size_t rows = moire_product(
    fir->line.length + width + fir->width.outputs, sizeof(double), &overflow);
  bytes = group > rows ? group : rows;
  overflow |= __builtin_add_overflow(bytes, 3 * MOIRE_FIR_GROUP_BYTES, &bytes);
  overflow |= __builtin_add_overflow(bytes, moire_fir_turned_bytes(fir), &bytes);
  overflow |= __builtin_add_overflow(bytes, 2 * MOIRE_FIR_SLACK + sizeof(lanes), &bytes);
  fir->workspace_bytes = bytes;
  return overflow ? moire_size_overflow : moire_ok;
}

static moire_status make(moire_fir *fir, const moire_fir_options *options) {
  const size_t height = output_size(&options->height), width = output_size(&options->width);
  if (height == 0 || width == 0) { return moire_size_overflow; }
  moire_status status = moire_fir_map_make(&fir->height, &options->height, height);
  if (status == moire_ok) { status = moire_fir_map_make(&fir->width, &options->width, width); }
  if (status == moire_ok) { status = moire_fir_line_make(&fir->line, &options->width, width); }
  if (status == moire_ok) {
    status = moire_fir_map_transpose(&fir->height_adjoint, &fir->height);
  }
  if (status == moire_ok) { status = moire_fir_map_transpose(&fir->width_adjoint, &fir->width); }
  return status == moire_ok ? size_workspace(fir) : status;
}

moire_status moire_fir_create(moire_fir **fir, const moire_fir_options *options) {
  if (!fir || !options) { return moire_null_argument; }
  moire_status status = check_axis(&options->height);
  if (status == moire_ok) { status = check_axis(&options->width); }
  if (status != moire_ok) { return status; }
  moire_fir *made = calloc(1, sizeof *made);
  if (!made) { return moire_no_memory; }
  status = make(made, options);
  if (status != moire_ok) {
    moire_fir_destroy(made);
    return status;
  }
  *fir = made;
  return moire_ok;
}

void moire_fir_destroy(moire_fir *fir) {
  if (!fir) { return; }
  moire_fir_map_free(&fir->height);
  moire_fir_map_free(&fir->width);
  moire_fir_map_free(&fir->height_adjoint);
  moire_fir_map_free(&fir->width_adjoint);
  moire_fir_line_free(&fir->line);
  free(fir);
}

size_t moire_fir_output_height(const moire_fir *fir) { return fir ? fir->height.outputs : 0; }
size_t moire_fir_output_width(const moire_fir *fir) { return fir ? fir->width.outputs : 0; }
size_t moire_fir_workspace_size(const moire_fir *fir) { return fir ? fir->workspace_bytes : 0; }
