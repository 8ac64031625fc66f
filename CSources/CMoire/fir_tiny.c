#include "fir_map.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define MOIRE_TINY __attribute__((target("avx512f,fma")))
#define MOIRE_TINY_INLINE MOIRE_TINY static inline __attribute__((always_inline))

enum { TINY_ROW = 8, TINY_OUT = 4, TINY_PLANE = TINY_ROW * TINY_ROW, TINY_TAPS = 5 };

typedef struct tiny_filter {
  size_t area, outputs;
  // Where row y of the vertical pass takes its tap k.
  size_t source[TINY_OUT][TINY_TAPS];
  // Of two rows in each of two registers, what tap k of every output takes.
  int32_t across[TINY_TAPS][TINY_OUT * TINY_OUT];
  float vertical[TINY_TAPS], horizontal[TINY_TAPS];
} tiny_filter;

static tiny_filter tiny_make(const moire_fir_map *height, const moire_fir_map *width) {
  const size_t count = height->even, columns = width->outputs;
  tiny_filter made = {
    .area = height->inputs * width->inputs,
    .outputs = height->outputs * columns};
  for (size_t k = 0; k < count; k += 1) {
    made.vertical[k] = height->gain_float[k];
    made.horizontal[k] = width->gain_float[k];
    for (size_t y = 0; y < TINY_OUT; y += 1) {
      // Rows beyond the last one are those of the first once more, and are not stored.
      const size_t row = y < height->outputs ? y : 0;
      made.source[y][k] = height->source[row * count + k] * width->inputs;
      if (y >= height->outputs) { continue; }
      for (size_t x = 0; x < columns; x += 1) {
        made.across[k][y * columns + x] =
          (int32_t)(y * TINY_ROW + width->source[x * count + k]);
      }
    }
  }
  return made;
}

// The usual case: 7×7 halved with the border reflected, (taps - 1) / 2 taps before the first row. Where
// each tap lies is then known beforehand, and a row is read once for all outputs that take it.
enum { USUAL = 7 };

static inline __attribute__((always_inline)) size_t tiny_usual_source(size_t y, size_t k, size_t count) {
  const size_t padded = 2 * y + k, before = (count - 1) / 2;
  const size_t row = padded < before ? before - padded : padded - before;
  return (row < USUAL ? row : 2 * (USUAL - 1) - row) * USUAL;
}

static int tiny_is_usual(const tiny_filter *filter, const moire_fir_map *height, size_t width) {
  int usual = height->inputs == USUAL && width == USUAL && height->outputs == TINY_OUT;
  for (size_t y = 0; usual && y < TINY_OUT; y += 1) {
    for (size_t k = 0; k < height->even; k += 1) {
      usual &= filter->source[y][k] == tiny_usual_source(y, k, height->even);
    }
  }
  return usual;
}

// What a filter keeps in registers over all planes.
typedef struct tiny_registers {
  __m256 vertical[TINY_TAPS];
  __m512 horizontal[TINY_TAPS];
  __m512i across[TINY_TAPS];
  size_t source[TINY_OUT][TINY_TAPS];
  __mmask16 mask;
} tiny_registers;

MOIRE_TINY_INLINE tiny_registers tiny_load(const tiny_filter *filter, size_t count) {
  tiny_registers r;
  r.mask = (__mmask16)((1u << filter->outputs) - 1);
  for (size_t k = 0; k < count; k += 1) {
    r.vertical[k] = _mm256_set1_ps(filter->vertical[k]);
    r.horizontal[k] = _mm512_set1_ps(filter->horizontal[k]);
    r.across[k] = _mm512_loadu_si512(filter->across[k]);
    for (size_t y = 0; y < TINY_OUT; y += 1) {
      r.source[y][k] = filter->source[y][k];
    }
  }
  return r;
}

