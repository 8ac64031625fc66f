#include <math.h>

#include <stdint.h>

#include "alignment.h"
#include "lanes.h"
#include "polyphase_sums.h"

// Eight samples side by side: their measures before they are merged.
typedef struct lane_measure {
  wide_lanes square, square_rest, magnitude, magnitude_rest, peak, highest;
} lane_measure;

enum { LANES = 8, MOST_STRIDE = 8 };

typedef float unaligned_eight __attribute__((vector_size(32), aligned(4), may_alias));
typedef long long mask_lanes __attribute__((vector_size(64)));

MOIRE_INLINE void add_lanes(wide_lanes *sum, wide_lanes *rest, const wide_lanes *x) {
  const wide_lanes total = *sum + *x, part = total - *sum;
  *rest += (*sum - (total - part)) + (*x - part);
  *sum = total;
}

// Lane by lane: GCC 12 fails on the comparison of vectors wider than the machine's here.
MOIRE_INLINE void raise_lanes(wide_lanes *most, const wide_lanes *x) {
  for (int l = 0; l < LANES; l += 1) { (*most)[l] = (*x)[l] > (*most)[l] ? (*x)[l] : (*most)[l]; }
}

// Adds eight samples; `top` are the same with -∞ for those that are none. Squares of floats are
// exact in double.
MOIRE_INLINE void add_eight(
  lane_measure *measure, const unaligned_eight *from, const unaligned_eight *top) {
  const wide_lanes x = __builtin_convertvector(*from, wide_lanes);
  const wide_lanes y = __builtin_convertvector(*top, wide_lanes);
  const wide_lanes square = x * x;
  const wide_lanes size = (wide_lanes)((mask_lanes)x & (mask_lanes){
    INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX});
  add_lanes(&measure->square, &measure->square_rest, &square);
  add_lanes(&measure->magnitude, &measure->magnitude_rest, &size);
  raise_lanes(&measure->peak, &size);
  raise_lanes(&measure->highest, &y);
}

// Adds a line of `length` samples: sample n to lane n % 8 of measure n / 8 % period.
MOIRE_DISPATCH static void add_line(
  lane_measure *measures, const float *from, size_t length, size_t period) {
  const size_t whole = LANES * period;
  size_t x = 0;
  for (; x + whole <= length; x += whole) {
    for (size_t v = 0; v < period; v += 1) {
      const unaligned_eight *at = (const unaligned_eight *)(from + x + LANES * v);
      add_eight(&measures[v], at, at);
    }
  }
  for (size_t v = 0; x < length; x += LANES, v += 1) {
    const size_t rest = length - x < LANES ? length - x : LANES;
    unaligned_eight part = {0}, top = part - INFINITY;
    for (size_t l = 0; l < rest; l += 1) { part[l] = top[l] = from[x + l]; }
    add_eight(&measures[v], &part, &top);
  }
}

// Adds `lines` lines of `length` samples that stand `pitch` apart: sample n of each to lane n % 8.
MOIRE_DISPATCH static void add_lines(
  lane_measure *measure, const float *from, size_t length, ptrdiff_t pitch, size_t lines) {
  lane_measure sum = *measure;
  for (size_t l = 0; l < lines; l += 1, from += pitch) {
    size_t x = 0;
    for (; x + LANES <= length; x += LANES) {
      const unaligned_eight *at = (const unaligned_eight *)(from + x);
      add_eight(&sum, at, at);
    }
    if (x < length) {
      unaligned_eight part = {0}, top = part - INFINITY;
      for (size_t l = 0; x + l < length; l += 1) { part[l] = top[l] = from[x + l]; }
      add_eight(&sum, &part, &top);
    }
  }
  *measure = sum;
}

static void clear_lanes(lane_measure *measures, size_t period) {
  memset(measures, 0, period * sizeof *measures);
  for (size_t v = 0; v < period; v += 1) { measures[v].highest -= INFINITY; }
}

// Lane l of vector v belongs to phase (8 v + l) % period.
static void merge_lanes(
  moire_phase_measure *measures, const lane_measure *lanes_of, size_t period) {
  for (size_t n = 0; n < LANES * period; n += 1) {
    const lane_measure *from = &lanes_of[n / LANES];
    const size_t l = n % LANES;
    const moire_phase_measure part = {
      from->square[l], from->square_rest[l], from->magnitude[l], from->magnitude_rest[l],
      from->peak[l], from->highest[l], 0};
    moire_phase_merge(&measures[n % period], &part);
  }
}

static void start(moire_phase_measure *measures, const moire_phases *phases, size_t planes) {
  const size_t count = phases->stride_height * phases->stride_width;
  for (size_t d = 0; d < count; d += 1) {
    size_t height = 0, width = 0;
    moire_phase_size(&height, &width, phases, d);
    measures[d] =
      (moire_phase_measure){.highest = -INFINITY, .samples = height * width * planes};
  }
}

static moire_status finish(moire_phase_measure *measures, const moire_phases *phases) {
  const size_t count = phases->stride_height * phases->stride_width;
  const moire_phase_measure nothing = {.highest = -INFINITY};
  for (size_t d = 0; d < count; d += 1) {
    if (!isfinite(measures[d].square + measures[d].square_rest)) { return moire_not_finite; }
    // Settles the pair.
    moire_phase_merge(&measures[d], &nothing);
  }
  return moire_ok;
}

