/* Functions of each value alone that oneDNN does not have, or not for every layout. */
#include <math.h>

#include "kernels.h"

typedef struct job {
  cl_view src, dst;
  const float *slope; /* 16 to a plane */
  cl_activation activation;
} job;

CL_INLINE void prelu_run(const float *x, float *y, int64_t count, const float *slope) {
  float slopes[CL_LANES];
  for (int k = 0; k < CL_LANES; k++) slopes[k] = slope[k];
  int64_t i = 0;
  for (; i + CL_LANES <= count; i += CL_LANES)
    for (int k = 0; k < CL_LANES; k++)
      y[i + k] = x[i + k] > 0 ? x[i + k] : slopes[k] * x[i + k];
  for (int k = 0; i + k < count; k++) y[i + k] = x[i + k] > 0 ? x[i + k] : slopes[k] * x[i + k];
}

CL_DISPATCH static void prelu(const float *x, float *y, int64_t count, const float *slope) {
  prelu_run(x, y, count, slope);
}

CL_DISPATCH static void softsign(const float *x, float *y, int64_t count) {
  for (int64_t i = 0; i < count; i++) y[i] = x[i] / (1 + fabsf(x[i]));
}

CL_DISPATCH static void threshold(const float *x, float *y, int64_t count, float least) {
  for (int64_t i = 0; i < count; i++) y[i] = x[i] > least ? x[i] : 0;
}

static void run_plane(const void *context, int64_t plane) {
  const job *j = context;
  int64_t count = cl_plane_size(&j->src);
  const float *x = j->src.data + plane * count;
  float *y = j->dst.data + plane * count;
  if (j->slope) {
    prelu(x, y, count, j->slope + plane % j->src.blocks * CL_LANES);
  } else if (j->activation.function == cl_function_softsign) {
    softsign(x, y, count);
  } else {
    /* Lanes behind the last channel stay zero whatever the threshold. */
    threshold(x, y, count, j->activation.alpha);
  }
}

static void run(const cl_program *program, const cl_step *step) {
  job j = {cl_view_of(program, step->sources[0]), cl_view_of(program, step->destination),
           step->floats, step->activation};
  cl_parallel(j.src.planes, run_plane, &j);
}

int cl_step_pointwise(cl_program *program, int src, int dst, cl_activation activation) {
  cl_step *step = cl_append_kernel(program, &src, 1, dst, run, "kernel:pointwise");
  if (!step) return -1;
  step->activation = activation;
  return 0;
}

int cl_step_prelu(cl_program *program, int src, int dst, const float *slope) {
  cl_step *step = cl_append_kernel(program, &src, 1, dst, run, "kernel:prelu");
  if (!step) return -1;
  cl_view view = cl_view_of(program, src);
  float *lanes = cl_step_floats(program, step, (size_t)(view.blocks * CL_LANES));
  if (!lanes) return -1;
  cl_spread_channels(&view, slope, 0, lanes);
  return 0;
}

static void clear_image(const void *context, int64_t image) {
  const job *j = context;
  int64_t last = (image + 1) * j->dst.blocks - 1, lanes = cl_lanes_of(&j->dst, last);
  float *y = j->dst.data + last * cl_plane_size(&j->dst);
  for (int64_t i = 0; i < cl_plane_size(&j->dst); i += j->dst.inner)
    for (int64_t k = lanes; k < j->dst.inner; k++) y[i + k] = 0;
}

static void clear_lanes(const cl_program *program, const cl_step *step) {
  job j = {.dst = cl_view_of(program, step->destination)};
  cl_parallel(j.dst.images, clear_image, &j);
}

int cl_step_clear_lanes(cl_program *program, int value) {
  return cl_append_kernel(program, &value, 1, value, clear_lanes, "kernel:clear") ? 0 : -1;
}
