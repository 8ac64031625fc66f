// Readings of maps and what is computed from their spectra.

#include "input.h"

typedef struct reading_run {
  const moire_reader *reader;
  moire_reader_options options;
  size_t count, height, width;
  moire_reading reading;
  moire_energies pooled;
} reading_run;

static int close_to(double a, double b, double scale) { return fabs(a - b) <= 1e-4 * scale; }

// The planes whose deviation a float holds with all its digits.
static int is_normal(moire_energies energies, const reading_run *run) {
  const double samples = (double)run->height * (double)run->width;
  return sqrt((energies.total - energies.dc) / samples / samples) > 0x1p-125 &&
    moire_plane_kind_of(energies) == moire_plane_alive;
}

static void check_planes(reading_run *run) {
  for (size_t p = 0; p < run->count; p += 1) {
    const moire_energies e = run->reading.energies[p];
    MUST(e.dc >= 0 && e.dc <= e.total && isfinite(e.total));
    MUST(e.alias >= 0 && e.alias <= e.total - e.dc);
    MUST(moire_plane_kind_of(e) == moire_plane_alive || e.alias == 0);
    run->pooled.total += e.total;
    run->pooled.dc += e.dc;
    run->pooled.alias += e.alias;
    if (run->reading.registrations && is_normal(e, run)) {
      const moire_registration r = run->reading.registrations[p];
      MUST(r.energy > 0 && r.deviation >= 0);
      MUST(close_to(r.deviation / r.energy, e.alias / e.total, 1));
    }
  }
}

static void check_fold(const moire_spectrum *spectrum, moire_energies energies) {
  const size_t height = spectrum->height / spectrum->stride_height;
  const size_t width = spectrum->width / spectrum->stride_width;
  double *in_band = make(height * width * sizeof *in_band), within = 0, leak = 0;
  double *folded = make(height * width * sizeof *folded), beyond = 0;
  MUST(moire_spectrum_fold(in_band, folded, spectrum) == moire_ok);
  for (size_t i = 0; i < height * width; i += 1) { within += in_band[i], beyond += folded[i]; }
  MUST(close_to(within + beyond, energies.total, energies.total));
  MUST(close_to(beyond, energies.alias, energies.total));
  MUST(moire_spectrum_pool_leak(&leak, spectrum) == moire_ok);
  MUST(leak >= 0 && leak <= energies.alias * (1 + 1e-9));
  free(in_band);
  free(folded);
}

static void check_profile(const moire_spectrum *spectrum, moire_energies energies) {
  const size_t rings = moire_radial_rings(spectrum->height, spectrum->width);
  double *power = make(rings * sizeof *power), sum = 0;
  size_t *bins = make(rings * sizeof *bins), all = 0;
  MUST(moire_spectrum_radial(power, bins, spectrum) == moire_ok);
  for (size_t r = 0; r < rings; r += 1) { sum += power[r], all += bins[r]; }
  MUST(all == spectrum->height * spectrum->width);
  MUST(close_to(sum, energies.total, energies.total));
  free(power);
  free(bins);
}

static void check_spectrum(const reading_run *run) {
  const moire_spectrum spectrum = {
    run->reading.power, run->height, run->width, run->options.stride_height,
    run->options.stride_width};
  moire_energies energies;
  MUST(moire_spectrum_energies(&energies, &spectrum) == moire_ok);
  MUST(energies.alias >= 0 && energies.alias <= energies.total);
  MUST(close_to(energies.total, run->pooled.total, run->pooled.total));
  MUST(close_to(energies.dc, run->pooled.dc, run->pooled.total));
  MUST(close_to(energies.alias, run->pooled.alias, run->pooled.total));
  const int divides = spectrum.height % spectrum.stride_height == 0 &&
    spectrum.width % spectrum.stride_width == 0;
  if (divides) { check_fold(&spectrum, energies); }
  check_profile(&spectrum, energies);
}

static void read_map(reading_run *run, input *in) {
  run->height = moire_reader_grid_height(run->reader);
  run->width = moire_reader_grid_width(run->reader);
  const int exact = moire_reader_is_exact(run->reader) && take_below(in, 2);
  const size_t bytes = moire_reader_workspace_size(run->reader, exact), shift = take_below(in, 64);
  fuzz_map map = take_map(in, run->count, run->options.height, run->options.width);
  char *workspace = make(bytes + shift);
  run->reading.power = make(run->height * (run->width / 2 + 1) * sizeof(double));
  run->reading.energies = make(run->count * sizeof(moire_energies));
  run->reading.registrations = exact ? make(run->count * sizeof(moire_registration)) : NULL;
  const moire_status status =
    moire_reader_read(run->reader, &map.planes, &run->reading, workspace + shift, bytes);
  // Gaps between rows may hold what is not finite.
  MUST(status == moire_ok || (status == moire_not_finite && !map.finite));
  if (status == moire_ok) {
    check_planes(run);
    check_spectrum(run);
  } else {
    MUST(run->reading.not_finite_plane < run->count && run->reading.power[0] == 0);
  }
  free(workspace);
  free(map.memory);
  free(run->reading.power);
  free(run->reading.energies);
  free(run->reading.registrations);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  input in = {data, size};
  const int wild = take_below(&in, 16) == 0;
  reading_run run = {.count = take_below(&in, 40)};
  moire_reader_options *options = &run.options;
  options->height = take_size(&in, 40);
  options->width = take_size(&in, 40);
  options->stride_height = take_size(&in, 8);
  options->stride_width = take_size(&in, 8);
  options->boundary = (moire_boundary)(take(&in, 1) % 5);
  options->kaiser_beta = (double)take_below(&in, 720) - 5;
  size_t *fields[] = {
    &options->height, &options->width, &options->stride_height, &options->stride_width};
  if (wild) { *fields[take_below(&in, 4)] = take_wild(&in); }
  moire_reader *reader = NULL;
  const moire_status status = moire_reader_create(&reader, options);
  MUST((status == moire_ok) == (reader != NULL));
  MUST(status == moire_ok || wild || options->boundary >= moire_boundary_kaiser);
  run.reader = reader;
  if (reader) { read_map(&run, &in); }
  moire_reader_destroy(reader);
  return 0;
}
