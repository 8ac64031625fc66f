/* Gradients of steps that combine or choose maps. */
#include <string.h>

#include "training.h"

typedef struct job {
  cl_view src, dst;
  const float *decision;
  int64_t first;
  cl_pair stride;
} job;

enum { PART = 4096 };

CL_DISPATCH static void add(const float *x, float *y, int64_t count) {
  for (int64_t i = 0; i < count; i++) y[i] += x[i];
}

static void accumulate_part(const void *context, int64_t part) {
  const job *j = context;
  int64_t first = part * PART, count = j->src.planes * cl_plane_size(&j->src) - first;
  add(j->src.data + first, j->dst.data + first, count < PART ? count : PART);
}

static void accumulate(const cl_program *program, const cl_step *step) {
  job j = {cl_view_of(program, step->sources[0]), cl_view_of(program, step->destination), 0, 0, {0}};
  int64_t count = j.src.planes * cl_plane_size(&j.src);
  cl_parallel((count + PART - 1) / PART, accumulate_part, &j);
}

int cl_train_accumulate(cl_program *program, int src, int dst) {
  if (cl_check_same_layout(program, src, dst, 1, "a sum of gradients")) return -1;
  int sources[] = {src, dst};
  return cl_append_kernel(program, sources, 2, dst, accumulate, "kernel:accumulate") ? 0 : -1;
}

/* Index of a point of the smaller map under one of the larger. */
static int64_t under(int64_t i, int64_t extent) { return extent == 1 ? 0 : i; }

static void reduce_image(const void *context, int64_t image) {
  const job *j = context;
  const cl_view *s = &j->src, *d = &j->dst;
  int64_t size = d->blocks * cl_plane_size(d);
  float *y = d->data + image * size;
  memset(y, 0, (size_t)size * sizeof *y);
  for (int64_t c = 0; c < s->channels; c++) {
    int64_t to = under(c, d->channels);
    const float *x = s->data + (image * s->blocks + c / s->inner) * cl_plane_size(s) + c % s->inner;
    float *target = y + to / d->inner * cl_plane_size(d) + to % d->inner;
    for (int64_t i = 0; i < s->height; i++)
      for (int64_t o = 0; o < s->width; o++)
        target[(under(i, d->height) * d->width + under(o, d->width)) * d->inner] +=
            x[(i * s->width + o) * s->inner];
  }
}

static void reduce(const cl_program *program, const cl_step *step) {
  job j = {cl_view_of(program, step->sources[0]), cl_view_of(program, step->destination), 0, 0, {0}};
  cl_parallel(j.src.images, reduce_image, &j);
}

int cl_train_reduce(cl_program *program, int src, int dst) {
  if (cl_check_same_layout(program, src, dst, 0, "a sum over positions")) return -1;
  return cl_append_kernel(program, &src, 1, dst, reduce, "kernel:reduce") ? 0 : -1;
}

static void embed_plane(const void *context, int64_t plane) {
  const job *j = context;
  const cl_view *s = &j->src, *d = &j->dst;
  int64_t image = plane / d->blocks, points = d->height * d->width;
  float *y = d->data + plane * cl_plane_size(d);
  for (int64_t k = 0; k < d->inner; k++) {
    int64_t c = plane % d->blocks * d->inner + k - j->first;
    const float *x = NULL;
    if (c >= 0 && c < s->channels)
      x = s->data + (image * s->blocks + c / s->inner) * cl_plane_size(s) + c % s->inner;
    for (int64_t p = 0; p < points; p++) y[p * d->inner + k] = x ? x[p * s->inner] : 0;
  }
}

static void embed(const cl_program *program, const cl_step *step) {
  job j = {cl_view_of(program, step->sources[0]), cl_view_of(program, step->destination), 0,
           step->count, {0}};
  cl_parallel(j.dst.planes, embed_plane, &j);
}

