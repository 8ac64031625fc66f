/* What the files for training share. */
#ifndef CL_TRAINING_H
#define CL_TRAINING_H

#include "include/training.h"
#include "kernels.h"

/* The address of a bound value. */
static inline float *cl_data_of(const cl_program *program, int value) {
  void *data = NULL;
  dnnl_memory_get_data_handle(program->values[value].memory, &data);
  return data;
}

/* A copy of a table that the step owns. */
int cl_keep_floats(cl_program *program, cl_step *step, const float *values, size_t count);
int cl_keep_indices(cl_program *program, cl_step *step, const int32_t *values, size_t count);

/* Images are dealt out in so many parts, whatever the number of threads: sums over a batch keep their
 * order. */
enum { CL_CHUNKS = 8 };
static inline int64_t cl_chunk_begin(int64_t count, int64_t chunk) {
  return count * chunk / CL_CHUNKS;
}

#endif
