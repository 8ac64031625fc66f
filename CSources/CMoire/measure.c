#include "reader.h"

void moire_measure_row(
  const moire_reader *reader, const moire_workspace *parts, const lanes *stage, size_t y) {
  const size_t stride_h = reader->options.stride_height, stride_w = reader->options.stride_width;
  const size_t area = reader->box_h * reader->box_pitch;
  lanes *row = parts->box_maps + (y % stride_h) * stride_w * area +
    y / stride_h * reader->box_pitch;
  moire_line_execute(
    &reader->box_row, row, (ptrdiff_t)area, stage, (ptrdiff_t)stride_w, 1, stride_w,
    parts->scratch);
}

// exp(-2πi (k_h d_h / N_h ± k_w d_w / N_w)) of every shift d for one bin.
static void bin_phases(
  moire_factor *phases, const moire_reader *reader, size_t k_h, size_t k_w, int sign) {
  const size_t stride_h = reader->options.stride_height, stride_w = reader->options.stride_width;
  for (size_t h = 0; h < stride_h; h += 1) {
    const moire_factor *a = &reader->phase_h[k_h * stride_h + h];
    for (size_t w = 0; w < stride_w; w += 1, phases += 1) {
      const moire_factor *b = &reader->phase_w[k_w * stride_w + w];
      const float s = sign < 0 ? b->imaginary[0] : b->imaginary[1];
      const float real = a->real[0] * b->real[0] - a->imaginary[1] * s;
      const float imaginary = a->real[0] * s + a->imaginary[1] * b->real[0];
      *phases = (moire_factor){{real, real}, {-imaginary, imaginary}};
    }
  }
}

typedef struct registration_sums {
  lanes deviation_sum, deviation_difference, energy_sum, energy_difference;
} registration_sums;

// One bin of all shifts: a = P_d[k], b = P_d[-k], phase exp(-iθ_d(k)). Since Z_d[k] is built from
// a and conj b, b takes the conjugate phase; with s = a + b and d = a - b both come out of one
// rotation, and then the sums of squares are as in moire_column_energy.
MOIRE_INLINE void register_bin(
  registration_sums *sums, lanes *registered, const lanes *a, const lanes *b, size_t step,
  const moire_factor *phases, size_t shifts) {
  lanes mean_sum = {0}, mean_difference = {0};
  for (size_t d = 0; d < shifts; d += 1) {
    const lanes s = a[d * step] + b[d * step], t = a[d * step] - b[d * step];
    double c, i;
    memcpy(&c, phases[d].real, sizeof c);
    memcpy(&i, phases[d].imaginary, sizeof i);
    const lanes cosine = (lanes)(wide_lanes){c, c, c, c, c, c, c, c};
    const lanes sine = (lanes)(wide_lanes){i, i, i, i, i, i, i, i};
    registered[2 * d] = s * cosine + MOIRE_SWAP(t) * sine;
    registered[2 * d + 1] = t * cosine + MOIRE_SWAP(s) * sine;
    mean_sum += registered[2 * d];
    mean_difference += registered[2 * d + 1];
  }
  const lanes share = MOIRE_SPLAT(1 / (float)shifts);
  mean_sum *= share;
  mean_difference *= share;
  for (size_t d = 0; d < shifts; d += 1) {
    const lanes s = registered[2 * d], t = registered[2 * d + 1];
    const lanes ds = s - mean_sum, dt = t - mean_difference;
    sums->energy_sum += s * s;
    sums->energy_difference += t * t;
    sums->deviation_sum += ds * ds;
    sums->deviation_difference += dt * dt;
  }
}

// The bins first … last - 1 of one column with the phases of bin `first` on.
MOIRE_INLINE void register_rows(
  registration_sums *sums, const moire_reader *reader, const moire_workspace *parts,
  const lanes *a, const lanes *b, const moire_factor *phases, size_t first, size_t last) {
  const size_t height = reader->box_h, shifts = reader->shifts;
  for (size_t k = first; k < last; k += 1, phases += shifts) {
    const size_t opposite = k == 0 ? 0 : height - k;
    if (shifts == 4) {
      // The common case, strides of two, stays in registers.
      lanes registered[8];
      register_bin(sums, registered, a + k, b + opposite, height, phases, 4);
    } else {
      register_bin(sums, parts->registered, a + k, b + opposite, height, phases, shifts);
    }
  }
}

