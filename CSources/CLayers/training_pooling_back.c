/* The way back of max-pooling: to the first of the largest. */
#include "training_pooling.h"

CL_INLINE void back(const pooling_job *j, int64_t p, int64_t inner) {
  const cl_bins *b = &j->bins;
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
      for (int32_t u = b->row_starts[i]; u < b->row_starts[i + 1]; u++) {
        float *row = dx + b->rows[u] * pitch;
        for (int32_t v = b->column_starts[o]; v < b->column_starts[o + 1]; v++, number++) {
          float *to = row + b->columns[v] * inner;
          for (int64_t k = 0; k < inner; k++) to[k] += tap[k] == number ? g[k] : 0;
        }
      }
    }
}

/* The way back through the first `count` windows of 2x2 samples of a row that overlap: what a sample gets
 * from the window before it waits in a register. Adds to the upper samples and sets the lower ones. */
CL_INLINE void back_dense_16(const pooling_job *j, const float *plane, const float *g, float *dx,
                             int64_t row, int64_t count) {
  const int64_t pitch = j->src.width * 16;
  const float *x = plane + row * pitch, *below = x + pitch;
  float *to = dx + row * pitch, *next = to + pitch;
  cl_lanes first = CL_LOAD(x), third = CL_LOAD(below), upper = {0}, lower = {0};
  for (int64_t o = 0; o < count; o++) {
    const cl_lanes second = CL_LOAD(x + (o + 1) * 16), fourth = CL_LOAD(below + (o + 1) * 16);
    const cl_mask by_2 = (cl_mask)(second > first) | (cl_mask)(second != second);
    cl_lanes most = CL_SELECT(by_2, second, first);
    const cl_mask by_3 = (cl_mask)(third > most) | (cl_mask)(third != third);
    most = CL_SELECT(by_3, third, most);
    const cl_mask by_4 = (cl_mask)(fourth > most) | (cl_mask)(fourth != fourth);
    const cl_mask gradient = (cl_mask)CL_LOAD(g + o * 16);
    const cl_mask not_4 = ~by_4 & gradient, not_3 = ~by_3 & not_4;
    CL_STORE(to + o * 16, CL_LOAD(to + o * 16) + (upper + (cl_lanes)(~by_2 & not_3)));
    CL_STORE(next + o * 16, lower + (cl_lanes)(by_3 & not_4));
    upper = (cl_lanes)(by_2 & not_3);
    lower = (cl_lanes)(by_4 & gradient);
    first = second;
    third = fourth;
  }
  CL_STORE(to + count * 16, CL_LOAD(to + count * 16) + upper);
  CL_STORE(next + count * 16, lower);
}

/* One window after the other; what stands in `dx` is added to. */
CL_INLINE void back_windows_16(const pooling_job *j, const float *plane, const float *g, float *dx,
                               int64_t i, int64_t first) {
  const cl_bins *b = &j->bins;
  for (int64_t o = first; o < j->dst.width; o++) {
    const cl_lanes gradient = CL_LOAD(g + o * 16);
    cl_lanes best;
    cl_mask tap;
    int32_t number = 0;
    largest_16(j, plane, i, o, &best, &tap);
    for (int32_t u = b->row_starts[i]; u < b->row_starts[i + 1]; u++) {
      float *row = dx + b->rows[u] * j->src.width * 16;
      for (int32_t v = b->column_starts[o]; v < b->column_starts[o + 1]; v++, number++) {
        float *point = row + b->columns[v] * 16;
        CL_STORE(point, CL_LOAD(point) + CL_SELECT(tap == number, gradient, (cl_lanes){0}));
      }
    }
  }
}

CL_DISPATCH static void back_16(const pooling_job *j, int64_t p) {
  int64_t size = cl_plane_size(&j->src), pitch = j->src.width * 16, set = 0;
  const float *plane = j->src.data + p * size;
  const float *g = j->gradient + p * cl_plane_size(&j->dst);
  float *dx = j->src_gradient + p * size;
  if (j->dense_rows > 0) {
    memset(dx, 0, (size_t)pitch * sizeof *dx);
    const int64_t rest = (j->src.width - j->dense_columns - 1) * 16;
    for (int64_t i = 0; i < j->dense_rows; i++) {
      back_dense_16(j, plane, g + i * j->dst.width * 16, dx, i, j->dense_columns);
      memset(dx + (i + 2) * pitch - rest, 0, (size_t)rest * sizeof *dx);
    }
    set = j->dense_rows + 1;
  }
  memset(dx + set * pitch, 0, (size_t)(size - set * pitch) * sizeof *dx);
  for (int64_t i = 0; i < j->dst.height; i++)
    back_windows_16(j, plane, g + i * j->dst.width * 16, dx, i,
                    i < j->dense_rows ? j->dense_columns : 0);
}

CL_DISPATCH static void back_8(const pooling_job *j, int64_t plane) { back(j, plane, 8); }

static void run_plane(const void *context, int64_t plane) {
  const pooling_job *j = context;
  switch (j->src.inner) {
    case 16: back_16(j, plane); break;
    case 8: back_8(j, plane); break;
    default: back(j, plane, 1);
  }
}

static void run_back(const cl_program *program, const cl_step *step) {
  pooling_job j = {.src = cl_view_of(program, step->sources[0]),
                   .dst = cl_view_of(program, step->sources[1]),
                   .gradient = cl_data_of(program, step->sources[1]),
                   .src_gradient = cl_data_of(program, step->destination)};
  set_bins(&j, step);
  cl_parallel(j.src.planes, run_plane, &j);
}

int cl_train_max_pooling_back(cl_program *program, int src, int gradient, int src_gradient,
                              const cl_bins *bins) {
  if (cl_check_same_layout(program, src, gradient, 1, "gradient of max-pooling")) return -1;
  cl_view view = cl_view_of(program, gradient);
  int sources[] = {src, gradient};
  return keep_bins(program,
                   cl_append_kernel(program, sources, 2, src_gradient, run_back,
                                    "kernel:max_pooling_back"),
                   &view, bins);
}
