#include <math.h>

#include "alignment.h"
#include "polyphase_lanes.h"

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
  size_t row, int only_squares) {
  const size_t high = phases->stride_height, wide = phases->stride_width;
  line_grid grid = {
    .length = planes->count, .row = (ptrdiff_t)high * planes->row_stride,
    .column = (ptrdiff_t)wide * planes->column_stride};
  const size_t inside = row < phases->height ? (phases->height - row - 1) / high + 1 : 0;
  for (size_t d = 0; d < wide && d < phases->width; d += 1) {
    lane_measure sums;
    clear_lanes(&sums, 1);
    grid.columns = (phases->width - d - 1) / wide + 1;
    // Wrapped rows stand by themselves.
    for (size_t y = 0; y < row_count(phases, row); y += grid.rows) {
      const size_t at = moire_phase_position(y, row, high, phases->height);
      grid.from = planes->data + (ptrdiff_t)at * planes->row_stride +
        (ptrdiff_t)d * planes->column_stride;
      grid.rows = y < inside ? inside : 1;
      (only_squares ? add_only_squares : add_all)(&sums, &grid);
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

static moire_status measure(
  moire_phase_measure *measures, const moire_planes *planes, const moire_phases *phases,
  int only_squares) {
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
      add_planes(to, planes, phases, row, only_squares);
    }
    // What is added already: all but wrapped columns.
    if ((along || across) && (!phases->wrapped || phases->width % stride == 0)) { continue; }
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

moire_status moire_phase_measures(
  moire_phase_measure *measures, const moire_planes *planes, const moire_phases *phases) {
  return measure(measures, planes, phases, 0);
}

moire_status moire_phase_squares(
  moire_phase_measure *measures, const moire_planes *planes, const moire_phases *phases) {
  return measure(measures, planes, phases, 1);
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
