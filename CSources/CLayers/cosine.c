/* Cosines between the channel vectors of two maps of one image, position by position. */
#include <math.h>

#include "kernels.h"

typedef double wide __attribute__((vector_size(64), aligned(4)));
typedef float narrow __attribute__((vector_size(32), aligned(4), may_alias));

/* Products of floats are exact in double, so equal vectors give 1 to rounding. */
CL_INLINE double dot(const float *a, const float *b, int64_t blocks, int64_t plane, int64_t inner) {
  wide low = {0}, high = {0};
  for (int64_t k = 0; k < blocks; k++) {
    const narrow *x = (const narrow *)(a + k * plane), *y = (const narrow *)(b + k * plane);
    low += __builtin_convertvector(x[0], wide) * __builtin_convertvector(y[0], wide);
    if (inner == CL_LANES)
      high += __builtin_convertvector(x[1], wide) * __builtin_convertvector(y[1], wide);
  }
  const wide sum = low + high;
  return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

CL_DISPATCH void cl_lengths(const float *map, int64_t blocks, int64_t points, int64_t inner,
                            double *lengths) {
  for (int64_t p = 0; p < points; p++) {
    const float *x = map + p * inner;
    lengths[p] = sqrt(dot(x, x, blocks, points * inner, inner));
  }
}

CL_DISPATCH double cl_cosine_distance(const cl_vectors *a, const cl_vectors *b,
                                      const cl_point_pair *rows, int64_t row_count,
                                      const cl_point_pair *columns, int64_t column_count) {
  const int64_t inner = a->inner, plane = a->height * a->width * inner;
  double sum = 0;
  for (int64_t i = 0; i < row_count; i++) {
    double line = 0;
    for (int64_t j = 0; j < column_count; j++) {
      const int64_t p = rows[i].a * a->width + columns[j].a;
      const int64_t q = rows[i].b * a->width + columns[j].b;
      const double length = a->lengths[p] * b->lengths[q];
      double distance = a->lengths[p] == b->lengths[q] ? 0 : 1;
      if (length > 0)
        distance = 1 - dot(a->data + p * inner, b->data + q * inner, a->blocks, plane, inner) / length;
      line += columns[j].weight * (distance > 0 ? distance : 0);
    }
    sum += rows[i].weight * line;
  }
  return sum;
}
