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

/* Choices lane by lane: a where the mask is set, else b. Macros, since a vector that wide is no argument
 * of a function on every processor. */
typedef int32_t cl_mask __attribute__((vector_size(64), aligned(4), may_alias));
#define CL_SELECT(mask, a, b) \
  ((cl_lanes)(((cl_mask)(mask) & (cl_mask)(a)) | (~(cl_mask)(mask) & (cl_mask)(b))))
#define CL_LOAD(x) (*(const cl_lanes *)(x))
#define CL_STORE(x, value) (*(cl_lanes *)(x) = (value))

/* Images are dealt out in so many parts, whatever the number of threads: sums over a batch keep their
 * order. */
enum { CL_CHUNKS = 8 };
static inline int64_t cl_chunk_begin(int64_t count, int64_t chunk) {
  return count * chunk / CL_CHUNKS;
}

#endif
