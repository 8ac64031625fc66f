/* Maps of another size: sums of neighbours with weights of their own on each axis. */
#include <string.h>

#include "kernels.h"

typedef struct job {
  cl_view src, dst;
  int64_t taps;
  const int32_t *rows, *columns; /* taps to an output position */
  const float *row_weights, *column_weights;
} job;

CL_INLINE void row(const job *j, const float *plane, float *y, int64_t i, int64_t inner,
                   int64_t taps) {
  int64_t pitch = j->src.width * inner;
  const int32_t *rows = j->rows + i * taps;
  const float *heights = j->row_weights + i * taps;
  for (int64_t o = 0; o < j->dst.width; o++) {
    const int32_t *columns = j->columns + o * taps;
    const float *widths = j->column_weights + o * taps;
    float sum[CL_LANES] = {0};
    for (int64_t u = 0; u < taps; u++)
      for (int64_t v = 0; v < taps; v++) {
        const float *x = plane + rows[u] * pitch + columns[v] * inner;
        float weight = heights[u] * widths[v];
        for (int64_t k = 0; k < inner; k++) sum[k] += weight * x[k];
      }
    for (int64_t k = 0; k < inner; k++) y[o * inner + k] = sum[k];
  }
}

CL_DISPATCH static void linear_row_16(const job *j, const float *plane, float *y, int64_t i) {
  row(j, plane, y, i, 16, 2);
}

CL_DISPATCH static void cubic_row_16(const job *j, const float *plane, float *y, int64_t i) {
  row(j, plane, y, i, 16, 4);
}

CL_DISPATCH static void any_row(const job *j, const float *plane, float *y, int64_t i) {
  row(j, plane, y, i, j->src.inner, j->taps);
}

static void copy_row(const job *j, const float *plane, float *y, int64_t i) {
  const float *x = plane + j->rows[i] * j->src.width * j->src.inner;
  size_t point = (size_t)j->src.inner * sizeof(float);
  for (int64_t o = 0; o < j->dst.width; o++)
    memcpy(y + o * j->dst.inner, x + j->columns[o] * j->src.inner, point);
}

static void run_row(const void *context, int64_t index) {
  const job *j = context;
  int64_t i = index % j->dst.height;
  const float *plane = j->src.data + index / j->dst.height * cl_plane_size(&j->src);
  float *y = j->dst.data + index * j->dst.width * j->dst.inner;
  if (j->taps == 1) {
    copy_row(j, plane, y, i);
  } else if (j->src.inner == 16 && j->taps == 2) {
    linear_row_16(j, plane, y, i);
  } else if (j->src.inner == 16 && j->taps == 4) {
    cubic_row_16(j, plane, y, i);
  } else {
    any_row(j, plane, y, i);
  }
}

static void run(const cl_program *program, const cl_step *step) {
  cl_view dst = cl_view_of(program, step->destination);
  int64_t taps = step->count;
  job j = {cl_view_of(program, step->sources[0]), dst, taps, step->indices,
           step->indices + dst.height * taps, step->floats, step->floats + dst.height * taps};
  cl_parallel(dst.planes * dst.height, run_row, &j);
}

int cl_step_resample(cl_program *program, int src, int dst, int64_t taps, const int32_t *rows,
                     const float *row_weights, const int32_t *columns,
                     const float *column_weights) {
  if (cl_check_same_layout(program, src, dst, 1, "resizing")) return -1;
  cl_step *step = cl_append_kernel(program, &src, 1, dst, run, "kernel:resample");
  if (!step) return -1;
  cl_view view = cl_view_of(program, dst);
  size_t high = (size_t)(view.height * taps), wide = (size_t)(view.width * taps);
  int32_t *indices = cl_step_indices(program, step, high + wide);
  float *weights = cl_step_floats(program, step, high + wide);
  if (!indices || !weights) return -1;
  memcpy(indices, rows, high * sizeof *indices);
  memcpy(indices + high, columns, wide * sizeof *indices);
  memcpy(weights, row_weights, high * sizeof *weights);
  memcpy(weights + high, column_weights, wide * sizeof *weights);
  step->count = taps;
  return 0;
}