int cl_train_embed(cl_program *program, int src, int dst, int64_t first) {
  if (cl_check_same_layout(program, src, dst, 0, "channels")) return -1;
  cl_step *step = cl_append_kernel(program, &src, 1, dst, embed, "kernel:embed");
  if (!step) return -1;
  step->count = first;
  return 0;
}

static void polyphase_plane(const void *context, int64_t plane) {
  const job *j = context;
  const cl_view *s = &j->src, *d = &j->dst;
  int64_t phases = j->stride.height * j->stride.width, inner = d->inner, phase = 0;
  const float *decision = j->decision + plane / d->blocks * phases;
  for (int64_t p = 1; p < phases; p++)
    if (decision[p] > decision[phase]) phase = p;
  int64_t top = phase / j->stride.width, left = phase % j->stride.width;
  const float *g = s->data + plane * cl_plane_size(s);
  float *dx = d->data + plane * cl_plane_size(d);
  memset(dx, 0, (size_t)cl_plane_size(d) * sizeof *dx);
  for (int64_t i = 0; i < s->height; i++)
    for (int64_t o = 0; o < s->width; o++) {
      int64_t row = (top + i * j->stride.height) % d->height;
      int64_t column = (left + o * j->stride.width) % d->width;
      for (int64_t k = 0; k < inner; k++)
        dx[(row * d->width + column) * inner + k] += g[(i * s->width + o) * inner + k];
    }
}

static void polyphase_back(const cl_program *program, const cl_step *step) {
  job j = {cl_view_of(program, step->sources[0]), cl_view_of(program, step->destination),
           cl_data_of(program, step->sources[1]), 0, step->stride};
  cl_parallel(j.dst.planes, polyphase_plane, &j);
}

int cl_train_polyphase_back(cl_program *program, int src, int decision, int dst, cl_pair stride) {
  if (cl_check_same_layout(program, src, dst, 1, "gradient of a phase")) return -1;
  int sources[] = {src, decision};
  cl_step *step =
      cl_append_kernel(program, sources, 2, dst, polyphase_back, "kernel:polyphase_back");
  if (!step) return -1;
  step->stride = stride;
  return 0;
}

static void bias_plane(const void *context, int64_t plane) {
  const job *j = context;
  float *y = j->dst.data + plane * cl_plane_size(&j->dst);
  const float *bias = j->decision + plane % j->dst.blocks * j->dst.inner;
  int64_t lanes = cl_lanes_of(&j->dst, plane);
  for (int64_t p = 0; p < j->dst.height * j->dst.width; p++)
    for (int64_t k = 0; k < lanes; k++) y[p * j->dst.inner + k] += bias[k];
}

static void bias(const cl_program *program, const cl_step *step) {
  job j = {.dst = cl_view_of(program, step->destination),
           .decision = cl_data_of(program, step->sources[1])};
  cl_parallel(j.dst.planes, bias_plane, &j);
}

int cl_train_bias(cl_program *program, int value, int numbers) {
  int sources[] = {value, numbers};
  return cl_append_kernel(program, sources, 2, value, bias, "kernel:bias") ? 0 : -1;
}

/* One channel's sum by one task, over the images in order. */
static void bias_channel(const void *context, int64_t channel) {
  const job *j = context;
  const cl_view *s = &j->src;
  double sum = 0;
  for (int64_t n = 0; n < s->images; n++) {
    const float *g =
        s->data + (n * s->blocks + channel / s->inner) * cl_plane_size(s) + channel % s->inner;
    for (int64_t p = 0; p < s->height * s->width; p++) sum += (double)g[p * s->inner];
  }
  j->dst.data[channel] = (float)sum;
}

static void bias_back(const cl_program *program, const cl_step *step) {
  job j = {.src = cl_view_of(program, step->sources[0]),
           .dst = cl_view_of(program, step->destination)};
  cl_parallel(j.src.channels, bias_channel, &j);
}

int cl_train_bias_back(cl_program *program, int gradient, int bias_gradient) {
  return cl_append_kernel(program, &gradient, 1, bias_gradient, bias_back, "kernel:bias_back") ? 0
                                                                                              : -1;
}
