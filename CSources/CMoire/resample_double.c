#include <limits.h>
#include <stdlib.h>

#include "resample_engine.h"

#define SPLAT(x) ((wide_lanes){(x), (x), (x), (x), (x), (x), (x), (x)})

moire_status moire_line_double_create(moire_line_double *line, size_t length, unsigned flags) {
  *line = (moire_line_double){.length = length};
  if (length == 1) { return moire_ok; }
  const size_t bytes = length * sizeof(wide_lanes);
  wide_lanes *area = aligned_alloc(sizeof(wide_lanes), 2 * bytes);
  if (!area) { return moire_no_memory; }
  memset(area, 0, 2 * bytes);
  const int pairs = MOIRE_LANES_DOUBLE / 2;
  const fftw_iodim along = {(int)length, pairs, pairs}, across = {pairs, 1, 1};
  moire_planner_lock();
  line->plan = fftw_plan_guru_dft(
    1, &along, 1, &across, (fftw_complex *)area, (fftw_complex *)(area + length), FFTW_FORWARD,
    flags);
  moire_planner_unlock();
  free(area);
  return line->plan ? moire_ok : moire_no_memory;
}

void moire_line_double_destroy(moire_line_double *line) {
  if (!line->plan) { return; }
  moire_planner_lock();
  fftw_destroy_plan(line->plan);
  moire_planner_unlock();
  line->plan = NULL;
}

void moire_line_double_execute(
  const moire_line_double *line, wide_lanes *restrict out, ptrdiff_t out_line,
  const wide_lanes *restrict in, ptrdiff_t in_step, ptrdiff_t in_line, size_t count,
  wide_lanes *restrict scratch) {
  for (size_t b = 0; b < count; b += 1, out += out_line, in += in_line) {
    wide_lanes *to = line->plan ? scratch : out;
    for (size_t n = 0; n < line->length; n += 1) { to[n] = in[(ptrdiff_t)n * in_step]; }
    if (line->plan) {
      fftw_execute_dft(line->plan, (fftw_complex *)scratch, (fftw_complex *)out);
    }
  }
}

MOIRE_INLINE void multiply(
  wide_lanes *out, const wide_lanes *v, const moire_factor_double *factor) {
  const double c = factor->real[0], minus = factor->imaginary[0], plus = factor->imaginary[1];
  const wide_lanes turned = __builtin_shufflevector(*v, *v, 1, 0, 3, 2, 5, 4, 7, 6);
  const wide_lanes sine = {minus, plus, minus, plus, minus, plus, minus, plus};
  *out = *v * SPLAT(c) + turned * sine;
}

#define REAL double
#define VECTOR wide_lanes
#define NAME(x) x##_double
#define SHEET moire_sheet_double
#define OUTPUT moire_output_double
#define FACTOR moire_factor_double
#define MULTIPLY multiply
#define TABLE(axis) (axis)->factors_double
#define WEIGHTS(axis) (axis)->weights_double
#define FORWARD(axis) &(axis)->forward_double
#define INVERSE(axis) &(axis)->inverse_double
#define LINE_EXECUTE moire_line_double_execute

#include "resample_template.h"
