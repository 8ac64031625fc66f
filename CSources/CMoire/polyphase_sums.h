#ifndef MOIRE_POLYPHASE_SUMS_H
#define MOIRE_POLYPHASE_SUMS_H

#include "moire.h"

// Checks phases and gives the sizes of one: moire_invalid_argument, moire_size_overflow.
moire_status moire_phases_check(const moire_phases *phases, size_t phase);

// Where sample i of a phase stands on an axis.
static inline size_t moire_phase_position(size_t i, size_t phase, size_t stride, size_t size) {
  const size_t position = i * stride + phase;
  return position < size ? position : position % size;
}

// Adds x² and |x|, both compensated, and the extrema of one sample.
void moire_phase_add(moire_phase_measure *measure, double x);

#endif
