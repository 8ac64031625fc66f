#ifndef MOIRE_FILTER_INTERNAL_H
#define MOIRE_FILTER_INTERNAL_H

#include "moire.h"

// A filter made ready for many evaluations: its taps where it has any that are needed.
typedef struct moire_amplitude {
  moire_filter filter;
  // NULL for filters whose amplitude has a closed form.
  double *taps;
  size_t count;
} moire_amplitude;

moire_status moire_amplitude_create(moire_amplitude *amplitude, const moire_filter *filter);
void moire_amplitude_destroy(moire_amplitude *amplitude);

// A(f) for 0 ≤ f ≤ ½.
double moire_amplitude_at(const moire_amplitude *amplitude, double f);

// The distance of bin k from 0 on a DFT grid.
static inline size_t moire_distance(size_t k, size_t size) {
  return k <= size / 2 ? k : size - k;
}

#endif
