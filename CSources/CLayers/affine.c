/* One pass over each plane: a copy, or a normalisation with what bounds it. They take strided values. */
#include <math.h>
#include <string.h>

#include "kernels.h"

enum { PARTS = 4 }; /* of a plane: few planes still keep all threads busy */

typedef struct job {
  cl_view src, dst;
  const float *mean, *factor, *shift; /* 16 to a plane */
  float low, high;
} job;

/* Both bounds let a NaN through. */
CL_INLINE void run_lanes(const float *x, float *y, int64_t lanes, const float *mean,
                         const float *factor, const float *shift, float low, float high) {
  for (int64_t k = 0; k < lanes; k++) {
    float value = (x[k] - mean[k]) * factor[k] + shift[k];
    value = value < low ? low : value;
    y[k] = value > high ? high : value;
  }
}

CL_DISPATCH static void affine(const float *x, float *y, int64_t count, const float *mean,
                               const float *factor, const float *shift, float low, float high) {
  float m[CL_LANES], f[CL_LANES], s[CL_LANES];
  for (int k = 0; k < CL_LANES; k++) m[k] = mean[k], f[k] = factor[k], s[k] = shift[k];
  int64_t i = 0;
  for (; i + CL_LANES <= count; i += CL_LANES)
    run_lanes(x + i, y + i, CL_LANES, m, f, s, low, high);
  run_lanes(x + i, y + i, count - i, m, f, s, low, high);
}

static void run_part(const void *context, int64_t index) {
  const job *j = context;
  int64_t plane = index / PARTS, part = index % PARTS, size = cl_plane_size(&j->src);
  /* A part begins where the lanes begin anew. */
  int64_t vectors = (size + CL_LANES - 1) / CL_LANES;
  int64_t first = vectors * part / PARTS * CL_LANES, last = vectors * (part + 1) / PARTS * CL_LANES;
  if (last > size) last = size;
  const float *x = cl_plane_of(&j->src, plane) + first;
  float *y = cl_plane_of(&j->dst, plane) + first;
  int64_t lanes = plane % j->src.blocks * CL_LANES;
  if (last <= first) return;
  if (j->mean) {
    affine(x, y, last - first, j->mean + lanes, j->factor + lanes, j->shift + lanes, j->low,
           j->high);
  } else {
    memcpy(y, x, (size_t)(last - first) * sizeof *y);
  }
}

static void run(const cl_program *program, const cl_step *step) {
  job j = {.src = cl_view_of(program, step->sources[0]),
           .dst = cl_view_of(program, step->destination)};
  if (step->floats) {
    int64_t room = j.src.blocks * CL_LANES;
    j.mean = step->floats;
    j.factor = step->floats + room;
    j.shift = step->floats + 2 * room;
    j.low = step->activation.alpha;
    j.high = step->activation.beta;
  }
  cl_parallel(j.src.planes * PARTS, run_part, &j);
}

int cl_step_copy(cl_program *program, int src, int dst) {
  if (cl_check_same_layout(program, src, dst, 1, "copying")) return -1;
  return cl_append_strided_kernel(program, &src, 1, dst, run, "kernel:copy") ? 0 : -1;
}

int cl_step_affine(cl_program *program, int src, int dst, const float *scale, const float *shift,
                   const float *mean, const float *variance, float epsilon,
                   cl_activation activation) {
  if (cl_check_same_layout(program, src, dst, 1, "normalisation")) return -1;
  float low = -INFINITY, high = INFINITY;
  if (activation.function == cl_function_relu && activation.alpha == 0) {
    low = 0;
  } else if (activation.function == cl_function_clip) {
    low = activation.alpha;
    high = activation.beta;
  } else if (activation.function) {
    return cl_fail(program, "normalisation: a function that bounds nothing");
  }
  cl_step *step = cl_append_strided_kernel(program, &src, 1, dst, run, "kernel:affine");
  if (!step) return -1;
  step->activation = (cl_activation){activation.function, low, high};
  cl_view view = cl_view_of(program, src);
  int64_t room = view.blocks * CL_LANES;
  float *table = cl_step_floats(program, step, (size_t)(3 * room));
  if (!table) return -1;
  for (int64_t i = 0; i < room; i++) {
    int64_t channel = i / CL_LANES * view.inner + i % CL_LANES % view.inner;
    if (channel >= view.channels) continue;
    table[i] = mean[channel];
    table[room + i] =
        (float)(scale[channel] / sqrt((double)variance[channel] + (double)epsilon));
    table[2 * room + i] = shift[channel];
  }
  return 0;
}
