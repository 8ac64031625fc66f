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

/* Where point (i, o) of phase p stands in a plane of the fine map, which continues circularly. */
static int64_t fine_at(const job *j, int64_t p, int64_t i, int64_t o) {
  int64_t row = (p / j->stride.width + i * j->stride.height) % j->fine.height;
  int64_t column = (p % j->stride.width + o * j->stride.width) % j->fine.width;
  return (row * j->fine.width + column) * j->fine.inner;
}

CL_DISPATCH static void add_scaled(float *to, const float *from, float weight, int64_t count) {
  for (int64_t k = 0; k < count; k++) to[k] += weight * from[k];
}

/* A plane of the coarse map is the sum of the fine one's phases, each times its weight; or, where it
 * spreads, one of the fine map the coarse one at every phase, times the weight of each. */
static void add_phases(const job *j, int64_t plane, int spreads) {
  const cl_view *c = &j->coarse, *to = spreads ? &j->fine : &j->coarse;
  const float *weights = j->weights + plane / c->blocks * phases_of(j);
  float *fine = j->fine.data + plane * cl_plane_size(&j->fine);
  float *coarse = c->data + plane * cl_plane_size(c);
  memset(spreads ? fine : coarse, 0, (size_t)cl_plane_size(to) * sizeof *fine);
  for (int64_t p = 0; p < phases_of(j); p++)
    for (int64_t i = 0; i < c->height; i++)
      for (int64_t o = 0; o < c->width; o++) {
        float *x = fine + fine_at(j, p, i, o), *y = coarse + (i * c->width + o) * c->inner;
        add_scaled(spreads ? x : y, spreads ? y : x, weights[p], c->inner);
      }
}

static void mix_plane(const void *context, int64_t plane) { add_phases(context, plane, 0); }
static void spread_plane(const void *context, int64_t plane) { add_phases(context, plane, 1); }

/* The products of one image's phases with the coarse map, summed over channels and positions. */
static void products_of_image(const void *context, int64_t image) {
  const job *j = context;
  const cl_view *f = &j->fine, *c = &j->coarse;
  for (int64_t p = 0; p < phases_of(j); p++) {
    double sum = 0;
    for (int64_t b = 0; b < c->blocks; b++) {
      int64_t plane = image * c->blocks + b, lanes = cl_lanes_of(c, plane);
      const float *x = f->data + plane * cl_plane_size(f), *g = c->data + plane * cl_plane_size(c);
      for (int64_t i = 0; i < c->height; i++)
        for (int64_t o = 0; o < c->width; o++) {
          const float *a = x + fine_at(j, p, i, o), *y = g + (i * c->width + o) * c->inner;
          float part = 0;
          for (int64_t k = 0; k < lanes; k++) part += a[k] * y[k];
          sum += (double)part;
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
