/* Max-pooling with windows by tables. */
#include "training_pooling.h"

CL_INLINE void pool(const pooling_job *j, int64_t index, int64_t inner) {
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

CL_INLINE void keep_larger(cl_lanes *most, const cl_lanes *x) {
  const cl_mask larger = (cl_mask)(*x > *most) | (cl_mask)(*x != *x);
  *most = CL_SELECT(larger, *x, *most);
}

CL_DISPATCH static void pool_16(const pooling_job *j, int64_t index) {
  int64_t i = index % j->dst.height, first = 0;
  const float *plane = j->src.data + index / j->dst.height * cl_plane_size(&j->src);
  float *y = j->dst.data + index * j->dst.width * 16;
  if (i < j->dense_rows) {
    /* Each pair of one column belongs to two windows. */
    const float *x = plane + i * j->src.width * 16, *below = x + j->src.width * 16;
    cl_lanes left = CL_LOAD(x), lower = CL_LOAD(below);
    keep_larger(&left, &lower);
    for (; first < j->dense_columns; first++) {
      cl_lanes right = CL_LOAD(x + (first + 1) * 16);
      lower = CL_LOAD(below + (first + 1) * 16);
      keep_larger(&right, &lower);
      keep_larger(&left, &right);
      CL_STORE(y + first * 16, left);
      left = right;
    }
  }
  for (int64_t o = first; o < j->dst.width; o++) {
    cl_lanes best;
    cl_mask tap;
    largest_16(j, plane, i, o, &best, &tap);
    CL_STORE(y + o * 16, best);
  }
}

CL_DISPATCH static void pool_8(const pooling_job *j, int64_t index) { pool(j, index, 8); }

static void run_row(const void *context, int64_t index) {
  const pooling_job *j = context;
  switch (j->src.inner) {
    case 16: pool_16(j, index); break;
    case 8: pool_8(j, index); break;
    default: pool(j, index, 1);
  }
}

static void run(const cl_program *program, const cl_step *step) {
  pooling_job j = {.src = cl_view_of(program, step->sources[0]),
                   .dst = cl_view_of(program, step->destination)};
  set_bins(&j, step);
  cl_parallel(j.dst.planes * j.dst.height, run_row, &j);
}

int cl_train_max_pooling(cl_program *program, int src, int dst, const cl_bins *bins) {
  if (cl_check_same_layout(program, src, dst, 1, "max-pooling")) return -1;
  cl_view view = cl_view_of(program, dst);
  return keep_bins(program,
                   cl_append_kernel(program, &src, 1, dst, run, "kernel:max_pooling"), &view,
                   bins);
}
