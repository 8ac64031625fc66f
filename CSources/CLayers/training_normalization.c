/* Batch normalisation for training: its steps, the way forward and the relu behind it. */
#include "training_normalization.h"

int cl_train_normalization_saved(cl_program *program, int src) {
  cl_view view = cl_view_of(program, src);
  int64_t dims[2] = {4, view.blocks * CL_LANES};
  return cl_value_plain(program, 2, dims);
}

int cl_train_normalization_partial(cl_program *program, int src) {
  cl_view view = cl_view_of(program, src);
  int64_t dims[2] = {CL_CHUNKS, view.blocks * CL_NORM_SUMS * CL_LANES * 2};
  return cl_value_plain(program, 2, dims);
}

/* The description a step keeps: plain numbers in its table of indices, the rest in its fields. */
enum {
  AT_SCALE, AT_SHIFT, AT_MEAN, AT_VARIANCE, AT_SAVED, AT_PARTIAL, AT_MODE, AT_RESIDUAL, AT_RELU,
  AT_RESULT, AT_GRADIENT, AT_RESIDUAL_GRADIENT, AT_SCALE_GRADIENT, AT_SHIFT_GRADIENT, AT_COUNT
};

static float *optional(const cl_program *program, int value) {
  return value < 0 ? NULL : cl_data_of(program, value);
}

cl_norm_job cl_norm_job_of(const cl_program *program, const cl_step *step,
                           cl_batch_normalization *layer) {
  const int32_t *at = step->indices;
  *layer = (cl_batch_normalization){.epsilon = step->fill,
                                    .momentum = step->activation.alpha,
                                    .relu = at[AT_RELU]};
  cl_view src = cl_view_of(program, step->sources[0]);
  return (cl_norm_job){.src = src,
               .dst = cl_view_of(program, step->destination),
               .rows = cl_norm_rows_of(&src, step->sides),
               .border = step->sides,
               .mode = step->mode,
               .result = optional(program, at[AT_RESULT]),
               .gradient = optional(program, at[AT_GRADIENT]),
               .residual = optional(program, at[AT_RESIDUAL]),
               .residual_gradient = optional(program, at[AT_RESIDUAL_GRADIENT]),
               .layer = layer,
               .scale = cl_data_of(program, at[AT_SCALE]),
               .shift = cl_data_of(program, at[AT_SHIFT]),
               .mean = cl_data_of(program, at[AT_MEAN]),
               .variance = cl_data_of(program, at[AT_VARIANCE]),
               .scale_gradient = optional(program, at[AT_SCALE_GRADIENT]),
               .shift_gradient = optional(program, at[AT_SHIFT_GRADIENT]),
               .saved = cl_data_of(program, at[AT_SAVED]),
               .partial = (double *)cl_data_of(program, at[AT_PARTIAL]),
               .trains = *cl_data_of(program, at[AT_MODE]) != 0};
}

CL_INLINE void apply(const cl_norm_job *j, int64_t plane, int64_t inner, int relu, int residual) {
  int64_t start = plane * cl_plane_size(&j->src), length = j->rows.length;
  float mean[CL_LANES], factor[CL_LANES], offset[CL_LANES];
  cl_norm_coefficients(j, plane % j->src.blocks, mean, factor, offset);
  const float *x = j->src.data + start, *r = j->residual + (residual ? start : 0);
  float *y = j->dst.data + plane * j->rows.plane + j->rows.origin;
  for (int64_t row = 0; row < j->rows.count; row++)
    for (int64_t p = 0; p < length; p += inner)
      for (int64_t k = 0; k < inner; k++) {
        int64_t at = row * length + p + k;
        float value = (x[at] - mean[k]) * factor[k] + offset[k];
        if (residual) value += r[at];
        y[row * j->rows.pitch + p + k] = relu && value < 0 ? 0 : value;
      }
}

CL_INLINE void apply_whole(const cl_norm_job *j, int64_t plane, int relu, int residual) {
  int64_t start = plane * cl_plane_size(&j->src), length = j->rows.length;
  float means[CL_LANES], factors[CL_LANES], offsets[CL_LANES];
  cl_norm_coefficients(j, plane % j->src.blocks, means, factors, offsets);
  const cl_lanes mean = CL_LOAD(means), factor = CL_LOAD(factors), offset = CL_LOAD(offsets);
  const float *x = j->src.data + start, *r = j->residual + (residual ? start : 0);
  float *y = j->dst.data + plane * j->rows.plane + j->rows.origin;
  for (int64_t row = 0; row < j->rows.count; row++)
    for (int64_t i = 0; i < length; i += 16) {
      cl_lanes value = (CL_LOAD(x + row * length + i) - mean) * factor + offset;
      if (residual) value += CL_LOAD(r + row * length + i);
      if (relu) value = CL_SELECT(value < 0, (cl_lanes){0}, value);
      CL_STORE(y + row * j->rows.pitch + i, value);
    }
}