// Rows of phase row `row`, wrapped ones included.
static size_t row_count(const moire_phases *phases, size_t row) {
  if (phases->wrapped) { return (phases->height - 1) / phases->stride_height + 1; }
  return row < phases->height ? (phases->height - row - 1) / phases->stride_height + 1 : 0;
}

#define MEASURE_SAMPLES(name, planes_type)                                                         \
  /* Samples first … of phase `phase` of a row, one by one. */                                     \
  static void name(                                                                                \
    moire_phase_measure *measure, const planes_type *planes, const moire_phases *phases,           \
    size_t at, size_t column, size_t first) {                                                      \
    const size_t width = phases->wrapped ? (phases->width - 1) / phases->stride_width + 1          \
      : column < phases->width ? (phases->width - column - 1) / phases->stride_width + 1           \
                               : 0;                                                                \
    for (size_t p = 0; p < planes->count; p += 1) {                                                \
      for (size_t x = first; x < width; x += 1) {                                                  \
        const size_t place =                                                                       \
          moire_phase_position(x, column, phases->stride_width, phases->width);                    \
        moire_phase_add(                                                                           \
          measure,                                                                                 \
          (double)planes->data                                                                     \
            [(ptrdiff_t)p * planes->plane_stride + (ptrdiff_t)at * planes->row_stride +            \
             (ptrdiff_t)place * planes->column_stride]);                                           \
      }                                                                                            \
    }                                                                                              \
  }

MEASURE_SAMPLES(add_samples, moire_planes)
MEASURE_SAMPLES(add_samples_double, moire_planes_double)

// What lies in the map of all phases of one phase row, along contiguous columns.
static void add_rows(
  moire_phase_measure *measures, const moire_planes *planes, const moire_phases *phases,
  size_t row) {
  lane_measure sums[MOST_STRIDE];
  clear_lanes(sums, phases->stride_width);
  for (size_t p = 0; p < planes->count; p += 1) {
    const float *plane = planes->data + (ptrdiff_t)p * planes->plane_stride;
    for (size_t y = 0; y < row_count(phases, row); y += 1) {
      const size_t at = moire_phase_position(y, row, phases->stride_height, phases->height);
      add_line(
        sums, plane + (ptrdiff_t)at * planes->row_stride, phases->width, phases->stride_width);
    }
  }
  merge_lanes(measures, sums, phases->stride_width);
}

// The same phase by phase over contiguous planes.
static void add_planes(
  moire_phase_measure *measures, const moire_planes *planes, const moire_phases *phases,
  size_t row) {
  for (size_t d = 0; d < phases->stride_width; d += 1) {
    lane_measure sums;
    clear_lanes(&sums, 1);
    for (size_t y = 0; y < row_count(phases, row); y += 1) {
      const size_t at = moire_phase_position(y, row, phases->stride_height, phases->height);
      const float *from = planes->data + (ptrdiff_t)at * planes->row_stride;
      if (d >= phases->width) { continue; }
      add_lines(
        &sums, from + (ptrdiff_t)d * planes->column_stride, planes->count,
        (ptrdiff_t)phases->stride_width * planes->column_stride,
        (phases->width - d - 1) / phases->stride_width + 1);
    }
    merge_lanes(&measures[d], &sums, 1);
  }
}

static moire_status check(
  const void *measures, const void *planes, const void *data, size_t alignment,
  size_t count, const moire_phases *phases) {
  if (!measures || !planes || (count > 0 && !data)) { return moire_null_argument; }
  if (!moire_stands(data, alignment)) { return moire_invalid_argument; }
  return moire_phases_check(phases, 0);
}

moire_status moire_phase_measures(
  moire_phase_measure *measures, const moire_planes *planes, const moire_phases *phases) {
  const moire_status status = check(
    measures, planes, planes ? planes->data : NULL, _Alignof(float), planes ? planes->count : 0,
    phases);
  if (status != moire_ok) { return status; }
  start(measures, phases, planes->count);
  const size_t stride = phases->stride_width;
  const int along = planes->column_stride == 1 && stride <= MOST_STRIDE;
  const int across = planes->plane_stride == 1 && planes->count >= LANES;
  for (size_t row = 0; row < phases->stride_height; row += 1) {
    moire_phase_measure *to = measures + row * stride;
    if (along) {
      add_rows(to, planes, phases, row);
    } else if (across) {
      add_planes(to, planes, phases, row);
    }
    for (size_t y = 0; y < row_count(phases, row); y += 1) {
      const size_t at = moire_phase_position(y, row, phases->stride_height, phases->height);
      for (size_t d = 0; d < stride; d += 1) {
        const size_t inner = d < phases->width ? (phases->width - d - 1) / stride + 1 : 0;
        add_samples(&to[d], planes, phases, at, d, along || across ? inner : 0);
      }
    }
  }
  return finish(measures, phases);
}

moire_status moire_phase_measures_double(
  moire_phase_measure *measures, const moire_planes_double *planes,
  const moire_phases *phases) {
  const moire_status status = check(
    measures, planes, planes ? planes->data : NULL, _Alignof(double), planes ? planes->count : 0,
    phases);
  if (status != moire_ok) { return status; }
  start(measures, phases, planes->count);
  for (size_t row = 0; row < phases->stride_height; row += 1) {
    for (size_t y = 0; y < row_count(phases, row); y += 1) {
      const size_t at = moire_phase_position(y, row, phases->stride_height, phases->height);
      for (size_t d = 0; d < phases->stride_width; d += 1) {
        add_samples_double(
          &measures[row * phases->stride_width + d], planes, phases, at, d, 0);
      }
    }
  }
  return finish(measures, phases);
}
