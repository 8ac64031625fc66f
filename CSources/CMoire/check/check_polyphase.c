#include "operator.h"

// A phase of a map as one operation: how it is moved, and with which phases.
typedef struct move {
  moire_phases phases;
  size_t phase;
} move;

#define MOVE(name, precision)                                                                     \
  static moire_status name##precision(                                                            \
    const void *handle, const moire_planes##precision *planes,                                    \
    const moire_output##precision *output, void *workspace, size_t bytes) {                       \
    const move *m = handle;                                                                       \
    (void)workspace, (void)bytes;                                                                 \
    return moire_phase_##name##precision(                                                         \
      output, planes, m ? &m->phases : NULL, m ? m->phase : 0);                                   \
  }
MOVE(take, )
MOVE(put, )
MOVE(upsample, )
MOVE(take, _double)
MOVE(put, _double)
MOVE(upsample, _double)

static void check_move(const move *m, size_t rows, size_t columns) {
  const size_t height = m->phases.height, width = m->phases.width;
  const check_operator_sizes out = {height, width, rows, columns, 0, 0, 0};
  const check_operator_sizes in = {rows, columns, height, width, 0, 0, 0};
  check_operator(&(check_operation){m, take, out});
  check_operator(&(check_operation){m, put, in});
  check_operator(&(check_operation){m, upsample, in});
  check_operator_double(&(check_operation_double){m, take_double, out});
  check_operator_double(&(check_operation_double){m, put_double, in});
  check_operator_double(&(check_operation_double){m, upsample_double, in});
}

static void ordinary(void) {
  static const size_t sizes[] = {1, 2, 5, 8};
  for (size_t i = 0; i < 16 * 6; i += 1) {
    move m = {{sizes[i % 4], sizes[i / 4 % 4], 1 + i % 3, 1 + i / 16 % 3, (int)(i / 48)}, 0};
    for (; m.phase < m.phases.stride_height * m.phases.stride_width; m.phase += 1) {
      size_t rows = 9, columns = 9;
      EXPECT_STATUS(moire_phase_size(&rows, &columns, &m.phases, m.phase), moire_ok);
      EXPECT((rows == 0) == (columns == 0));
      // The larger ones stand for all where there are many.
      if (rows > 0 && i % 5 == m.phase % 5) { check_move(&m, rows, columns); }
    }
  }
}

// All phases in layouts, single and double alike, and a choice by every criterion.
static void measures(void) {
  for (size_t i = 0; i < 3 * 3 * 2; i += 1) {
    const moire_phases phases = {7 + i, 9, 1 + i % 3, 1 + i / 3 % 3, (int)(i / 9)};
    const size_t count = 20, all = phases.stride_height * phases.stride_width;
    const size_t samples = count * phases.height * phases.width;
    float *map = check_noise(samples, i);
    double *wide = check_noise_double(samples, i);
    moire_phase_measure *a = check_memory(all * sizeof *a), *b = check_memory(all * sizeof *b);
    moire_phase_measure *c = check_memory(all * sizeof *c);
    for (size_t layout = 0; layout < 4; layout += 1) {
      const moire_planes planes = check_layout(map, layout, count, phases.height, phases.width);
      const moire_planes_double twofold =
        check_layout_double(wide, layout, count, phases.height, phases.width);
      EXPECT_STATUS(moire_phase_measures(a, &planes, &phases), moire_ok);
      EXPECT_STATUS(moire_phase_measures_double(b, &twofold, &phases), moire_ok);
      EXPECT_STATUS(moire_phase_squares(c, &planes, &phases), moire_ok);
      for (size_t d = 0; d < all; d += 1) {
        // Settled sums do not depend on the order.
        EXPECT(a[d].square == b[d].square && a[d].magnitude == b[d].magnitude);
        EXPECT(a[d].peak == b[d].peak && a[d].highest == b[d].highest);
        EXPECT(c[d].square == a[d].square && c[d].samples == a[d].samples);
      }
      for (int criterion = 0; criterion <= moire_phase_l1_min; criterion += 1) {
        size_t first = all, second = all;
        EXPECT_STATUS(
          moire_phase_choose(&first, a, all, (moire_phase_criterion)criterion), moire_ok);
        EXPECT_STATUS(
          moire_phase_choose(&second, b, all, (moire_phase_criterion)criterion), moire_ok);
        EXPECT(first == second && first < all);
        EXPECT(isfinite(moire_phase_value(&a[first], (moire_phase_criterion)criterion)));
      }
    }
    map[samples / 2] = NAN, wide[samples / 2] = INFINITY;
    const moire_planes planes = check_planar(map, count, phases.height, phases.width);
    const moire_planes_double twofold =
      check_layout_double(wide, 0, count, phases.height, phases.width);
    EXPECT_STATUS(moire_phase_measures(a, &planes, &phases), moire_not_finite);
    EXPECT_STATUS(moire_phase_squares(c, &planes, &phases), moire_not_finite);
    EXPECT_STATUS(moire_phase_measures_double(b, &twofold, &phases), moire_not_finite);
    free(map);
    free(wide);
    free(a);
    free(b);
    free(c);
  }
}

