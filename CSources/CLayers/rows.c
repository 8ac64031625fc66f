/* Linear layers of few images: every weight is read once, where it stands, at the speed of memory. */
#include "kernels.h"

enum { IMAGES = 4 }; /* that share a row while it is in registers */

/* The sums of w x for so many images, in an order of their own: two vectors of partial sums each. */
CL_INLINE void dot(const float *w, const float *x, int64_t length, int images, float *y) {
  cl_lanes even[IMAGES] = {{0}}, odd[IMAGES] = {{0}};
  int64_t i = 0;
  for (; i + 2 * CL_LANES <= length; i += 2 * CL_LANES) {
    const cl_lanes a = *(const cl_lanes *)(w + i), b = *(const cl_lanes *)(w + i + CL_LANES);
    for (int n = 0; n < images; n++) {
      even[n] += a * *(const cl_lanes *)(x + n * length + i);
      odd[n] += b * *(const cl_lanes *)(x + n * length + i + CL_LANES);
    }
  }
  for (int n = 0; n < images; n++) {
    even[n] += odd[n];
    float sum = 0;
    for (int k = 0; k < CL_LANES; k++) sum += even[n][k];
    for (int64_t k = i; k < length; k++) sum += w[k] * x[n * length + k];
    y[n] = sum;
  }
}

CL_DISPATCH static void dot_1(const float *w, const float *x, int64_t length, float *y) {
  dot(w, x, length, 1, y);
}

CL_DISPATCH static void dot_4(const float *w, const float *x, int64_t length, float *y) {
  dot(w, x, length, IMAGES, y);
}

void cl_rows(const cl_map *src, const cl_map *dst, int64_t first, int64_t last,
             const float *weights, const float *bias, float low, float high) {
  int64_t length = src->channels;
  for (int64_t row = first; row < last; row++) {
    const float *w = weights + row * length;
    for (int64_t n = 0; n < src->images;) {
      float sums[IMAGES];
      const float *x = src->data + n * length;
      int64_t together = src->images - n >= IMAGES ? IMAGES : 1;
      (together == IMAGES ? dot_4 : dot_1)(w, x, length, sums);
      for (int64_t k = 0; k < together; k++, n++) {
        float value = sums[k] + (bias ? bias[row] : 0);
        value = value < low ? low : value;
        dst->data[n * dst->channels + row] = value > high ? high : value;
      }
    }
  }
}
