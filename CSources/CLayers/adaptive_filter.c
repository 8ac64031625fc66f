/* Filters that a map brings along: other weights at every position, the same for a group of channels. */
#include <math.h>

#include "kernels.h"

/* Channel c of image n at a point. */
CL_INLINE float *entry(const cl_map *map, int64_t image, int64_t c, int64_t point) {
  int64_t plane = image * map->blocks + c / map->inner;
  return map->data + (plane * map->height * map->width + point) * map->inner + c % map->inner;
}

/* exp x over its sum, in place. */
CL_INLINE void softmax(float *x, int64_t count) {
  float largest = x[0], sum = 0;
  for (int64_t i = 1; i < count; i++) largest = x[i] > largest ? x[i] : largest;
  for (int64_t i = 0; i < count; i++) {
    x[i] = expf(x[i] - largest);
    sum += x[i];
  }
  for (int64_t i = 0; i < count; i++) x[i] /= sum;
}

void cl_filter_weights(const cl_map *logits, const cl_map *dst, int64_t part, int64_t scope,
                       cl_pair stride, float *line) {
  int64_t image = part / dst->height, row = part % dst->height, channels = dst->channels;
  for (int64_t x = 0; x < dst->width; x++) {
    int64_t from = row * stride.height * logits->width + x * stride.width;
    for (int64_t c = 0; c < channels; c++) line[c] = *entry(logits, image, c, from);
    for (int64_t c = 0; c < channels; c += scope) softmax(line + c, scope);
    int64_t to = row * dst->width + x;
    for (int64_t c = 0; c < channels; c++) *entry(dst, image, c, to) = line[c];
    for (int64_t c = channels; c < dst->blocks * dst->inner; c++) *entry(dst, image, c, to) = 0;
  }
}

typedef struct job {
  const cl_map *src, *weights, *dst;
  const cl_filter_taps *taps;
  int64_t image, block, lanes;
} job;

/* Σ w x over the taps of one point, a row of the source a tap. */
CL_INLINE void point(const job *j, int64_t y, int64_t x, int64_t inner, float *result) {
  const cl_filter_taps *taps = j->taps;
  int64_t each = j->dst->channels / taps->groups, first = j->block * inner;
  int64_t count = taps->kernel.height * taps->kernel.width, at = y * j->dst->width + x;
  int shared = first / each == (first + j->lanes - 1) / each;
  const float *plane = j->src->data
      + (j->image * j->src->blocks + j->block) * j->src->height * j->src->width * inner;
  for (int64_t k = 0; k < inner; k++) result[k] = 0;
  for (int64_t t = 0; t < count; t++) {
    int32_t r = taps->rows[y * taps->kernel.height + t / taps->kernel.width];
    int32_t c = taps->columns[x * taps->kernel.width + t % taps->kernel.width];
    if (r < 0 || c < 0) continue;
    const float *source = plane + (r * j->src->width + c) * inner;
    if (shared) {
      float weight = *entry(j->weights, j->image, first / each * count + t, at);
      for (int64_t k = 0; k < inner; k++) result[k] += weight * source[k];
    } else {
      for (int64_t k = 0; k < j->lanes; k++)
        result[k] += *entry(j->weights, j->image, (first + k) / each * count + t, at) * source[k];
    }
  }
  /* A weight that is not finite must not reach the lanes behind the last channel. */
  for (int64_t k = j->lanes; k < inner; k++) result[k] = 0;
}

CL_DISPATCH static void points_16(const job *j, float *dst) {
  for (int64_t y = 0; y < j->dst->height; y++)
    for (int64_t x = 0; x < j->dst->width; x++, dst += 16) point(j, y, x, 16, dst);
}

static void points(const job *j, float *dst) {
  int64_t inner = j->dst->inner;
  for (int64_t y = 0; y < j->dst->height; y++)
    for (int64_t x = 0; x < j->dst->width; x++, dst += inner) point(j, y, x, inner, dst);
}

void cl_filter_adaptively(const cl_map *sources, const cl_map *dst, int64_t part,
                          const cl_filter_taps *taps) {
  int64_t block = part % dst->blocks, left = dst->channels - block * dst->inner;
  job j = {sources, sources + 1, dst, taps, part / dst->blocks, block,
           left < dst->inner ? left : dst->inner};
  float *plane = dst->data + part * dst->height * dst->width * dst->inner;
  (dst->inner == 16 ? points_16 : points)(&j, plane);
}
