/* What the two kinds of normalisation share. */
#ifndef CL_NORMALIZATION_H
#define CL_NORMALIZATION_H

#include "kernels.h"

/* The tables of a step: scale, shift and 1 for every lane that has a channel, 0 for one without; each
 * has 16 floats to a plane. */
int cl_normalization_tables(cl_program *program, cl_step *step, const cl_view *view,
                            const float *scale, const float *shift);

#endif
