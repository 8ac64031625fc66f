/* Linear maps that act along rows and along columns: adjoints of pads, means, filters, resizes. */
#include <stdlib.h>
#include <string.h>

#include "training_separable.h"

typedef struct job {
  cl_view src, dst;
  cl_sparse rows, columns;
  float *workspace;
  int64_t workspace_size;
} job;

/* One row of the result, all of the source's columns: sum of weighted rows. */
CL_INLINE void combine_rows(const job *j, const float *plane, float *y, int64_t row) {
  int64_t width = j->src.width * j->src.inner;
  int32_t first = j->rows.starts[row], last = j->rows.starts[row + 1];
  if (first == last) {
    memset(y, 0, (size_t)width * sizeof *y);
    return;
  }
  const float *x = plane + j->rows.indices[first] * width;
  float w = j->rows.weights[first];
  for (int64_t i = 0; i < width; i++) y[i] = w * x[i];
  for (int32_t e = first + 1; e < last; e++) {
    x = plane + j->rows.indices[e] * width;
    w = j->rows.weights[e];
    for (int64_t i = 0; i < width; i++) y[i] += w * x[i];
  }
}

CL_INLINE void combine_columns(const job *j, const float *x, float *y, int64_t inner) {
  for (int64_t o = 0; o < j->dst.width; o++) {
    float sum[CL_LANES] = {0};
    for (int32_t e = j->columns.starts[o]; e < j->columns.starts[o + 1]; e++) {
      const float *from = x + j->columns.indices[e] * inner;
      float w = j->columns.weights[e];
      for (int64_t k = 0; k < inner; k++) sum[k] += w * from[k];
    }
    for (int64_t k = 0; k < inner; k++) y[o * inner + k] = sum[k];
  }
}

CL_INLINE void combine_columns_16(const job *j, const float *x, float *y) {
  for (int64_t o = 0; o < j->dst.width; o++) {
    cl_lanes sum = {0};
    for (int32_t e = j->columns.starts[o]; e < j->columns.starts[o + 1]; e++)
      sum += j->columns.weights[e] * CL_LOAD(x + j->columns.indices[e] * 16);
    CL_STORE(y + o * 16, sum);
  }
}

CL_INLINE void whole_plane(const job *j, int64_t plane, float *row, int64_t inner) {
  const float *x = j->src.data + plane * cl_plane_size(&j->src);
  float *y = j->dst.data + plane * cl_plane_size(&j->dst);
  for (int64_t i = 0; i < j->dst.height; i++) {
    combine_rows(j, x, row, i);
    if (inner == 16) {
      combine_columns_16(j, row, y + i * j->dst.width * 16);
    } else {
      combine_columns(j, row, y + i * j->dst.width * inner, inner);
    }
  }
}

CL_DISPATCH static void plane_16(const job *j, int64_t plane, float *row) {
  whole_plane(j, plane, row, 16);
}
CL_DISPATCH static void plane_8(const job *j, int64_t plane, float *row) {
  whole_plane(j, plane, row, 8);
}
CL_DISPATCH static void plane_1(const job *j, int64_t plane, float *row) {
  whole_plane(j, plane, row, 1);
}

static void run_plane(const void *context, int64_t plane, int64_t member) {
  const job *j = context;
  float *row = j->workspace + member * j->workspace_size;
  switch (j->src.inner) {
    case 16: plane_16(j, plane, row); break;
    case 8: plane_8(j, plane, row); break;
    default: plane_1(j, plane, row);
  }
}

/* The two matrices as a step keeps them: starts, then indices, rows first. */
static void unpack(const cl_step *step, const cl_view *dst, cl_sparse *rows, cl_sparse *columns) {
  const int32_t *at = step->indices;
  *rows = (cl_sparse){dst->height, at, at + dst->height + 1, step->floats};
  int32_t entries = rows->starts[dst->height];
  at = rows->indices + entries;
  *columns = (cl_sparse){dst->width, at, at + dst->width + 1, step->floats + entries};
}

static void run(const cl_program *program, const cl_step *step) {
  job j = {.src = cl_view_of(program, step->sources[0]),
           .dst = cl_view_of(program, step->destination),
           .workspace = cl_data_of(program, step->scratch)};
  j.workspace_size = (j.src.width * j.src.inner + 15) / 16 * 16;
  unpack(step, &j.dst, &j.rows, &j.columns);
  cl_parallel_members(j.dst.planes, step->count, run_plane, &j);
}

int cl_train_separable(cl_program *program, int src, int dst, const cl_sparse *rows,
                       const cl_sparse *columns) {
  if (cl_check_same_layout(program, src, dst, 1, "a separable map")) return -1;
  cl_view view = cl_view_of(program, src), result = cl_view_of(program, dst);
  if (rows->rows != result.height || columns->rows != result.width)
    return cl_fail(program, "a separable map: %lld rows and %lld columns for %lldx%lld",
                   (long long)rows->rows, (long long)columns->rows, (long long)result.height,
                   (long long)result.width);
  if (cl_suits_matrices(&view, &result, rows, columns))
    return cl_train_matrices(program, src, dst, rows, columns);
  int64_t members = cl_processors() < result.planes ? cl_processors() : result.planes;
  int64_t dims[2] = {members, (view.width * view.inner + 15) / 16 * 16};
  int scratch = cl_value_plain(program, 2, dims);
  if (scratch < 0) return -1;
  cl_step *step = cl_append_kernel(program, &src, 1, dst, run, "kernel:separable");
  if (!step) return -1;
  step->scratch = scratch;
  step->count = members;
  size_t high = (size_t)rows->starts[rows->rows], wide = (size_t)columns->starts[columns->rows];
  size_t tops = (size_t)rows->rows + 1, lefts = (size_t)columns->rows + 1;
  float *weights = cl_step_floats(program, step, high + wide);
  int32_t *table = cl_step_indices(program, step, tops + high + lefts + wide);
  if (!weights || !table) return -1;
  memcpy(weights, rows->weights, high * sizeof *weights);
  memcpy(weights + high, columns->weights, wide * sizeof *weights);
  memcpy(table, rows->starts, tops * sizeof *table);
  memcpy(table + tops, rows->indices, high * sizeof *table);
  memcpy(table + tops + high, columns->starts, lefts * sizeof *table);
  memcpy(table + tops + high + lefts, columns->indices, wide * sizeof *table);
  return 0;
}
