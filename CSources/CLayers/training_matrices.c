/* Linear maps along rows and along columns by matrices with few zeros, as ideal filters have them: products
 * of matrices in tiles whose sums stay in registers. */
#include <string.h>

#include "training_separable.h"

enum { TILE = 4 }; /* rows and columns of the result that are summed side by side */

typedef struct job {
  cl_view src, dst;
  const float *rows, *columns; /* both matrices, row by row */
  float *workspace;
  int64_t workspace_size;
} job;

/* sum[r][k] += Σ_e weights[r][e] x[k][e step + lane] */
CL_INLINE void add_products(cl_lanes sum[TILE][TILE], const float *const weights[TILE],
                            const float *const x[TILE], int64_t step, int64_t count) {
  for (int64_t e = 0; e < count; e++) {
    cl_lanes value[TILE];
#pragma GCC unroll 4
    for (int k = 0; k < TILE; k++) value[k] = CL_LOAD(x[k] + e * step);
#pragma GCC unroll 4
    for (int r = 0; r < TILE; r++) {
      const float w = weights[r][e];
#pragma GCC unroll 4
      for (int k = 0; k < TILE; k++) sum[r][k] += w * value[k];
    }
  }
}

static int64_t at_most(int64_t index, int64_t count) { return index < count ? index : count - 1; }

/* Rows `row` … `row` + 3 of the result before their columns are summed; behind the last row or column it
 * is that one again. */
CL_INLINE void sum_rows(const job *j, const float *plane, float *tile, int64_t row) {
  const int64_t pitch = j->src.width * 16;
  const float *weights[TILE], *x[TILE];
  for (int r = 0; r < TILE; r++)
    weights[r] = j->rows + at_most(row + r, j->dst.height) * j->src.height;
  for (int64_t c = 0; c < j->src.width; c += TILE) {
    cl_lanes sum[TILE][TILE] = {0};
    for (int k = 0; k < TILE; k++) x[k] = plane + at_most(c + k, j->src.width) * 16;
    add_products(sum, weights, x, pitch, j->src.height);
#pragma GCC unroll 4
    for (int r = 0; r < TILE; r++)
#pragma GCC unroll 4
      for (int k = 0; k < TILE; k++) CL_STORE(tile + r * pitch + (x[k] - plane), sum[r][k]);
  }
}

CL_INLINE void sum_columns(const job *j, const float *tile, float *y, int64_t rows) {
  const int64_t width = j->dst.width;
  const float *weights[TILE], *x[TILE];
  for (int k = 0; k < TILE; k++) x[k] = tile + k * j->src.width * 16;
  for (int64_t o = 0; o < width; o += TILE) {
    cl_lanes sum[TILE][TILE] = {0};
    for (int r = 0; r < TILE; r++)
      weights[r] = j->columns + at_most(o + r, width) * j->src.width;
    add_products(sum, weights, x, 16, j->src.width);
#pragma GCC unroll 4
    for (int k = 0; k < TILE; k++)
#pragma GCC unroll 4
      for (int r = 0; r < TILE; r++)
        if (k < rows && o + r < width) CL_STORE(y + (k * width + o + r) * 16, sum[r][k]);
  }
}

CL_DISPATCH static void multiply(const job *j, int64_t plane, float *tile) {
  const float *x = j->src.data + plane * cl_plane_size(&j->src);
  float *y = j->dst.data + plane * cl_plane_size(&j->dst);
  for (int64_t i = 0; i < j->dst.height; i += TILE) {
    sum_rows(j, x, tile, i);
    sum_columns(j, tile, y + i * j->dst.width * 16, j->dst.height - i);
  }
}

static void run_plane(const void *context, int64_t plane, int64_t member) {
  const job *j = context;
  multiply(j, plane, j->workspace + member * j->workspace_size);
}

static void run(const cl_program *program, const cl_step *step) {
  job j = {.src = cl_view_of(program, step->sources[0]),
           .dst = cl_view_of(program, step->destination),
           .rows = step->floats,
           .workspace = cl_data_of(program, step->scratch)};
  j.columns = j.rows + j.dst.height * j.src.height;
  j.workspace_size = TILE * j.src.width * 16;
  cl_parallel_members(j.dst.planes, step->count, run_plane, &j);
}

int cl_suits_matrices(const cl_view *src, const cl_view *dst, const cl_sparse *rows,
                      const cl_sparse *columns) {
  return src->inner == 16 && dst->height >= TILE && dst->width >= TILE &&
         rows->starts[dst->height] > dst->height * src->height / 2 &&
         columns->starts[dst->width] > dst->width * src->width / 2;
}

static void fill(float *matrix, const cl_sparse *sparse, int64_t columns) {
  memset(matrix, 0, (size_t)(sparse->rows * columns) * sizeof *matrix);
  for (int64_t row = 0; row < sparse->rows; row++)
    for (int32_t e = sparse->starts[row]; e < sparse->starts[row + 1]; e++)
      matrix[row * columns + sparse->indices[e]] = sparse->weights[e];
}

int cl_train_matrices(cl_program *program, int src, int dst, const cl_sparse *rows,
                      const cl_sparse *columns) {
  cl_view from = cl_view_of(program, src), to = cl_view_of(program, dst);
  int64_t members = cl_processors() < to.planes ? cl_processors() : to.planes;
  int64_t dims[2] = {members, TILE * from.width * 16};
  int scratch = cl_value_plain(program, 2, dims);
  if (scratch < 0) return -1;
  cl_step *step = cl_append_kernel(program, &src, 1, dst, run, "kernel:matrices");
  if (!step) return -1;
  step->scratch = scratch;
  step->count = members;
  int64_t first = to.height * from.height, second = to.width * from.width;
  float *matrices = cl_step_floats(program, step, (size_t)(first + second));
  if (!matrices) return -1;
  fill(matrices, rows, from.height);
  fill(matrices + first, columns, from.width);
  return 0;
}
