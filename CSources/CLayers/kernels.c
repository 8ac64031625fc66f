/* Kernels that move points of maps, and what all kernels share. */
#include "kernels.h"

#include <stdlib.h>
#include <string.h>

cl_view cl_view_of(const cl_program *program, int index) {
  const cl_value *value = &program->values[index];
  void *data = NULL;
  dnnl_memory_get_data_handle(value->memory, &data);
  int64_t inner = value->blocked ? cl_block_size() : 1, flat = value->rank == 2;
  int64_t blocks = (value->dims[1] + inner - 1) / inner;
  int64_t height = flat ? 1 : value->dims[2], width = flat ? 1 : value->dims[3];
  int64_t all = (program->values[value->base].dims[1] + inner - 1) / inner;
  return (cl_view){data,           value->dims[0],
                   value->dims[1], blocks,
                   value->dims[0] * blocks, height,
                   width,          inner,
                   (value->strided ? all : blocks) * height * width * inner};
}

static cl_step *with_kernel(cl_step *step, cl_kernel *kernel, const char *name) {
  if (!step) return NULL;
  step->kernel = kernel;
  step->implementation = name;
  return step;
}

cl_step *cl_append_kernel(cl_program *program, const int *sources, int count, int dst,
                          cl_kernel *kernel, const char *name) {
  return with_kernel(cl_append(program, sources, count, dst), kernel, name);
}

cl_step *cl_append_strided_kernel(cl_program *program, const int *sources, int count, int dst,
                                  cl_kernel *kernel, const char *name) {
  return with_kernel(cl_append_strided(program, sources, count, dst), kernel, name);
}

float *cl_step_floats(cl_program *program, cl_step *step, size_t count) {
  step->floats = calloc(count ? count : 1, sizeof *step->floats);
  if (!step->floats) cl_fail(program, "out of memory for a table of %zu numbers", count);
  return step->floats;
}

int32_t *cl_step_indices(cl_program *program, cl_step *step, size_t count) {
  step->indices = calloc(count ? count : 1, sizeof *step->indices);
  if (!step->indices) cl_fail(program, "out of memory for a table of %zu numbers", count);
  return step->indices;
}

void cl_spread_channels(const cl_view *view, const float *values, float missing, float *lanes) {
  for (int64_t b = 0; b < view->blocks; b++)
    for (int64_t k = 0; k < CL_LANES; k++) {
      int64_t channel = b * view->inner + k % view->inner;
      lanes[b * CL_LANES + k] = values && channel < view->channels ? values[channel] : missing;
    }
}

int64_t cl_padding_source(int64_t i, int64_t n, cl_padding_mode mode) {
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

typedef struct job {
  cl_view src, dst;
  const cl_step *step;
} job;

static void pad_row(const cl_step *step, const float *from, const cl_view *src, float *to,
                    const cl_view *dst, int64_t lanes) {
  size_t point = (size_t)src->inner * sizeof(float);
  for (int64_t j = 0; j < dst->width; j++) {
    float *target = to + j * dst->inner;
    int64_t column = cl_padding_source(j - step->sides.left, src->width, step->mode);
    if (from && column >= 0) {
      memcpy(target, from + column * src->inner, point);
    } else {
      for (int64_t k = 0; k < dst->inner; k++) target[k] = k < lanes ? step->fill : 0;
    }
  }
}

static void pad_plane(const void *context, int64_t p) {
  const job *task = context;
  const cl_view *src = &task->src, *dst = &task->dst;
  for (int64_t i = 0; i < dst->height; i++) {
    int64_t row = cl_padding_source(i - task->step->sides.top, src->height, task->step->mode);
    const float *from =
        row < 0 ? NULL : src->data + (p * src->height + row) * src->width * src->inner;
    pad_row(task->step, from, src, dst->data + (p * dst->height + i) * dst->width * dst->inner, dst,
            cl_lanes_of(dst, p));
  }
}

static void subsample_plane(const void *context, int64_t p) {
  const job *task = context;
  const cl_view *src = &task->src, *dst = &task->dst;
  size_t point = (size_t)src->inner * sizeof(float);
  for (int64_t i = 0; i < dst->height; i++) {
    int64_t row = task->step->sides.top + i * task->step->stride.height;
    const float *from =
        src->data + ((p * src->height + row) * src->width + task->step->sides.left) * src->inner;
    float *to = dst->data + (p * dst->height + i) * dst->width * dst->inner;
    for (int64_t j = 0; j < dst->width; j++)
      memcpy(to + j * dst->inner, from + j * task->step->stride.width * src->inner, point);
  }
}

static void pad(const cl_program *program, const cl_step *step) {
  job task = {cl_view_of(program, step->sources[0]), cl_view_of(program, step->destination), step};
  cl_parallel(task.dst.planes, pad_plane, &task);
}

static void subsample(const cl_program *program, const cl_step *step) {
  job task = {cl_view_of(program, step->sources[0]), cl_view_of(program, step->destination), step};
  cl_parallel(task.dst.planes, subsample_plane, &task);
}

int cl_check_same_layout(cl_program *program, int src, int dst, int same_channels,
                         const char *what) {
  const cl_value *a = &program->values[src], *b = &program->values[dst];
  if (a->rank != b->rank || a->blocked != b->blocked || a->dims[0] != b->dims[0] ||
      (same_channels && a->dims[1] != b->dims[1]))
    return cl_fail(program, "%s: source and result must be of one layout", what);
  return 0;
}

int cl_step_pad(cl_program *program, int src, int dst, cl_sides padding, cl_padding_mode mode,
                float fill) {
  if (cl_check_same_layout(program, src, dst, 1, "padding")) return -1;
  cl_step *step = cl_append_kernel(program, &src, 1, dst, pad, "kernel:pad");
  if (!step) return -1;
  step->sides = padding;
  step->mode = mode;
  step->fill = fill;
  return 0;
}

int cl_step_subsample(cl_program *program, int src, int dst, cl_pair stride, cl_pair offset) {
  if (cl_check_same_layout(program, src, dst, 1, "subsampling")) return -1;
  cl_step *step = cl_append_kernel(program, &src, 1, dst, subsample, "kernel:subsample");
  if (!step) return -1;
  step->stride = stride;
  step->sides = (cl_sides){offset.height, offset.width, 0, 0};
  return 0;
}
