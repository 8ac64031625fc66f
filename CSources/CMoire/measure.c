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
  for (size_t h = 0; h < reader->options.stride_height; h += 1) {
    const moire_factor *a = &reader->phase_h[h * reader->box_h + k_h];
    for (size_t w = 0; w < reader->options.stride_width; w += 1, phases += 1) {
      const moire_factor *b = &reader->phase_w[w * reader->box_w + k_w];
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
// a and conj b, b takes the conjugate phase; then the sums of squares as in moire_column_energy.
MOIRE_INLINE void register_bin(
  registration_sums *sums, lanes *registered, const lanes *a, const lanes *b, size_t step,
  const moire_factor *phases, size_t shifts, float weight) {
  lanes mean_sum = {0}, mean_difference = {0};
  for (size_t d = 0; d < shifts; d += 1) {
    const moire_factor *phase = &phases[d];
    const moire_factor conjugate = {
      {phase->real[0], phase->real[1]}, {phase->imaginary[1], phase->imaginary[0]}};
    lanes u, v;
    moire_multiply(&u, &a[d * step], phase);
    moire_multiply(&v, &b[d * step], &conjugate);
    registered[2 * d] = u + v;
    registered[2 * d + 1] = u - v;
    mean_sum += registered[2 * d];
    mean_difference += registered[2 * d + 1];
  }
  const lanes share = MOIRE_SPLAT(1 / (float)shifts), times = MOIRE_SPLAT(weight);
  mean_sum *= share;
  mean_difference *= share;
  for (size_t d = 0; d < shifts; d += 1) {
    const lanes s = registered[2 * d], t = registered[2 * d + 1];
    const lanes ds = s - mean_sum, dt = t - mean_difference;
    sums->energy_sum += s * s * times;
    sums->energy_difference += t * t * times;
    sums->deviation_sum += ds * ds * times;
    sums->deviation_difference += dt * dt * times;
  }
}

// The rows of one column, a = P_d[., k_w] and b = P_d[., -k_w].
MOIRE_DISPATCH static void register_column(
  registration_sums *result, const moire_reader *reader, const moire_workspace *parts,
  const lanes *a, const lanes *b, size_t k_w) {
  const size_t height = reader->box_h, shifts = reader->shifts;
  // Interior columns stand for two bins, k and -k, but for the Nyquist row of an even height: there
  // ±k_w share the row -M/2 and each has a phase of its own.
  const int interior = k_w > 0 && 2 * k_w < reader->box_w;
  registration_sums sums = {0};
  for (size_t k = 0; k < height; k += 1) {
    const size_t opposite = k == 0 ? 0 : height - k;
    const int nyquist = 2 * k == height;
    const float weight = interior && !nyquist ? 2 : 1;
    bin_phases(parts->phases, reader, k, k_w, 1);
    register_bin(
      &sums, parts->registered, a + k, b + opposite, height, parts->phases, shifts, weight);
    if (interior && nyquist) {
      bin_phases(parts->phases, reader, k, k_w, -1);
      register_bin(
        &sums, parts->registered, b + k, a + opposite, height, parts->phases, shifts, 1);
    }
  }
  *result = sums;
}

static void add(moire_pair_sums *to, const lanes *sum, const lanes *difference) {
  for (size_t i = 0; i < MOIRE_LANES; i += 1) {
    to->sum[i] += (double)(*sum)[i];
    to->difference[i] += (double)(*difference)[i];
  }
}

void moire_measure(
  moire_registration *registrations, const moire_reader *reader, const moire_workspace *parts,
  const moire_group *group) {
  const size_t height = reader->box_h, width = reader->box_w, shifts = reader->shifts;
  const ptrdiff_t pitch = (ptrdiff_t)reader->box_pitch, area = (ptrdiff_t)height * pitch;
  moire_pair_sums deviation = {0}, energy = {0};
  lanes *a = parts->box_columns, *b = a + shifts * height;
  for (size_t k = 0; k <= width / 2; k += 1) {
    const size_t opposite = k == 0 ? 0 : width - k;
    moire_line_execute(
      &reader->box_column, a, (ptrdiff_t)height, parts->box_maps + k, pitch, area, shifts,
      parts->scratch);
    if (opposite != k) {
      moire_line_execute(
        &reader->box_column, b, (ptrdiff_t)height, parts->box_maps + opposite, pitch, area,
        shifts, parts->scratch);
    }
    registration_sums sums;
    register_column(&sums, reader, parts, a, opposite == k ? a : b, k);
    add(&deviation, &sums.deviation_sum, &sums.deviation_difference);
    add(&energy, &sums.energy_sum, &sums.energy_difference);
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
