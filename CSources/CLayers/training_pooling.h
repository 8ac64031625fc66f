/* What max-pooling and its way back share: the windows, and what is largest in them. */
#ifndef CL_TRAINING_POOLING_H
#define CL_TRAINING_POOLING_H

#include <math.h>
#include <string.h>

#include "training.h"

typedef struct pooling_job {
  cl_view src, dst; /* the map and the pooled one, whichever way it goes */
  const float *gradient;
  float *src_gradient;
  cl_bins bins;
  int64_t dense_rows, dense_columns; /* the first windows, where they are 2x2 and move by 1 */
} pooling_job;

/* The largest value of window (i, o) for each lane, and the number of the tap that has it. NaN is largest,
 * as in torch. */
CL_INLINE void largest(const pooling_job *j, const float *plane, int64_t i, int64_t o,
                       int64_t inner, float *best, int32_t *tap) {
  const cl_bins *b = &j->bins;
  int64_t pitch = j->src.width * inner;
  for (int64_t k = 0; k < inner; k++) {
    best[k] = -INFINITY;
    tap[k] = 0;
  }
  int32_t number = 0;
  for (int32_t u = b->row_starts[i]; u < b->row_starts[i + 1]; u++) {
    const float *row = plane + b->rows[u] * pitch;
    for (int32_t v = b->column_starts[o]; v < b->column_starts[o + 1]; v++, number++) {
      const float *x = row + b->columns[v] * inner;
      for (int64_t k = 0; k < inner; k++) {
        int larger = (x[k] > best[k]) | (x[k] != x[k]);
        best[k] = larger ? x[k] : best[k];
        tap[k] = larger ? number : tap[k];
      }
    }
  }
}

/* The same for whole vectors, which stay in registers. */
CL_INLINE void largest_16(const pooling_job *j, const float *plane, int64_t i, int64_t o,
                          cl_lanes *best, cl_mask *tap) {
  const cl_bins *b = &j->bins;
  cl_lanes most = (cl_lanes){0} - INFINITY;
  cl_mask chosen = {0};
  int32_t number = 0;
  for (int32_t u = b->row_starts[i]; u < b->row_starts[i + 1]; u++) {
    const float *row = plane + b->rows[u] * j->src.width * 16;
    for (int32_t v = b->column_starts[o]; v < b->column_starts[o + 1]; v++, number++) {
      const cl_lanes value = CL_LOAD(row + b->columns[v] * 16);
      const cl_mask larger = (cl_mask)(value > most) | (cl_mask)(value != value);
      most = CL_SELECT(larger, value, most);
      chosen = (larger & number) | (~larger & chosen);
    }
  }
  *best = most;
  *tap = chosen;
}

/* How many windows from the first on are pairs that move by one sample each. */
static inline int64_t dense_pairs(const int32_t *starts, const int32_t *covered, int64_t count) {
  int64_t i = 0;
  while (i < count && starts[i + 1] == starts[i] + 2 && covered[starts[i]] == i &&
         covered[starts[i] + 1] == i + 1)
    i++;
  return i;
}

/* The windows that a step keeps: the starts of rows and columns, then what they cover. */
static inline void set_bins(pooling_job *j, const cl_step *step) {
  const int32_t *row_starts = step->indices, *column_starts = row_starts + j->dst.height + 1;
  const int32_t *rows = column_starts + j->dst.width + 1;
  j->bins = (cl_bins){row_starts, rows, column_starts, rows + row_starts[j->dst.height]};
  j->dense_rows = dense_pairs(row_starts, rows, j->dst.height);
  j->dense_columns = dense_pairs(column_starts, j->bins.columns, j->dst.width);
  if (j->dense_rows == 0 || j->dense_columns == 0) j->dense_rows = j->dense_columns = 0;
}

static inline int keep_bins(cl_program *program, cl_step *step, const cl_view *dst,
                            const cl_bins *bins) {
  if (!step) return -1;
  size_t high = (size_t)dst->height + 1, wide = (size_t)dst->width + 1;
  size_t rows = (size_t)bins->row_starts[dst->height];
  size_t columns = (size_t)bins->column_starts[dst->width];
  int32_t *table = cl_step_indices(program, step, high + wide + rows + columns);
  if (!table) return -1;
  memcpy(table, bins->row_starts, high * sizeof *table);
  memcpy(table + high, bins->column_starts, wide * sizeof *table);
  memcpy(table + high + wide, bins->rows, rows * sizeof *table);
  memcpy(table + high + wide + rows, bins->columns, columns * sizeof *table);
  return 0;
}

#endif
