/* Max-pooling with windows by tables, and its way back to the first of the largest. */
#include <math.h>
#include <string.h>

#include "training.h"

typedef struct job {
  cl_view src, dst; /* the map and the pooled one, whichever way it goes */
  const float *gradient;
  float *src_gradient;
  cl_bins bins;
} job;

/* The largest value of a window for each lane, and the number of the tap that has it. NaN is largest, as
 * in torch. */
CL_INLINE void largest(const job *j, const float *plane, int64_t i, int64_t o, int64_t inner,
                       float *best, int32_t *tap) {
  int64_t pitch = j->src.width * inner;
  for (int64_t k = 0; k < inner; k++) {
    best[k] = -INFINITY;
    tap[k] = 0;
  }
  int32_t number = 0;
  for (int32_t u = 0; u < j->bins.row_counts[i]; u++) {
    const float *row = plane + (j->bins.row_starts[i] + u * j->bins.dilation.height) * pitch;
    for (int32_t v = 0; v < j->bins.column_counts[o]; v++, number++) {
      const float *x = row + (j->bins.column_starts[o] + v * j->bins.dilation.width) * inner;
      for (int64_t k = 0; k < inner; k++) {
        int larger = (x[k] > best[k]) | (x[k] != x[k]);
        best[k] = larger ? x[k] : best[k];
        tap[k] = larger ? number : tap[k];
      }
    }
  }
}

CL_INLINE void pool(const job *j, int64_t index, int64_t inner) {
  int64_t i = index % j->dst.height;
  const float *plane = j->src.data + index / j->dst.height * cl_plane_size(&j->src);
  float *y = j->dst.data + index * j->dst.width * inner;
  for (int64_t o = 0; o < j->dst.width; o++) {
    float best[CL_LANES];
    int32_t tap[CL_LANES];
    largest(j, plane, i, o, inner, best, tap);
    for (int64_t k = 0; k < inner; k++) y[o * inner + k] = best[k];
  }
}

CL_INLINE void back(const job *j, int64_t p, int64_t inner) {
  int64_t size = cl_plane_size(&j->src), pitch = j->src.width * inner;
  const float *plane = j->src.data + p * size;
  const float *g = j->gradient + p * cl_plane_size(&j->dst);
  float *dx = j->src_gradient + p * size;
  memset(dx, 0, (size_t)size * sizeof *dx);
  for (int64_t i = 0; i < j->dst.height; i++)
    for (int64_t o = 0; o < j->dst.width; o++, g += inner) {
      float best[CL_LANES];
      int32_t tap[CL_LANES], number = 0;
      largest(j, plane, i, o, inner, best, tap);
      for (int32_t u = 0; u < j->bins.row_counts[i]; u++) {
        float *row = dx + (j->bins.row_starts[i] + u * j->bins.dilation.height) * pitch;
        for (int32_t v = 0; v < j->bins.column_counts[o]; v++, number++) {
          float *to = row + (j->bins.column_starts[o] + v * j->bins.dilation.width) * inner;
          for (int64_t k = 0; k < inner; k++) to[k] += tap[k] == number ? g[k] : 0;
        }
      }
    }
}

/* The same for whole vectors, which stay in registers. */
CL_INLINE void largest_16(const job *j, const float *plane, int64_t i, int64_t o, cl_lanes *best,
                          cl_mask *tap) {
  int64_t pitch = j->src.width * 16;
  cl_lanes most = (cl_lanes){0} - INFINITY;
  cl_mask chosen = {0};
  int32_t number = 0;
  for (int32_t u = 0; u < j->bins.row_counts[i]; u++) {
    const float *x = plane + (j->bins.row_starts[i] + u * j->bins.dilation.height) * pitch +
                     j->bins.column_starts[o] * 16;
    for (int32_t v = 0; v < j->bins.column_counts[o]; v++, number++) {
      const cl_lanes value = CL_LOAD(x + v * j->bins.dilation.width * 16);
      const cl_mask larger = (cl_mask)(value > most) | (cl_mask)(value != value);
      most = CL_SELECT(larger, value, most);
      chosen = (larger & number) | (~larger & chosen);
    }
  }
  *best = most;
  *tap = chosen;
}

CL_DISPATCH static void pool_16(const job *j, int64_t index) {
  int64_t i = index % j->dst.height;
  const float *plane = j->src.data + index / j->dst.height * cl_plane_size(&j->src);
  float *y = j->dst.data + index * j->dst.width * 16;
  for (int64_t o = 0; o < j->dst.width; o++) {
    cl_lanes best;
    cl_mask tap;
    largest_16(j, plane, i, o, &best, &tap);
    CL_STORE(y + o * 16, best);
  }
}