CL_DISPATCH static void apply_16(const cl_norm_job *j, int64_t plane) {
  apply_whole(j, plane, 0, 0);
}
CL_DISPATCH static void apply_relu_16(const cl_norm_job *j, int64_t plane) {
  apply_whole(j, plane, 1, 0);
}
CL_DISPATCH static void apply_sum_16(const cl_norm_job *j, int64_t plane) {
  apply_whole(j, plane, 1, 1);
}

static void apply_plane(const void *context, int64_t plane) {
  const cl_norm_job *j = context;
  int residual = j->residual != NULL;
  if (j->src.inner == 16 && !residual && j->layer->relu) {
    apply_relu_16(j, plane);
  } else if (j->src.inner == 16 && !residual) {
    apply_16(j, plane);
  } else if (j->src.inner == 16 && j->layer->relu) {
    apply_sum_16(j, plane);
  } else {
    apply(j, plane, j->src.inner, j->layer->relu, residual);
  }
  cl_norm_spread(j, j->dst.data + plane * j->rows.plane);
}

static void run(const cl_program *program, const cl_step *step) {
  cl_batch_normalization layer;
  cl_norm_job j = cl_norm_job_of(program, step, &layer);
  if (j.trains) cl_parallel(j.src.blocks * CL_CHUNKS, cl_norm_statistics, &j);
  cl_norm_settle(&j);
  cl_parallel(j.src.planes, apply_plane, &j);
}

static int has_border(cl_sides s) { return s.top || s.left || s.bottom || s.right; }

/* The borders that are filled from the plane itself; beside them nothing can be added. */
static int check_border(cl_program *program, const cl_batch_normalization *l, int inside,
                        int outside) {
  const int64_t *a = program->values[inside].dims, *b = program->values[outside].dims;
  if (!has_border(l->border)) return 0;
  if (l->border_mode == cl_padding_constant || l->residual >= 0)
    return cl_fail(program, "a normalisation has a border of its own values and adds nothing");
  if (b[2] != a[2] + l->border.top + l->border.bottom ||
      b[3] != a[3] + l->border.left + l->border.right)
    return cl_fail(program, "a normalisation of %lld x %lld gives %lld x %lld with its border",
                   (long long)a[2], (long long)a[3], (long long)b[2], (long long)b[3]);
  return 0;
}

/* Appends a step over the values of a table; those not there are -1. */
static int append(cl_program *program, const int32_t *at, int src, int dst, cl_kernel *kernel,
                  const char *name, const cl_batch_normalization *layer) {
  int sources[AT_COUNT + 1] = {src}, count = 1;
  for (int i = 0; i < AT_COUNT; i++)
    if (i != AT_RELU && at[i] >= 0) sources[count++] = at[i];
  cl_step *step = cl_append_kernel(program, sources, count, dst, kernel, name);
  if (!step) return -1;
  step->fill = layer->epsilon;
  step->activation.alpha = layer->momentum;
  step->sides = layer->border;
  step->mode = layer->border_mode;
  return cl_keep_indices(program, step, at, AT_COUNT);
}

static void fill(int32_t *at, const cl_batch_normalization *l) {
  for (int i = 0; i < AT_COUNT; i++) at[i] = -1;
  at[AT_SCALE] = l->scale;
  at[AT_SHIFT] = l->shift;
  at[AT_MEAN] = l->mean;
  at[AT_VARIANCE] = l->variance;
  at[AT_SAVED] = l->saved;
  at[AT_PARTIAL] = l->partial;
  at[AT_MODE] = l->mode;
  at[AT_RELU] = l->relu;
}

int cl_train_batch_normalization(cl_program *program, int src, int dst,
                                 const cl_batch_normalization *layer) {
  int32_t at[AT_COUNT];
  if (check_border(program, layer, src, dst)) return -1;
  fill(at, layer);
  at[AT_RESIDUAL] = layer->residual;
  return append(program, at, src, dst, run, "kernel:batch_normalization", layer);
}

int cl_train_batch_normalization_back(cl_program *program, int src, int result, int gradient,
                                      int src_gradient, int residual_gradient, int scale_gradient,
                                      int shift_gradient, const cl_batch_normalization *layer) {
  int32_t at[AT_COUNT];
  if (check_border(program, layer, src, gradient)) return -1;
  fill(at, layer);
  /* Where nothing is added, the sign of the result is found from the source. */
  at[AT_RESULT] = residual_gradient >= 0 ? result : -1;
  at[AT_GRADIENT] = gradient;
  at[AT_RESIDUAL_GRADIENT] = residual_gradient;
  at[AT_SCALE_GRADIENT] = scale_gradient;
  at[AT_SHIFT_GRADIENT] = shift_gradient;
  return append(program, at, src, src_gradient, cl_norm_run_back,
                "kernel:batch_normalization_back", layer);
}
