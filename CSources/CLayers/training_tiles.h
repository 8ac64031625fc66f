/* Products of matrices with maps of 16 channels side by side, in tiles whose sums stay in registers. */
#ifndef CL_TRAINING_TILES_H
#define CL_TRAINING_TILES_H

#include "training.h"

enum { TILE = 4 }; /* rows and columns of the result that are summed side by side */

/* A linear map along rows and along columns: to.height x from.height and to.width x from.width entries. */
typedef struct cl_matrices {
  const float *rows, *columns;
  cl_pair from, to;
} cl_matrices;

static inline int64_t cl_matrices_size(cl_pair from, cl_pair to) {
  return to.height * from.height + to.width * from.width;
}

static inline cl_pair cl_size_of(const cl_view *view) {
  return (cl_pair){view->height, view->width};
}

/* The two matrices that stand one behind the other. */
static inline cl_matrices cl_matrices_at(const float *table, cl_pair from, cl_pair to) {
  return (cl_matrices){table, table + to.height * from.height, from, to};
}

/* Floats that cl_multiply works in. */
static inline int64_t cl_tile_size(cl_pair from) { return TILE * from.width * 16; }

/* sum[r][k] += Σ_e weights[r][e] x[k][e step + lane] */
CL_INLINE void add_products(cl_lanes sum[TILE][TILE], const float *const weights[TILE],
                            const float *const x[TILE], int64_t step, int64_t count) {
  for (int64_t e = 0; e < count; e++) {
    cl_lanes value[TILE];
#pragma GCC unroll 4
    for (int k = 0; k < TILE; k++) value[k] = CL_LOAD(x[k] + e * step);
#pragma GCC unroll 4
    for (int r = 0; r < TILE; r++) {
      const float w = weights[r][e];
#pragma GCC unroll 4
      for (int k = 0; k < TILE; k++) sum[r][k] += w * value[k];
    }
  }
}

static inline int64_t at_most(int64_t index, int64_t count) { return index < count ? index : count - 1; }

/* Rows `row` … `row` + 3 of the result before their columns are summed; behind the last row or column it
 * is that one again. */
CL_INLINE void sum_rows(const cl_matrices *m, const float *plane, float *tile, int64_t row) {
  const int64_t pitch = m->from.width * 16;
  const float *weights[TILE], *x[TILE];
  for (int r = 0; r < TILE; r++)
    weights[r] = m->rows + at_most(row + r, m->to.height) * m->from.height;
  for (int64_t c = 0; c < m->from.width; c += TILE) {
    cl_lanes sum[TILE][TILE] = {0};
    for (int k = 0; k < TILE; k++) x[k] = plane + at_most(c + k, m->from.width) * 16;
    add_products(sum, weights, x, pitch, m->from.height);
#pragma GCC unroll 4
    for (int r = 0; r < TILE; r++)
#pragma GCC unroll 4
      for (int k = 0; k < TILE; k++) CL_STORE(tile + r * pitch + (x[k] - plane), sum[r][k]);
  }
}

CL_INLINE void sum_columns(const cl_matrices *m, const float *tile, float *y, int64_t rows) {
  const int64_t width = m->to.width;
  const float *weights[TILE], *x[TILE];
  for (int k = 0; k < TILE; k++) x[k] = tile + k * m->from.width * 16;
  for (int64_t o = 0; o < width; o += TILE) {
    cl_lanes sum[TILE][TILE] = {0};
    for (int r = 0; r < TILE; r++)
      weights[r] = m->columns + at_most(o + r, width) * m->from.width;
    add_products(sum, weights, x, 16, m->from.width);
#pragma GCC unroll 4
    for (int k = 0; k < TILE; k++)
#pragma GCC unroll 4
      for (int r = 0; r < TILE; r++)
        if (k < rows && o + r < width) CL_STORE(y + (k * width + o + r) * 16, sum[r][k]);
  }
}

CL_INLINE void cl_multiply(const cl_matrices *m, const float *x, float *y, float *tile) {
  for (int64_t i = 0; i < m->to.height; i += TILE) {
    sum_rows(m, x, tile, i);
    sum_columns(m, tile, y + i * m->to.width * 16, m->to.height - i);
  }
}

#endif
