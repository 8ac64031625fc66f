/* PReLU and its derivatives. */
#include "training.h"

typedef struct job {
  cl_view view; /* of the source */
  const float *saved, *gradient, *slope;
  float *dst, *slope_gradient;
  double *partial;
  int64_t slopes;
} job;

static job job_of(const cl_program *program, const cl_step *step, int slope) {
  return (job){.view = cl_view_of(program, step->sources[0]),
               .saved = cl_data_of(program, step->sources[0]),
               .dst = cl_data_of(program, step->destination),
               .slope = cl_data_of(program, slope),
               .slopes = program->values[slope].dims[1]};
}

static float slope_of(const job *j, int64_t channel) {
  return j->slope[j->slopes == 1 ? 0 : channel];
}

static void prelu_plane(const void *context, int64_t plane) {
  const job *j = context;
  int64_t size = cl_plane_size(&j->view), inner = j->view.inner;
  for (int64_t k = 0; k < cl_lanes_of(&j->view, plane); k++) {
    float slope = slope_of(j, plane % j->view.blocks * inner + k);
    for (int64_t i = plane * size + k; i < (plane + 1) * size; i += inner)
      j->dst[i] = j->saved[i] > 0 ? j->saved[i] : slope * j->saved[i];
  }
  for (int64_t k = cl_lanes_of(&j->view, plane); k < inner; k++)
    for (int64_t i = plane * size + k; i < (plane + 1) * size; i += inner) j->dst[i] = 0;
}

static void prelu(const cl_program *program, const cl_step *step) {
  job j = job_of(program, step, step->sources[1]);
  cl_parallel(j.view.planes, prelu_plane, &j);
}

int cl_train_prelu(cl_program *program, int src, int dst, int slope) {
  int sources[] = {src, slope};
  return cl_append_kernel(program, sources, 2, dst, prelu, "kernel:prelu") ? 0 : -1;
}

/* The gradient of a channel's slope is summed over the batch by one task, in order. */
static void prelu_back_block(const void *context, int64_t block) {
  const job *j = context;
  int64_t size = cl_plane_size(&j->view), inner = j->view.inner;
  for (int64_t k = 0; k < inner; k++) {
    int64_t channel = block * inner + k;
    int is_channel = channel < j->view.channels;
    float slope = is_channel ? slope_of(j, channel) : 0;
    double sum = 0;
    for (int64_t n = 0; n < j->view.images; n++) {
      int64_t start = (n * j->view.blocks + block) * size;
      for (int64_t i = start + k; i < start + size; i += inner) {
        float g = j->gradient[i];
        j->dst[i] = j->saved[i] > 0 ? g : slope * g;
        if (!(j->saved[i] > 0)) sum += (double)g * (double)j->saved[i];
      }
    }
    if (is_channel) j->partial[channel] = sum;
  }
}

static void prelu_back(const cl_program *program, const cl_step *step) {
  job j = job_of(program, step, step->sources[2]);
  j.gradient = cl_data_of(program, step->sources[1]);
  j.slope_gradient = cl_data_of(program, step->sources[3]);
  j.partial = (double *)cl_data_of(program, step->scratch);
  cl_parallel(j.view.blocks, prelu_back_block, &j);
  double total = 0;
  for (int64_t c = 0; c < j.view.channels; c++) {
    total += j.partial[c];
    if (j.slopes > 1) j.slope_gradient[c] = (float)j.partial[c];
  }
  if (j.slopes == 1) j.slope_gradient[0] = (float)total;
}

int cl_train_prelu_back(cl_program *program, int src, int gradient, int src_gradient, int slope,
                        int slope_gradient) {
  int sources[] = {src, gradient, slope, slope_gradient};
  int64_t dims[2] = {1, 2 * program->values[src].dims[1]};
  int scratch = cl_value_plain(program, 2, dims);
  if (scratch < 0) return -1;
  cl_step *step =
      cl_append_kernel(program, sources, 4, src_gradient, prelu_back, "kernel:prelu_back");
  if (!step) return -1;
  step->scratch = scratch;
  return 0;
}
