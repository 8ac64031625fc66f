/* Phases of a map in a weighted sum, for decisions that are still soft, and the gradients. */
#include <string.h>

#include "training.h"

typedef struct job {
  cl_view fine, coarse;
  const float *weights;
  float *gradient;
  cl_pair stride;
} job;

static int64_t phases_of(const job *j) { return j->stride.height * j->stride.width; }

/* Where row i of a plane of phases begins in the finer one; both continue circularly. */
static const float *fine_row(const job *j, const float *fine, int64_t top, int64_t i) {
  int64_t row = (top + i * j->stride.height) % j->fine.height;
  return fine + row * j->fine.width * j->fine.inner;
}

static int64_t fine_column(const job *j, int64_t left, int64_t o) {
  return (left + o * j->stride.width) % j->fine.width * j->fine.inner;
}

CL_DISPATCH static void add_scaled(float *to, const float *from, float weight, int64_t count) {
  for (int64_t k = 0; k < count; k++) to[k] += weight * from[k];
}

/* A plane of the coarse map: the sum of the phases, each times its weight. */
static void mix_plane(const void *context, int64_t plane) {
  const job *j = context;
  const cl_view *s = &j->fine, *d = &j->coarse;
  const float *weights = j->weights + plane / d->blocks * phases_of(j);
  const float *x = s->data + plane * cl_plane_size(s);
  float *y = d->data + plane * cl_plane_size(d);
  memset(y, 0, (size_t)cl_plane_size(d) * sizeof *y);
  for (int64_t p = 0; p < phases_of(j); p++)
    for (int64_t i = 0; i < d->height; i++) {
      const float *row = fine_row(j, x, p / j->stride.width, i);
      for (int64_t o = 0; o < d->width; o++)
        add_scaled(y + (i * d->width + o) * d->inner,
                   row + fine_column(j, p % j->stride.width, o), weights[p], d->inner);
    }
}

/* A plane of the fine map: the coarse one at every phase, times the weight of each. */
static void spread_plane(const void *context, int64_t plane) {
  const job *j = context;
  const cl_view *s = &j->coarse, *d = &j->fine;
  const float *weights = j->weights + plane / d->blocks * phases_of(j);
  const float *x = s->data + plane * cl_plane_size(s);
  float *y = d->data + plane * cl_plane_size(d);
  memset(y, 0, (size_t)cl_plane_size(d) * sizeof *y);
  for (int64_t p = 0; p < phases_of(j); p++)
    for (int64_t i = 0; i < s->height; i++) {
      float *row = (float *)fine_row(j, y, p / j->stride.width, i);
      for (int64_t o = 0; o < s->width; o++)
        add_scaled(row + fine_column(j, p % j->stride.width, o),
                   x + (i * s->width + o) * s->inner, weights[p], s->inner);
    }
}

/* The products of one image's phases with the coarse map, summed over channels and positions. */
static void products_of_image(const void *context, int64_t image) {
  const job *j = context;
  const cl_view *f = &j->fine, *c = &j->coarse;
  for (int64_t p = 0; p < phases_of(j); p++) {
    double sum = 0;
    for (int64_t b = 0; b < c->blocks; b++) {
      int64_t plane = image * c->blocks + b, lanes = cl_lanes_of(c, plane);
      const float *x = f->data + plane * cl_plane_size(f), *g = c->data + plane * cl_plane_size(c);
      for (int64_t i = 0; i < c->height; i++) {
        const float *row = fine_row(j, x, p / j->stride.width, i);
        for (int64_t o = 0; o < c->width; o++) {
          const float *a = row + fine_column(j, p % j->stride.width, o);
          const float *y = g + (i * c->width + o) * c->inner;
          float part = 0;
          for (int64_t k = 0; k < lanes; k++) part += a[k] * y[k];
          sum += (double)part;
        }
      }
    }
    j->gradient[image * phases_of(j) + p] = (float)sum;
  }
}

static void mix(const cl_program *program, const cl_step *step) {
  job j = {cl_view_of(program, step->sources[0]), cl_view_of(program, step->destination),
           cl_data_of(program, step->sources[1]), NULL, step->stride};
  cl_parallel(j.coarse.planes, mix_plane, &j);
}

static void spread(const cl_program *program, const cl_step *step) {
  job j = {cl_view_of(program, step->destination), cl_view_of(program, step->sources[0]),
           cl_data_of(program, step->sources[1]), NULL, step->stride};
  cl_parallel(j.fine.planes, spread_plane, &j);
}

static void products(const cl_program *program, const cl_step *step) {
  job j = {cl_view_of(program, step->sources[0]), cl_view_of(program, step->sources[1]), NULL,
           cl_data_of(program, step->destination), step->stride};
  cl_parallel(j.coarse.images, products_of_image, &j);
}

static int append(cl_program *program, int first, int second, int dst, cl_pair stride,
                  void (*run)(const cl_program *, const cl_step *), const char *name) {
  int sources[] = {first, second};
  cl_step *step = cl_append_kernel(program, sources, 2, dst, run, name);
  if (!step) return -1;
  step->stride = stride;
  return 0;
}

int cl_train_phase_mix(cl_program *program, int src, int weights, int dst, cl_pair stride) {
  if (cl_check_same_layout(program, src, dst, 0, "a sum of phases")) return -1;
  return append(program, src, weights, dst, stride, mix, "kernel:phase-mix");
}

int cl_train_phase_spread(cl_program *program, int src, int weights, int dst, cl_pair stride) {
  if (cl_check_same_layout(program, src, dst, 0, "a map at its phases")) return -1;
  return append(program, src, weights, dst, stride, spread, "kernel:phase-spread");
}

int cl_train_phase_products(cl_program *program, int fine, int coarse, int dst, cl_pair stride) {
  if (cl_check_same_layout(program, fine, coarse, 0, "phases beside a map")) return -1;
  return append(program, fine, coarse, dst, stride, products, "kernel:phase-products");
}