typedef struct column_sums {
  // Bins that stand for themselves, and bins that stand for k and -k.
  registration_sums once, twice;
} column_sums;

// The rows of one column, a = P_d[., k_w] and b = P_d[., -k_w].
MOIRE_DISPATCH static void register_column(
  column_sums *sums, const moire_reader *reader, const moire_workspace *parts, const lanes *a,
  const lanes *b, size_t k_w) {
  const size_t height = reader->box_h, middle = height / 2, shifts = reader->shifts;
  moire_factor *phases = parts->phases;
  for (size_t k = 0; k < height; k += 1) {
    bin_phases(phases + k * shifts, reader, k, k_w, 1);
  }
  registration_sums once = {0}, twice = {0};
  if (k_w == 0 || 2 * k_w >= reader->box_w) {
    register_rows(&once, reader, parts, a, b, phases, 0, height);
  } else if (height % 2 == 1) {
    register_rows(&twice, reader, parts, a, b, phases, 0, height);
  } else {
    // In the Nyquist row ±k_w share the row -M/2, each with a phase of its own.
    moire_factor *nyquist = phases + middle * shifts;
    register_rows(&twice, reader, parts, a, b, phases, 0, middle);
    register_rows(&twice, reader, parts, a, b, nyquist + shifts, middle + 1, height);
    register_rows(&once, reader, parts, a, b, nyquist, middle, middle + 1);
    bin_phases(nyquist, reader, middle, k_w, -1);
    register_rows(&once, reader, parts, b, a, nyquist, middle, middle + 1);
  }
  sums->once = once;
  sums->twice = twice;
}

static void add(
  moire_pair_sums *deviation, moire_pair_sums *energy, const registration_sums *sums,
  double weight) {
  for (size_t i = 0; i < MOIRE_LANES; i += 1) {
    deviation->sum[i] += weight * (double)sums->deviation_sum[i];
    deviation->difference[i] += weight * (double)sums->deviation_difference[i];
    energy->sum[i] += weight * (double)sums->energy_sum[i];
    energy->difference[i] += weight * (double)sums->energy_difference[i];
  }
}

void moire_measure(
  moire_registration *registrations, const moire_reader *reader, const moire_workspace *parts,
  const moire_group *group) {
  const size_t height = reader->box_h, width = reader->box_w, shifts = reader->shifts;
  const ptrdiff_t pitch = (ptrdiff_t)reader->box_pitch, area = (ptrdiff_t)height * pitch;
  moire_pair_sums deviation = {0}, energy = {0};
  lanes *a = parts->box_columns, *b = a + shifts * height;
  for (size_t k = 0; !group->silent && k <= width / 2; k += 1) {
    const size_t opposite = k == 0 ? 0 : width - k;
    moire_line_execute_ahead(
      &reader->box_column, a, (ptrdiff_t)height, parts->box_maps + k, pitch, area, shifts,
      parts->scratch, 1);
    if (opposite != k) {
      moire_line_execute_ahead(
        &reader->box_column, b, (ptrdiff_t)height, parts->box_maps + opposite, pitch, area,
        shifts, parts->scratch, -1);
    }
    column_sums sums;
    register_column(&sums, reader, parts, a, opposite == k ? a : b, k);
    add(&deviation, &energy, &sums.once, 1);
    add(&deviation, &energy, &sums.twice, 2);
  }
  const double box = (double)height * (double)width, samples = box * (double)shifts;
  for (size_t p = 0; p < group->count; p += 1) {
    const double unit = group->unit[p] * group->unit[p];
    // What was taken off as the mean c is Σ_d |Y_d[0] + M c|² - Σ_d |Y_d[0]|², M = M_h M_w.
    const double centre = group->unit[p] > 0 ? group->centre[p] : group->sum[p] / samples;
    const double rest = group->unit[p] > 0 ? group->sum[p] - samples * centre : 0;
    registrations[p].deviation = unit * moire_pair_energy(&deviation, p);
    registrations[p].energy = unit * moire_pair_energy(&energy, p) +
      box * centre * (2 * rest + samples * centre);
  }
}
