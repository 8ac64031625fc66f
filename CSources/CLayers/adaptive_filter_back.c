/* The way back through filters that a map brings along: to the map, to the filters, to their logits. */
#include "kernels.h"

/* Channel c of image n, its first point. */
CL_INLINE float *channel_of(const cl_map *map, int64_t image, int64_t c) {
  int64_t plane = image * map->blocks + c / map->inner;
  return map->data + plane * map->height * map->width * map->inner + c % map->inner;
}

/* What a source position gives: the weights times the gradients of all outputs that read it. Outputs
 * are taken in order, so the sum does not depend on threads. */
void cl_filter_back_map(const cl_map *sources, const cl_map *dst, int64_t part,
                        const cl_filter_taps *taps) {
  const cl_map *gradient = sources, *weights = sources + 1;
  int64_t image = part / dst->blocks, block = part % dst->blocks, inner = dst->inner;
  int64_t each = dst->channels / taps->groups, points = dst->height * dst->width;
  int64_t count = taps->kernel.height * taps->kernel.width;
  float *plane = dst->data + part * points * inner;
  for (int64_t i = 0; i < points * inner; i++) plane[i] = 0;
  int64_t left = dst->channels - block * inner, lanes = left < inner ? left : inner;
  const float *g = gradient->data
      + (image * gradient->blocks + block) * gradient->height * gradient->width * inner;
  for (int64_t y = 0; y < gradient->height; y++) {
    for (int64_t x = 0; x < gradient->width; x++, g += inner) {
      int64_t at = (y * gradient->width + x) * weights->inner;
      for (int64_t t = 0; t < count; t++) {
        int32_t row = taps->rows[y * taps->kernel.height + t / taps->kernel.width];
        int32_t column = taps->columns[x * taps->kernel.width + t % taps->kernel.width];
        if (row < 0 || column < 0) continue;
        float *to = plane + (row * dst->width + column) * inner;
        for (int64_t k = 0; k < lanes;) {
          int64_t c = block * inner + k, group = c / each, end = (group + 1) * each - block * inner;
          float weight = channel_of(weights, image, group * count + t)[at];
          for (end = end < lanes ? end : lanes; k < end; k++) to[k] += weight * g[k];
        }
      }
    }
  }
}

/* Row `part` of all images: for each group and tap the sum over the group's channels of the output's
 * gradient times the sample that the tap read. */
void cl_filter_back_weights(const cl_map *sources, const cl_map *dst, int64_t part,
                            const cl_filter_taps *taps) {
  const cl_map *map = sources, *gradient = sources + 1;
  int64_t image = part / dst->height, y = part % dst->height;
  int64_t each = map->channels / taps->groups;
  int64_t count = taps->kernel.height * taps->kernel.width;
  for (int64_t x = 0; x < dst->width; x++) {
    int64_t at = (y * dst->width + x) * dst->inner;
    for (int64_t i = 0; i < taps->groups * count; i++) {
      int64_t t = i % count;
      int32_t row = taps->rows[y * taps->kernel.height + t / taps->kernel.width];
      int32_t column = taps->columns[x * taps->kernel.width + t % taps->kernel.width];
      double sum = 0;
      for (int64_t c = i / count * each; row >= 0 && column >= 0 && c < (i / count + 1) * each; c++)
        sum += (double)channel_of(gradient, image, c)[(y * gradient->width + x) * gradient->inner]
            * channel_of(map, image, c)[(row * map->width + column) * map->inner];
      channel_of(dst, image, i)[at] = (float)sum;
    }
    for (int64_t c = dst->channels; c < dst->blocks * dst->inner; c++)
      channel_of(dst, image, c)[at] = 0;
  }
}

/* Row `part` of all images, w (g - Σ w g) over each `scope` channels; the sources are the weights, which
 * a softmax gave, and their gradient. Rows and columns between those that a stride keeps get 0. */
void cl_filter_back_logits(const cl_map *sources, const cl_map *dst, int64_t part, int64_t scope,
                           cl_pair stride) {
  const cl_map *weights = sources, *gradient = sources + 1;
  int64_t image = part / dst->height, row = part % dst->height;
  for (int64_t x = 0; x < dst->width; x++) {
    int64_t to = (row * dst->width + x) * dst->inner;
    for (int64_t c = 0; c < dst->blocks * dst->inner; c++) channel_of(dst, image, c)[to] = 0;
    if (row % stride.height || x % stride.width) continue;
    int64_t at = (row / stride.height * weights->width + x / stride.width) * weights->inner;
    for (int64_t first = 0; first < dst->channels; first += scope) {
      double sum = 0;
      for (int64_t c = first; c < first + scope; c++)
        sum += (double)channel_of(weights, image, c)[at] * channel_of(gradient, image, c)[at];
      for (int64_t c = first; c < first + scope; c++)
        channel_of(dst, image, c)[to] = (float)(channel_of(weights, image, c)[at]
            * (channel_of(gradient, image, c)[at] - sum));
    }
  }
}
