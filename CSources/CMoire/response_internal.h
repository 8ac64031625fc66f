#ifndef MOIRE_RESPONSE_INTERNAL_H
#define MOIRE_RESPONSE_INTERNAL_H

#include "filter_internal.h"

// ∫_a^b A(f)² df for 0 ≤ a ≤ b ≤ ½, to rounding.
double moire_integrate_power(const moire_amplitude *amplitude, double a, double b);

// The answer to a unit step after n + 1 of its ones, ½ + ∫_0^½ A(f) sin((2n + 1) πf) / sin(πf) df,
// of a filter that is defined by its amplitude.
double moire_step_answer(const moire_amplitude *amplitude, double n);

#endif
