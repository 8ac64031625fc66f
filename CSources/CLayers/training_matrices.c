/* Linear maps along rows and along columns by matrices with few zeros, as ideal filters have them. */
#include <string.h>

#include "training_separable.h"
#include "training_tiles.h"

typedef struct job {
  cl_view src, dst;
  cl_matrices matrices;
  float *workspace;
  int64_t workspace_size;
} job;

CL_DISPATCH static void multiply(const job *j, int64_t plane, float *tile) {
  cl_multiply(&j->matrices, j->src.data + plane * cl_plane_size(&j->src),
              j->dst.data + plane * cl_plane_size(&j->dst), tile);
}

static void run_plane(const void *context, int64_t plane, int64_t member) {
  const job *j = context;
  multiply(j, plane, j->workspace + member * j->workspace_size);
}

static void run(const cl_program *program, const cl_step *step) {
  job j = {.src = cl_view_of(program, step->sources[0]),
           .dst = cl_view_of(program, step->destination),
           .workspace = cl_data_of(program, step->scratch)};
  cl_pair from = cl_size_of(&j.src), to = cl_size_of(&j.dst);
  j.matrices = cl_matrices_at(step->floats, from, to);
  j.workspace_size = cl_tile_size(from);
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
  int64_t dims[2] = {members, cl_tile_size(cl_size_of(&from))};
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
