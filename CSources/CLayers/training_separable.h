/* Which of two ways a linear map along both axes takes. */
#ifndef CL_TRAINING_SEPARABLE_H
#define CL_TRAINING_SEPARABLE_H

#include "training.h"

/* Whether the maps are in blocks of 16 channels and few entries of both matrices are 0. */
int cl_suits_matrices(const cl_view *src, const cl_view *dst, const cl_sparse *rows,
                      const cl_sparse *columns);
/* cl_train_separable where cl_suits_matrices; a 0 counts as one that is multiplied. */
int cl_train_matrices(cl_program *program, int src, int dst, const cl_sparse *rows,
                      const cl_sparse *columns);

#endif