CL_DISPATCH static void back_16(const job *j, int64_t p) {
  int64_t size = cl_plane_size(&j->src), pitch = j->src.width * 16;
  const float *plane = j->src.data + p * size;
  const float *g = j->gradient + p * cl_plane_size(&j->dst);
  float *dx = j->src_gradient + p * size;
  memset(dx, 0, (size_t)size * sizeof *dx);
  for (int64_t i = 0; i < j->dst.height; i++)
    for (int64_t o = 0; o < j->dst.width; o++, g += 16) {
      const cl_lanes gradient = CL_LOAD(g);
      cl_lanes best;
      cl_mask tap;
      int32_t number = 0;
      largest_16(j, plane, i, o, &best, &tap);
      for (int32_t u = 0; u < j->bins.row_counts[i]; u++) {
        float *to = dx + (j->bins.row_starts[i] + u * j->bins.dilation.height) * pitch +
                    j->bins.column_starts[o] * 16;
        for (int32_t v = 0; v < j->bins.column_counts[o]; v++, number++) {
          float *point = to + v * j->bins.dilation.width * 16;
          CL_STORE(point, CL_LOAD(point) + CL_SELECT(tap == number, gradient, (cl_lanes){0}));
        }
      }
    }
}

CL_DISPATCH static void pool_8(const job *j, int64_t index) { pool(j, index, 8); }
CL_DISPATCH static void back_8(const job *j, int64_t plane) { back(j, plane, 8); }

static void run_row(const void *context, int64_t index) {
  const job *j = context;
  switch (j->src.inner) {
    case 16: pool_16(j, index); break;
    case 8: pool_8(j, index); break;
    default: pool(j, index, 1);
  }
}

static void run_plane(const void *context, int64_t plane) {
  const job *j = context;
  switch (j->src.inner) {
    case 16: back_16(j, plane); break;
    case 8: back_8(j, plane); break;
    default: back(j, plane, 1);
  }
}

static cl_bins bins_of(const cl_step *step, const cl_view *dst) {
  const int32_t *at = step->indices;
  return (cl_bins){at, at + dst->height, at + 2 * dst->height, at + 2 * dst->height + dst->width,
                   step->stride};
}

static void run(const cl_program *program, const cl_step *step) {
  job j = {.src = cl_view_of(program, step->sources[0]),
           .dst = cl_view_of(program, step->destination)};
  j.bins = bins_of(step, &j.dst);
  cl_parallel(j.dst.planes * j.dst.height, run_row, &j);
}

static void run_back(const cl_program *program, const cl_step *step) {
  job j = {.src = cl_view_of(program, step->sources[0]),
           .dst = cl_view_of(program, step->sources[1]),
           .gradient = cl_data_of(program, step->sources[1]),
           .src_gradient = cl_data_of(program, step->destination)};
  j.bins = bins_of(step, &j.dst);
  cl_parallel(j.src.planes, run_plane, &j);
}

static int keep(cl_program *program, cl_step *step, const cl_view *dst, const cl_bins *bins) {
  if (!step) return -1;
  step->stride = bins->dilation;
  size_t high = (size_t)dst->height, wide = (size_t)dst->width;
  int32_t *table = cl_step_indices(program, step, 2 * (high + wide));
  if (!table) return -1;
  memcpy(table, bins->row_starts, high * sizeof *table);
  memcpy(table + high, bins->row_counts, high * sizeof *table);
  memcpy(table + 2 * high, bins->column_starts, wide * sizeof *table);
  memcpy(table + 2 * high + wide, bins->column_counts, wide * sizeof *table);
  return 0;
}

int cl_train_max_pooling(cl_program *program, int src, int dst, const cl_bins *bins) {
  if (cl_check_same_layout(program, src, dst, 1, "max-pooling")) return -1;
  cl_view view = cl_view_of(program, dst);
  return keep(program, cl_append_kernel(program, &src, 1, dst, run, "kernel:max_pooling"), &view,
              bins);
}

int cl_train_max_pooling_back(cl_program *program, int src, int gradient, int src_gradient,
                              const cl_bins *bins) {
  if (cl_check_same_layout(program, src, gradient, 1, "gradient of max-pooling")) return -1;
  cl_view view = cl_view_of(program, gradient);
  int sources[] = {src, gradient};
  return keep(program,
              cl_append_kernel(program, sources, 2, src_gradient, run_back,
                               "kernel:max_pooling_back"),
              &view, bins);
}
