#include "plan.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>

#include "reader.h"

// Every plan somebody holds; guarded by the planner's lock.
static moire_plan *held;

static int equal(const moire_plan_key *a, const moire_plan_key *b) {
  return a->height == b->height && a->width == b->width && a->kind == b->kind &&
    a->precision == b->precision && a->planning == b->planning;
}

typedef struct plan_shape {
  fftw_iodim64 dimensions[2];
  unsigned flags;
} plan_shape;

static plan_shape make_shape(const moire_plan_key *key) {
  const ptrdiff_t height = (ptrdiff_t)key->height, width = (ptrdiff_t)key->width;
  const ptrdiff_t half = width / 2 + 1;
  const int real_in = key->kind == moire_plan_forward, real_out = key->kind == moire_plan_inverse;
  const ptrdiff_t in = real_out ? half : width, out = real_in ? half : width;
  return (plan_shape){
    {{height, in, out}, {width, 1, 1}},
    key->planning == moire_planning_measure ? FFTW_MEASURE : FFTW_ESTIMATE};
}

static void plan_single(moire_plan *plan, const plan_shape *shape, void *in, void *out) {
  const fftwf_iodim64 *n = shape->dimensions;
  const unsigned flags = shape->flags;
  switch (plan->key.kind) {
    case moire_plan_forward:
      plan->single = fftwf_plan_guru64_dft_r2c(2, n, 0, NULL, in, out, flags);
      break;
    case moire_plan_inverse:
      plan->single = fftwf_plan_guru64_dft_c2r(2, n, 0, NULL, in, out, flags);
      break;
    case moire_plan_complex_forward:
      plan->single = fftwf_plan_guru64_dft(2, n, 0, NULL, in, in, FFTW_FORWARD, flags);
      break;
    case moire_plan_complex_inverse:
      plan->single = fftwf_plan_guru64_dft(2, n, 0, NULL, in, in, FFTW_BACKWARD, flags);
      break;
  }
}

static void plan_twofold(moire_plan *plan, const plan_shape *shape, void *in, void *out) {
  const fftw_iodim64 *n = shape->dimensions;
  const unsigned flags = shape->flags;
  switch (plan->key.kind) {
    case moire_plan_forward:
      plan->twofold = fftw_plan_guru64_dft_r2c(2, n, 0, NULL, in, out, flags);
      break;
    case moire_plan_inverse:
      plan->twofold = fftw_plan_guru64_dft_c2r(2, n, 0, NULL, in, out, flags);
      break;
    case moire_plan_complex_forward:
      plan->twofold = fftw_plan_guru64_dft(2, n, 0, NULL, in, in, FFTW_FORWARD, flags);
      break;
    case moire_plan_complex_inverse:
      plan->twofold = fftw_plan_guru64_dft(2, n, 0, NULL, in, in, FFTW_BACKWARD, flags);
      break;
  }
}

// Plans on memory of its own: planning may overwrite what it is given.
static int make(moire_plan *plan) {
  const moire_plan_key *key = &plan->key;
  const size_t element =
    2 * (key->precision == moire_precision_double ? sizeof(double) : sizeof(float));
  const size_t bytes = key->height * (key->width + 1) * element;
  void *in = moire_alloc(bytes), *out = moire_alloc(bytes);
  if (in && out) {
    const plan_shape shape = make_shape(key);
    if (key->precision == moire_precision_double) {
      plan_twofold(plan, &shape, in, out);
    } else {
      plan_single(plan, &shape, in, out);
    }
  }
  moire_free(in);
  moire_free(out);
  return plan->single || plan->twofold;
}

moire_status moire_plan_check(size_t height, size_t width, moire_planning planning) {
  if (height == 0 || width == 0 || height > INT_MAX || width > INT_MAX ||
      (unsigned)planning > moire_planning_measure) {
    return moire_invalid_argument;
  }
  int overflow = 0;
  const size_t bytes = moire_product(
    moire_product(height, width + 1, &overflow), 2 * sizeof(double), &overflow);
  return overflow || bytes > PTRDIFF_MAX ? moire_size_overflow : moire_ok;
}

moire_status moire_plan_acquire(moire_plan **plan, const moire_plan_key *key) {
  moire_planner_lock();
  moire_plan *found = held;
  while (found && !equal(&found->key, key)) { found = found->next; }
  if (!found) {
    found = calloc(1, sizeof *found);
    if (found) {
      found->key = *key;
      if (make(found)) {
        found->next = held;
        held = found;
      } else {
        free(found);
        found = NULL;
      }
    }
  }
  if (found) {
    found->users += 1;
    *plan = found;
  }
  moire_planner_unlock();
  return found ? moire_ok : moire_no_memory;
}

void moire_plan_release(moire_plan *plan) {
  if (!plan) { return; }
  moire_planner_lock();
  plan->users -= 1;
  if (plan->users == 0) {
    moire_plan **link = &held;
    while (*link != plan) { link = &(*link)->next; }
    *link = plan->next;
    if (plan->single) { fftwf_destroy_plan(plan->single); }
    if (plan->twofold) { fftw_destroy_plan(plan->twofold); }
    free(plan);
  }
  moire_planner_unlock();
}
