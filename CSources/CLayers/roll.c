/* Maps of some images taken from a periodic map, moved and thinned out. */
#include <string.h>

#include "kernels.h"

extern void omp_set_num_threads(int);

typedef struct job {
  const cl_map *src, *dst;
  const int32_t *images;
  const cl_pair *offsets;
  cl_pair stride, period;
} job;

typedef float block __attribute__((vector_size(64), aligned(4), may_alias));

/* One row: `count` points, `stride` apart on a circle of `period`, from column `first` on. */
CL_INLINE void take_row(const float *from, float *to, int64_t count, int64_t first, int64_t stride,
                        int64_t period, int64_t inner) {
  int64_t column = first;
  for (int64_t j = 0; j < count;) {
    int64_t run = (period - column + stride - 1) / stride;
    if (run > count - j) run = count - j;
    const float *x = from + column * inner;
    float *y = to + j * inner;
    if (stride == 1) {
      memcpy(y, x, (size_t)(run * inner) * sizeof *y);
    } else if (inner == 16) {
      for (int64_t k = 0; k < run; k++)
        *(block *)(y + k * 16) = *(const block *)(x + k * stride * 16);
    } else {
      for (int64_t k = 0; k < run; k++)
        for (int64_t c = 0; c < inner; c++) y[k * inner + c] = x[k * stride * inner + c];
    }
    j += run;
    column += run * stride;
    while (column >= period) column -= period;
  }
}

CL_DISPATCH static void take_plane(const job *j, int64_t plane) {
  const cl_map *src = j->src, *dst = j->dst;
  int64_t image = plane / dst->blocks, block_index = plane % dst->blocks;
  int64_t source = j->images[image] * src->blocks + block_index;
  const float *from = src->data + source * src->height * src->width * src->inner;
  float *to = dst->data + plane * dst->height * dst->width * dst->inner;
  int64_t row = j->offsets[image].height % j->period.height;
  int64_t column = j->offsets[image].width % j->period.width;
  for (int64_t i = 0; i < dst->height; i++) {
    take_row(from + row * src->width * src->inner, to + i * dst->width * dst->inner, dst->width,
             column, j->stride.width, j->period.width, src->inner);
    row = (row + j->stride.height) % j->period.height;
  }
}

static void task(const void *context, int64_t plane) { take_plane(context, plane); }

int cl_take(const cl_map *src, const cl_map *dst, const int32_t *images, const cl_pair *offsets,
            cl_pair stride, cl_pair period, int threads) {
  if (src->blocks != dst->blocks || src->inner != dst->inner || period.height > src->height ||
      period.width > src->width || period.height < 1 || period.width < 1 || stride.height < 1 ||
      stride.width < 1)
    return -1;
  for (int64_t i = 0; i < dst->images; i++)
    if (images[i] < 0 || images[i] >= src->images || offsets[i].height < 0 || offsets[i].width < 0)
      return -1;
  job j = {src, dst, images, offsets, stride, period};
  omp_set_num_threads(threads);
  cl_parallel(dst->images * dst->blocks, task, &j);
  return 0;
}
