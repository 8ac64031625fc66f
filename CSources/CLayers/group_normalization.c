/* Normalisation over all positions of groups of channels: group, instance and layer norm. */
#include <math.h>

#include "normalization.h"

/* What is known of a lane of a plane: first its mean and the sum of its squared deviations, then the
 * mean and factor of its group. */
typedef struct moments {
  double mean[CL_LANES], spread[CL_LANES];
} moments;

typedef struct job {
  cl_view src, dst;
  moments *moments; /* one to a plane */
  const float *scale, *shift;
} job;

/* Sums of 16 floats side by side: runs in single, their sum in double precision. */
enum { RUN = 64 * CL_LANES };

/* count is a multiple of 16. Four sums at a time, so that no addition waits for the one before. */
CL_INLINE void run_sums(const float *x, int64_t count, const float *center, int squared,
                        float *sums) {
  cl_lanes total[4] = {{0}};
  const cl_lanes middle = *(const cl_lanes *)center;
  int64_t i = 0;
  for (; i + 4 * CL_LANES <= count; i += 4 * CL_LANES)
    for (int u = 0; u < 4; u++) {
      cl_lanes d = *(const cl_lanes *)(x + i + u * CL_LANES) - middle;
      total[u] += squared ? d * d : d;
    }
  for (; i < count; i += CL_LANES) {
    cl_lanes d = *(const cl_lanes *)(x + i) - middle;
    total[0] += squared ? d * d : d;
  }
  *(cl_lanes *)sums = (total[0] + total[1]) + (total[2] + total[3]);
}

CL_DISPATCH static void plain_sums(const float *x, int64_t count, const float *center,
                                   float *sums) {
  run_sums(x, count, center, 0, sums);
}

CL_DISPATCH static void squared_sums(const float *x, int64_t count, const float *center,
                                     float *sums) {
  run_sums(x, count, center, 1, sums);
}

/* Σ or Σ² of x − center over a plane, for each of its lanes. */
static void plane_sums(const float *x, int64_t count, int64_t inner, const float *center,
                       int squared, double *totals) {
  float sums[CL_LANES];
  for (int k = 0; k < CL_LANES; k++) totals[k] = 0;
  int64_t whole = count / CL_LANES * CL_LANES;
  for (int64_t i = 0; i < whole; i += RUN) {
    int64_t length = whole - i < RUN ? whole - i : RUN;
    (squared ? squared_sums : plain_sums)(x + i, length, center, sums);
    for (int k = 0; k < CL_LANES; k++) totals[k % inner] += sums[k];
  }
  for (int k = 0; whole + k < count; k++) {
    float d = x[whole + k] - center[k];
    totals[k % inner] += squared ? d * d : d;
  }
}

static void measure_plane(const void *context, int64_t plane) {
  const job *j = context;
  int64_t count = cl_plane_size(&j->src), inner = j->src.inner;
  const float *x = j->src.data + plane * count;
  double points = (double)(count / inner), totals[CL_LANES];
  float center[CL_LANES] = {0};
  moments *m = &j->moments[plane];
  plane_sums(x, count, inner, center, 0, totals);
  for (int k = 0; k < CL_LANES; k++) center[k] = (float)(totals[k % inner] / points);
  for (int k = 0; k < inner; k++) m->mean[k] = totals[k] / points;
  plane_sums(x, count, inner, center, 1, totals);
  for (int k = 0; k < inner; k++) {
    /* The center was rounded: what it lacks counts once for every point. */
    double lack = m->mean[k] - center[k];
    m->spread[k] = totals[k] - points * lack * lack;
  }
}

typedef struct groups {
  int64_t size;   /* channels */
  double points;  /* to a channel */
  float epsilon;
} groups;

/* Replaces the moments of the channels of one group by those of the group. */
static void join_group(const cl_view *view, moments *m, int64_t first, const groups *g) {
  double mean = 0, spread = 0;
  for (int64_t c = first; c < first + g->size; c++)
    mean += m[c / view->inner].mean[c % view->inner];
  mean /= (double)g->size;
  for (int64_t c = first; c < first + g->size; c++) {
    double d = m[c / view->inner].mean[c % view->inner] - mean;
    spread += m[c / view->inner].spread[c % view->inner] + g->points * d * d;
  }
  double variance = spread / (g->points * (double)g->size);
  double factor = 1 / sqrt((variance > 0 ? variance : 0) + (double)g->epsilon);
  for (int64_t c = first; c < first + g->size; c++) {
    m[c / view->inner].mean[c % view->inner] = mean;
    m[c / view->inner].spread[c % view->inner] = factor;
  }
}

CL_INLINE void apply_run(const float *x, float *y, int64_t count, const float *mean,
                         const float *factor, const float *shift) {
  const cl_lanes m = *(const cl_lanes *)mean, f = *(const cl_lanes *)factor;
  const cl_lanes s = *(const cl_lanes *)shift;
  int64_t i = 0;
  for (; i + CL_LANES <= count; i += CL_LANES)
    *(cl_lanes *)(y + i) = (*(const cl_lanes *)(x + i) - m) * f + s;
  for (int k = 0; i + k < count; k++) y[i + k] = (x[i + k] - mean[k]) * factor[k] + shift[k];
}

CL_DISPATCH static void apply(const float *x, float *y, int64_t count, const float *mean,
                              const float *factor, const float *shift) {
  apply_run(x, y, count, mean, factor, shift);
}

static void apply_plane(const void *context, int64_t plane) {
  const job *j = context;
  int64_t count = cl_plane_size(&j->src), block = plane % j->src.blocks;
  const moments *m = &j->moments[plane];
  float mean[CL_LANES], factor[CL_LANES];
  for (int k = 0; k < CL_LANES; k++) {
    int in_block = k % (int)j->src.inner;
    int used = in_block < cl_lanes_of(&j->src, plane);
    mean[k] = used ? (float)m->mean[in_block] : 0;
    factor[k] = used ? (float)(m->spread[in_block] * j->scale[block * CL_LANES + k]) : 0;
  }
  apply(j->src.data + plane * count, j->dst.data + plane * count, count, mean, factor,
        j->shift + block * CL_LANES);
}

static void run(const cl_program *program, const cl_step *step) {
  cl_view src = cl_view_of(program, step->sources[0]);
  void *scratch = NULL;
  dnnl_memory_get_data_handle(program->values[step->scratch].memory, &scratch);
  job j = {src, cl_view_of(program, step->destination), scratch, step->floats,
           step->floats + src.blocks * CL_LANES};
  groups g = {src.channels / step->count, (double)(src.height * src.width), step->fill};
  cl_parallel(src.planes, measure_plane, &j);
  for (int64_t n = 0; n < src.images; n++)
    for (int64_t first = 0; first < src.channels; first += g.size)
      join_group(&src, j.moments + n * src.blocks, first, &g);
  cl_parallel(src.planes, apply_plane, &j);
}

int cl_step_group_normalization(cl_program *program, int src, int dst, int64_t groups,
                                const float *scale, const float *shift, float epsilon) {
  cl_step *step = cl_append_kernel(program, &src, 1, dst, run, "kernel:group_normalization");
  if (!step) return -1;
  cl_view view = cl_view_of(program, src);
  step->fill = epsilon;
  step->count = groups;
  if (cl_normalization_tables(program, step, &view, scale, shift)) return -1;
  int64_t room = view.planes * (int64_t)(sizeof(moments) / sizeof(float));
  step->scratch = cl_value_plain(program, 2, (int64_t[]){1, room});
  return step->scratch < 0 ? -1 : 0;
}