static void wrong_measures(void) {
  const moire_phases phases = {4, 4, 2, 2, 0};
  float *map = check_noise(17, 1);
  double *wide = check_noise_double(17, 1);
  moire_phase_measure m[4] = {{.square = -7}};
  moire_planes planes = check_planar(map, 1, 4, 4);
  moire_planes_double twofold = {wide, 1, 16, 4, 1};
  const moire_status null = moire_null_argument, invalid = moire_invalid_argument;
  EXPECT_STATUS(moire_phase_measures(NULL, &planes, &phases), null);
  EXPECT_STATUS(moire_phase_measures(m, NULL, &phases), null);
  EXPECT_STATUS(moire_phase_measures(m, &planes, NULL), null);
  EXPECT_STATUS(moire_phase_squares(NULL, &planes, &phases), null);
  EXPECT_STATUS(moire_phase_squares(m, NULL, &phases), null);
  EXPECT_STATUS(moire_phase_squares(m, &planes, NULL), null);
  EXPECT_STATUS(moire_phase_measures_double(NULL, &twofold, &phases), null);
  EXPECT_STATUS(moire_phase_measures_double(m, NULL, &phases), null);
  EXPECT_STATUS(moire_phase_measures_double(m, &twofold, NULL), null);
  planes.data = check_off(map), twofold.data = check_off(wide);
  EXPECT_STATUS(moire_phase_measures(m, &planes, &phases), invalid);
  EXPECT_STATUS(moire_phase_measures_double(m, &twofold, &phases), invalid);
  planes.data = NULL, twofold.data = NULL;
  EXPECT_STATUS(moire_phase_measures(m, &planes, &phases), null);
  EXPECT_STATUS(moire_phase_measures_double(m, &twofold, &phases), null);
  EXPECT(m[0].square == -7);
  planes.count = 0, twofold.count = 0;
  EXPECT_STATUS(moire_phase_measures(m, &planes, &phases), moire_ok);
  EXPECT_STATUS(moire_phase_measures_double(m, &twofold, &phases), moire_ok);
  size_t phase = 5;
  EXPECT_STATUS(moire_phase_choose(&phase, m, 4, moire_phase_l2), moire_ok);
  EXPECT(phase == 0);
  EXPECT_STATUS(moire_phase_choose(NULL, m, 4, moire_phase_l2), null);
  EXPECT_STATUS(moire_phase_choose(&phase, NULL, 4, moire_phase_l2), null);
  EXPECT_STATUS(moire_phase_choose(&phase, m, 0, moire_phase_l2), invalid);
  EXPECT_STATUS(moire_phase_choose(&phase, m, 4, (moire_phase_criterion)9), invalid);
  EXPECT_STATUS(moire_phase_choose(&phase, m, 4, (moire_phase_criterion)-1), invalid);
  moire_phase_merge(NULL, m);
  moire_phase_merge(m, NULL);
  moire_phase_merge(m, m);
  EXPECT(isnan(moire_phase_value(NULL, moire_phase_l2)));
  EXPECT(isnan(moire_phase_value(m, (moire_phase_criterion)9)));
  free(map);
  free(wide);
}

static void wrong_phases(void) {
  const moire_phases good = {4, 4, 2, 2, 0};
  size_t rows = 7, columns = 7;
  EXPECT_STATUS(moire_phase_size(NULL, &columns, &good, 0), moire_null_argument);
  EXPECT_STATUS(moire_phase_size(&rows, NULL, &good, 0), moire_null_argument);
  EXPECT_STATUS(moire_phase_size(&rows, &columns, NULL, 0), moire_null_argument);
  EXPECT_STATUS(moire_phase_size(&rows, &columns, &good, 4), moire_invalid_argument);
  EXPECT_STATUS(moire_phase_size(&rows, &columns, &good, SIZE_MAX), moire_invalid_argument);
  const moire_planes none = {.count = 0};
  moire_output output = {0};
  for (int i = 0; i < 4; i += 1) {
    for (int j = 0; j <= CHECK_EDGES; j += 1) {
      moire_phases bad = good;
      *(size_t *[]){&bad.height, &bad.width, &bad.stride_height, &bad.stride_width}[i] =
        j == 0 ? 0 : check_edges[j - 1];
      const moire_status status = moire_phase_size(&rows, &columns, &bad, 0);
      EXPECT(status == moire_invalid_argument || status == moire_size_overflow ||
             (j == CHECK_EDGES && status == moire_ok));
      if (status == moire_ok) { continue; }
      EXPECT_STATUS(moire_phase_take(&output, &none, &bad, 0), status);
      EXPECT_STATUS(moire_phase_put(&output, &none, &bad, 0), status);
      EXPECT_STATUS(moire_phase_upsample(&output, &none, &bad, 0), status);
    }
  }
}

int main(void) {
  ordinary();
  measures();
  wrong_measures();
  wrong_phases();
  return check_result();
}
