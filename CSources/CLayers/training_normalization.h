/* What the parts of batch normalisation in training share. */
#ifndef CL_TRAINING_NORMALIZATION_H
#define CL_TRAINING_NORMALIZATION_H

#include "training.h"

enum { CL_NORM_SUMS = 2 }; /* doubles that a chunk leaves for each lane */

/* How the rows of a plane stand in a plane with a border, all as one without it; in floats. */
typedef struct cl_norm_rows {
  int64_t count, length, pitch, origin, plane;
} cl_norm_rows;

typedef struct cl_norm_job {
  cl_view src, dst;
  cl_norm_rows rows; /* of the result and its gradient */
  cl_sides border;
  cl_padding_mode mode;
  const float *result, *residual;
  float *gradient, *residual_gradient;
  const cl_batch_normalization *layer;
  float *scale, *shift, *mean, *variance, *scale_gradient, *shift_gradient;
  float *saved;    /* mean, 1/deviation, and back two coefficients: each [blocks][CL_LANES] */
  double *partial; /* [chunk][block][CL_NORM_SUMS][CL_LANES] */
  int trains;
} cl_norm_job;

static inline size_t cl_norm_lanes(const cl_view *view) {
  return (size_t)(view->blocks * CL_LANES);
}

static inline double *cl_norm_partial(const cl_norm_job *j, int64_t chunk, int64_t block) {
  return j->partial + (chunk * j->src.blocks + block) * CL_NORM_SUMS * CL_LANES;
}

/* What a step over a batch normalisation works on; `layer` is filled and has to live as long. */
cl_norm_job cl_norm_job_of(const cl_program *program, const cl_step *step,
                           cl_batch_normalization *layer);

/* The affine map of the lanes of a block: (x - mean) factor + offset. */
static inline void cl_norm_coefficients(const cl_norm_job *j, int64_t block, float *mean,
                                        float *factor, float *offset) {
  size_t lanes = cl_norm_lanes(&j->src);
  for (int64_t k = 0; k < j->src.inner; k++) {
    int64_t c = block * j->src.inner + k, at = block * CL_LANES + k;
    int is_channel = c < j->src.channels;
    mean[k] = is_channel ? j->saved[at] : 0;
    factor[k] = is_channel ? j->saved[lanes + (size_t)at] * j->scale[c] : 0;
    offset[k] = is_channel ? j->shift[c] : 0;
  }
}

/* Sums of one chunk of the images over one block of channels, for part chunk · blocks + block. */
void cl_norm_statistics(const void *context, int64_t part);

/* From the sums of all chunks, or the running ones: the mean and 1/deviation of every channel. */
void cl_norm_settle(const cl_norm_job *job);

/* Rows of planes like the source's in planes with the step's border around them. */
cl_norm_rows cl_norm_rows_of(const cl_view *src, cl_sides border);

/* Fills the border of a plane whose rows are there; and adds the gradient of the border to that of the
 * places it was filled from. */
void cl_norm_spread(const cl_norm_job *job, float *plane);
void cl_norm_gather(const cl_norm_job *job, float *plane);

/* The way back of a step; what it computes is said at cl_train_batch_normalization_back. */
void cl_norm_run_back(const cl_program *program, const cl_step *step);

#endif
