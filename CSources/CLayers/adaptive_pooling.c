/* The mean or the largest value of bins that need not have the same size. */
#include "kernels.h"

typedef struct job {
  cl_view src, dst;
  int largest;
} job;

typedef struct bin {
  int64_t first, last;
} bin;

static bin bin_of(int64_t i, int64_t from, int64_t to) {
  return (bin){i * from / to, ((i + 1) * from + to - 1) / to};
}

CL_INLINE void point(const job *j, const float *plane, bin rows, bin columns, int64_t inner,
                     float *y) {
  float result[CL_LANES] = {0};
  for (int64_t r = rows.first; r < rows.last; r++) {
    const float *x = plane + (r * j->src.width + columns.first) * inner;
    float line[CL_LANES];
    for (int64_t k = 0; k < inner; k++) line[k] = x[k];
    for (int64_t c = 1; c < columns.last - columns.first; c++)
      for (int64_t k = 0; k < inner; k++) {
        float value = x[c * inner + k];
        line[k] = !j->largest ? line[k] + value : value > line[k] ? value : line[k];
      }
    for (int64_t k = 0; k < inner; k++) {
      int replaces = r == rows.first || (j->largest && line[k] > result[k]);
      result[k] = replaces ? line[k] : j->largest ? result[k] : result[k] + line[k];
    }
  }
  int64_t count = (rows.last - rows.first) * (columns.last - columns.first);
  for (int64_t k = 0; k < inner; k++) y[k] = j->largest ? result[k] : result[k] / (float)count;
}

CL_DISPATCH static void point_16(const job *j, const float *plane, bin rows, bin columns,
                                 float *y) {
  point(j, plane, rows, columns, 16, y);
}

CL_DISPATCH static void any_point(const job *j, const float *plane, bin rows, bin columns,
                                  float *y) {
  point(j, plane, rows, columns, j->src.inner, y);
}

static void run_row(const void *context, int64_t index) {
  const job *j = context;
  bin rows = bin_of(index % j->dst.height, j->src.height, j->dst.height);
  const float *plane = j->src.data + index / j->dst.height * cl_plane_size(&j->src);
  float *y = j->dst.data + index * j->dst.width * j->dst.inner;
  for (int64_t i = 0; i < j->dst.width; i++) {
    bin columns = bin_of(i, j->src.width, j->dst.width);
    (j->src.inner == 16 ? point_16 : any_point)(j, plane, rows, columns, y + i * j->dst.inner);
  }
}

static void run(const cl_program *program, const cl_step *step) {
  job j = {cl_view_of(program, step->sources[0]), cl_view_of(program, step->destination),
           step->count == cl_pooling_max};
  cl_parallel(j.dst.planes * j.dst.height, run_row, &j);
}

int cl_step_adaptive_pooling(cl_program *program, int src, int dst, cl_pooling kind) {
  if (cl_check_same_layout(program, src, dst, 1, "adaptive pooling")) return -1;
  cl_step *step = cl_append_kernel(program, &src, 1, dst, run, "kernel:adaptive_pooling");
  if (!step) return -1;
  step->count = kind;
  return 0;
}