// One plane; rows are read as eight samples, whatever follows them.
MOIRE_TINY_INLINE void tiny_plane(
  float *to, const float *from, const tiny_registers *r, size_t count, int usual) {
  __m256 row[TINY_OUT];
  for (size_t y = 0; y < TINY_OUT; y += 1) {
    for (size_t k = 0; k < count; k += 1) {
      const size_t at = usual ? tiny_usual_source(y, k, count) : r->source[y][k];
      const __m256 v = _mm256_loadu_ps(from + at);
      row[y] = k == 0 ? _mm256_mul_ps(v, r->vertical[0])
                      : _mm256_fmadd_ps(v, r->vertical[k], row[y]);
    }
  }
  const __m512 upper = _mm512_castpd_ps(_mm512_insertf64x4(
    _mm512_castps_pd(_mm512_castps256_ps512(row[0])), _mm256_castps_pd(row[1]), 1));
  const __m512 lower = _mm512_castpd_ps(_mm512_insertf64x4(
    _mm512_castps_pd(_mm512_castps256_ps512(row[2])), _mm256_castps_pd(row[3]), 1));
  __m512 sum =
    _mm512_mul_ps(_mm512_permutex2var_ps(upper, r->across[0], lower), r->horizontal[0]);
  for (size_t k = 1; k < count; k += 1) {
    const __m512 taken = _mm512_permutex2var_ps(upper, r->across[k], lower);
    sum = _mm512_fmadd_ps(taken, r->horizontal[k], sum);
  }
  _mm512_mask_storeu_ps(to, r->mask, sum);
}

MOIRE_TINY_INLINE void tiny_counted(
  float *to, const float *from, size_t planes, const tiny_filter *filter, size_t count,
  int usual) {
  const size_t area = filter->area, outputs = filter->outputs;
  const tiny_registers r = tiny_load(filter, count);
  size_t left = planes * area;
  for (; left >= area + TINY_ROW; left -= area, from += area, to += outputs) {
    tiny_plane(to, from, &r, count, usual);
  }
  // Behind the last plane nothing may be read.
  for (; left > 0; left -= area, from += area, to += outputs) {
    float last[TINY_PLANE + TINY_ROW] = {0};
    memcpy(last, from, area * sizeof *last);
    tiny_plane(to, last, &r, count, usual);
  }
}

MOIRE_TINY static void tiny_run(
  float *to, const float *from, size_t planes, const tiny_filter *filter, size_t count,
  int usual) {
  switch (2 * count + (usual ? 1 : 0)) {
    case 4: tiny_counted(to, from, planes, filter, 2, 0); break;
    case 5: tiny_counted(to, from, planes, filter, 2, 1); break;
    case 6: tiny_counted(to, from, planes, filter, 3, 0); break;
    case 7: tiny_counted(to, from, planes, filter, 3, 1); break;
    case 8: tiny_counted(to, from, planes, filter, 4, 0); break;
    case 9: tiny_counted(to, from, planes, filter, 4, 1); break;
    case 10: tiny_counted(to, from, planes, filter, 5, 0); break;
    default: tiny_counted(to, from, planes, filter, 5, 1); break;
  }
}

int moire_fir_tiny(
  float *to, const float *from, size_t count, const moire_fir_map *height,
  const moire_fir_map *width) {
  if (height->even != width->even || height->even < 2 || height->even > TINY_TAPS) { return 0; }
  if (width->inputs > TINY_ROW || width->outputs > TINY_OUT || height->outputs > TINY_OUT) {
    return 0;
  }
  if (height->inputs > TINY_PLANE / width->inputs || !__builtin_cpu_supports("avx512f")) {
    return 0;
  }
  const tiny_filter filter = tiny_make(height, width);
  const int usual = tiny_is_usual(&filter, height, width->inputs);
  if (count > 0) { tiny_run(to, from, count, &filter, height->even, usual); }
  return 1;
}

#else

int moire_fir_tiny(
  float *to, const float *from, size_t count, const moire_fir_map *height,
  const moire_fir_map *width) {
  (void)to, (void)from, (void)count, (void)height, (void)width;
  return 0;
}

#endif
