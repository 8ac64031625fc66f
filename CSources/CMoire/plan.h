#ifndef MOIRE_PLAN_H
#define MOIRE_PLAN_H

#include <fftw3.h>

#include "moire.h"

typedef enum moire_plan_kind {
  // [h][w] real to [h][w / 2 + 1] complex, out of place, the input is kept.
  moire_plan_forward,
  // Back, unnormalised, out of place, the input is lost.
  moire_plan_inverse,
  // [h][w] complex in place, with exp(-…) and exp(+…).
  moire_plan_complex_forward,
  moire_plan_complex_inverse
} moire_plan_kind;

typedef struct moire_plan_key {
  size_t height, width;
  moire_plan_kind kind;
  moire_precision precision;
  moire_planning planning;
} moire_plan_key;

// A plan of one 2-D transform for memory that is aligned to whole lanes; strides, counts and the
// caller's addresses do not enter into it. One per key, shared by everyone who holds it.
typedef struct moire_plan {
  moire_plan_key key;
  size_t users;
  struct moire_plan *next;
  fftwf_plan single;
  fftw_plan twofold;
} moire_plan;

// Sizes of at least 1 that FFTW and memory can count.
moire_status moire_plan_check(size_t height, size_t width, moire_planning planning);

// The one plan of a key, made if nobody holds it. Takes the planner's lock.
moire_status moire_plan_acquire(moire_plan **plan, const moire_plan_key *key);
void moire_plan_release(moire_plan *plan);

#endif
