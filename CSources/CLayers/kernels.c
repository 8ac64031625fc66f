/* Kernels of our own over plain and blocked maps. Both are seen as planes of H x W points of
 * `inner` floats: a channel block in the blocked layout, one float in the plain one. */
#include <stdlib.h>
#include <string.h>

#include "program.h"

typedef struct view {
  float *data;
  int64_t planes, height, width, inner;
} view;

static view view_of(const cl_program *program, int index) {
  const cl_value *value = &program->values[index];
  void *data = NULL;
  dnnl_memory_get_data_handle(value->memory, &data);
  int64_t inner = value->blocked ? cl_block_size() : 1;
  int64_t channels = (value->dims[1] + inner - 1) / inner;
  return (view){data, value->dims[0] * channels, value->dims[2], value->dims[3], inner};
}

/* The row or column of an n-point axis that stands at position i of its padded one; −1: the fill. */
static int64_t source_index(int64_t i, int64_t n, cl_padding_mode mode) {
  if (i >= 0 && i < n) return i;
  switch (mode) {
    case cl_padding_constant: return -1;
    case cl_padding_replicate: return i < 0 ? 0 : n - 1;
    case cl_padding_circular: return ((i % n) + n) % n;
    case cl_padding_reflect: break;
  }
  if (n == 1) return 0;
  int64_t period = 2 * (n - 1);
  int64_t folded = ((i % period) + period) % period;
  return folded < n ? folded : period - folded;
}

static void pad_row(const cl_step *step, const float *from, const view *src, float *to,
                    const view *dst, int64_t lanes) {
  size_t point = (size_t)src->inner * sizeof(float);
  for (int64_t j = 0; j < dst->width; j++) {
    float *target = to + j * dst->inner;
    int64_t column = source_index(j - step->sides.left, src->width, step->mode);
    if (from && column >= 0) {
      memcpy(target, from + column * src->inner, point);
    } else {
      /* Lanes beyond the last channel stay zero: oneDNN relies on it. */
      for (int64_t k = 0; k < dst->inner; k++) target[k] = k < lanes ? step->fill : 0;
    }
  }
}

static void pad(const cl_program *program, const cl_step *step) {
  view src = view_of(program, step->sources[0]), dst = view_of(program, step->destination);
  int64_t channels = program->values[step->destination].dims[1];
  int64_t blocks = (channels + dst.inner - 1) / dst.inner;
  for (int64_t p = 0; p < dst.planes; p++) {
    int64_t left = channels - (p % blocks) * dst.inner;
    int64_t lanes = left < dst.inner ? left : dst.inner;
    for (int64_t i = 0; i < dst.height; i++) {
      int64_t row = source_index(i - step->sides.top, src.height, step->mode);
      const float *from =
          row < 0 ? NULL : src.data + (p * src.height + row) * src.width * src.inner;
      pad_row(step, from, &src, dst.data + (p * dst.height + i) * dst.width * dst.inner, &dst,
              lanes);
    }
  }
}

static void subsample(const cl_program *program, const cl_step *step) {
  view src = view_of(program, step->sources[0]), dst = view_of(program, step->destination);
  size_t point = (size_t)src.inner * sizeof(float);
  for (int64_t p = 0; p < dst.planes; p++)
    for (int64_t i = 0; i < dst.height; i++) {
      int64_t row = step->sides.top + i * step->stride.height;
      const float *from =
          src.data + ((p * src.height + row) * src.width + step->sides.left) * src.inner;
      float *to = dst.data + (p * dst.height + i) * dst.width * dst.inner;
      for (int64_t j = 0; j < dst.width; j++)
        memcpy(to + j * dst.inner, from + j * step->stride.width * src.inner, point);
    }
}

static int same_layout(cl_program *program, int src, int dst, const char *what) {
  const cl_value *a = &program->values[src], *b = &program->values[dst];
  if (a->rank != 4 || b->rank != 4 || a->blocked != b->blocked || a->dims[0] != b->dims[0] ||
      a->dims[1] != b->dims[1])
    return cl_fail(program, "%s: source and result must be maps of one layout", what);
  return 0;
}

int cl_step_pad(cl_program *program, int src, int dst, cl_sides padding, cl_padding_mode mode,
                float fill) {
  if (same_layout(program, src, dst, "padding")) return -1;
  cl_step *step = cl_append(program, &src, 1, dst);
  if (!step) return -1;
  step->kernel = pad;
  step->implementation = "kernel:pad";
  step->sides = padding;
  step->mode = mode;
  step->fill = fill;
  return 0;
}

int cl_step_subsample(cl_program *program, int src, int dst, cl_pair stride, cl_pair offset) {
  if (same_layout(program, src, dst, "subsampling")) return -1;
  cl_step *step = cl_append(program, &src, 1, dst);
  if (!step) return -1;
  step->kernel = subsample;
  step->implementation = "kernel:subsample";
  step->stride = stride;
  step->sides = (cl_sides){offset.height, offset.width, 0, 0};
  return 0;
}
