/* Normalisation of an image by statistics of its own values, forth and back. */
#include <math.h>

#include "training.h"

typedef struct job {
  cl_view src;
  const float *gradient, *scale, *shift;
  float *dst;
  double *partial; /* [image][channel][2]: sums of g xhat and of g */
  cl_own_normalization layer;
} job;

/* The values that share their statistics: channels first ..< last at positions start ..< end. */
typedef struct set { int64_t first, last, start, end; } set;

static int64_t at(const job *j, int64_t image, int64_t channel, int64_t position) {
  int64_t inner = j->src.inner, points = j->src.height * j->src.width;
  return ((image * j->src.blocks + channel / inner) * points + position) * inner + channel % inner;
}

static set set_of(const job *j, int64_t index) {
  int64_t points = j->src.height * j->src.width;
  if (j->layer.kind == 0) return (set){0, j->src.channels, index, index + 1};
  int64_t size = j->src.channels / j->layer.groups;
  return (set){index * size, (index + 1) * size, 0, points};
}

static int64_t sets_of(const job *j) {
  return j->layer.kind == 0 ? j->src.height * j->src.width : j->layer.groups;
}

static void statistics(const job *j, int64_t image, set s, double *mean, double *factor) {
  double count = (double)((s.last - s.first) * (s.end - s.start)), sum = 0, square = 0;
  for (int64_t c = s.first; c < s.last; c++)
    for (int64_t p = s.start; p < s.end; p++) sum += (double)j->src.data[at(j, image, c, p)];
  *mean = sum / count;
  for (int64_t c = s.first; c < s.last; c++)
    for (int64_t p = s.start; p < s.end; p++) {
      double d = (double)j->src.data[at(j, image, c, p)] - *mean;
      square += d * d;
    }
  *factor = 1 / sqrt(square / count + (double)j->layer.epsilon);
}

/* Zeros in the lanes behind the last channel. */
static void clear(const job *j, int64_t image) {
  int64_t points = j->src.height * j->src.width;
  for (int64_t c = j->src.channels; c < j->src.blocks * j->src.inner; c++)
    for (int64_t p = 0; p < points; p++) j->dst[at(j, image, c, p)] = 0;
}

static void image_forth(const void *context, int64_t image) {
  const job *j = context;
  for (int64_t i = 0; i < sets_of(j); i++) {
    set s = set_of(j, i);
    double mean, factor;
    statistics(j, image, s, &mean, &factor);
    for (int64_t c = s.first; c < s.last; c++)
      for (int64_t p = s.start; p < s.end; p++) {
        double x = (double)j->src.data[at(j, image, c, p)];
        j->dst[at(j, image, c, p)] =
            (float)((x - mean) * factor * (double)j->scale[c] + (double)j->shift[c]);
      }
  }
  clear(j, image);
}

static void set_back(const job *j, int64_t image, set s) {
  double mean, factor, sum = 0, product = 0;
  double count = (double)((s.last - s.first) * (s.end - s.start));
  statistics(j, image, s, &mean, &factor);
  for (int64_t c = s.first; c < s.last; c++) {
    double *own = j->partial + 2 * (image * j->src.channels + c);
    for (int64_t p = s.start; p < s.end; p++) {
      double x = ((double)j->src.data[at(j, image, c, p)] - mean) * factor;
      double g = (double)j->gradient[at(j, image, c, p)];
      own[0] += g * x;
      own[1] += g;
      sum += g * (double)j->scale[c];
      product += g * (double)j->scale[c] * x;
    }
  }
  for (int64_t c = s.first; c < s.last; c++)
    for (int64_t p = s.start; p < s.end; p++) {
      double x = ((double)j->src.data[at(j, image, c, p)] - mean) * factor;
      double g = (double)j->gradient[at(j, image, c, p)] * (double)j->scale[c];
      j->dst[at(j, image, c, p)] = (float)(factor * (g - sum / count - x * product / count));
    }
}

static void image_back(const void *context, int64_t image) {
  const job *j = context;
  for (int64_t c = 0; c < 2 * j->src.channels; c++)
    j->partial[2 * image * j->src.channels + c] = 0;
  for (int64_t i = 0; i < sets_of(j); i++) set_back(j, image, set_of(j, i));
  clear(j, image);
}

static job job_of(const cl_program *program, const cl_step *step) {
  return (job){.src = cl_view_of(program, step->sources[0]),
               .scale = cl_data_of(program, step->sources[1]),
               .shift = cl_data_of(program, step->sources[2]),
               .dst = cl_data_of(program, step->destination),
               .layer = {.kind = (int)step->stride.height, .groups = step->count,
                         .epsilon = step->fill}};
}

static void run(const cl_program *program, const cl_step *step) {
  job j = job_of(program, step);
  cl_parallel(j.src.images, image_forth, &j);
}

static void run_back(const cl_program *program, const cl_step *step) {
  job j = job_of(program, step);
  j.gradient = cl_data_of(program, step->sources[3]);
  j.partial = (double *)cl_data_of(program, step->scratch);
  cl_parallel(j.src.images, image_back, &j);
  float *scale = cl_data_of(program, step->sources[4]), *shift = cl_data_of(program, step->sources[5]);
  for (int64_t c = 0; c < j.src.channels; c++) {
    double sums[2] = {0};
    for (int64_t n = 0; n < j.src.images; n++)
      for (int k = 0; k < 2; k++) sums[k] += j.partial[2 * (n * j.src.channels + c) + k];
    scale[c] = (float)sums[0];
    shift[c] = (float)sums[1];
  }
}

static int keep(cl_step *step, const cl_own_normalization *layer) {
  if (!step) return -1;
  step->stride.height = layer->kind;
  step->count = layer->groups;
  step->fill = layer->epsilon;
  return 0;
}

int cl_train_own_normalization(cl_program *program, int src, int dst,
                               const cl_own_normalization *layer) {
  if (cl_check_same_layout(program, src, dst, 1, "normalisation")) return -1;
  int sources[] = {src, layer->scale, layer->shift};
  return keep(cl_append_kernel(program, sources, 3, dst, run, "kernel:own_normalization"), layer);
}

int cl_train_own_normalization_back(cl_program *program, int src, int gradient, int src_gradient,
                                    int scale_gradient, int shift_gradient,
                                    const cl_own_normalization *layer) {
  if (cl_check_same_layout(program, src, gradient, 1, "gradient of a normalisation")) return -1;
  int sources[] = {src, layer->scale, layer->shift, gradient, scale_gradient, shift_gradient};
  int64_t dims[2] = {program->values[src].dims[0], 4 * program->values[src].dims[1]};
  int scratch = cl_value_plain(program, 2, dims);
  if (scratch < 0) return -1;
  cl_step *step = cl_append_kernel(program, sources, 6, src_gradient, run_back,
                                   "kernel:own_normalization_back");
  if (keep(step, layer)) return -1;
  step->scratch = scratch;
  return 0;
}
