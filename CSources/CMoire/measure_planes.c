#include <math.h>
#include <string.h>

#include "identity.h"
#include "reader.h"

static double sample(const identity_source *from, size_t p, size_t y, size_t x) {
  const ptrdiff_t at = (ptrdiff_t)p * from->plane + (ptrdiff_t)y * from->row +
    (ptrdiff_t)x * from->column;
  return from->single ? from->single[at] : from->twofold[at];
}

// The plane, complex, without its mean and scaled by a power of two; 0 if it is not finite.
static int stage(
  identity_work *work, const moire_identities *identities, const identity_source *from, size_t p) {
  const size_t height = identities->height, width = identities->width, samples = height * width;
  complex_value *to = work->map;
  double sum = 0, most = 0;
  for (size_t y = 0; y < height; y += 1) {
    for (size_t x = 0; x < width; x += 1, to += 1) {
      *to = (complex_value){sample(from, p, y, x), 0};
      sum += to->re;
    }
  }
  if (!isfinite(sum)) { return 0; }
  const double mean = sum / (double)samples;
  for (size_t n = 0; n < samples; n += 1) {
    work->map[n].re -= mean;
    most = fmax(most, fabs(work->map[n].re));
  }
  work->energy = 0;
  // Nothing is left but the rounding of the mean.
  if (most <= 1e-14 * fabs(mean)) { most = 0; }
  int exponent = 0;
  frexp(most > 0 ? most : fabs(mean), &exponent);
  work->unit = ldexp(1, exponent);
  work->centre = mean / work->unit;
  for (size_t n = 0; n < samples; n += 1) {
    double *value = &work->map[n].re;
    *value = most > 0 ? *value / work->unit : 0;
    work->energy += *value * *value;
  }
  work->energy = (double)samples * (work->energy + (double)samples * work->centre * work->centre);
  return 1;
}

static void filter(const moire_identities *identities, const identity_work *work) {
  complex_value *value = work->map;
  for (size_t y = 0; y < identities->height; y += 1) {
    for (size_t x = 0; x < identities->width; x += 1, value += 1) {
      *value = complex_product(*value, moire_identity_gain(identities, y, x));
    }
  }
}

static void normalise(const moire_identities *identities, const identity_work *work) {
  const size_t samples = identities->height * identities->width;
  const double scale = 1 / (double)samples;
  for (size_t n = 0; n < samples; n += 1) {
    work->map[n].re *= scale;
    work->map[n].im *= scale;
  }
}

// Energy beside DC: what of the predicted energy the bin 0 does not hold.
static double energy_beside_dc(const moire_identities *identities, const identity_work *work) {
  const size_t samples = identities->height * identities->width;
  double sum = 0;
  for (size_t n = 1; n < samples; n += 1) { sum += complex_power(work->map[n]); }
  return sum;
}

static moire_plane_kind kind_of(double total, double rest, const identity_work *work,
  double constant) {
  if (!(total > 1e-24 * work->energy)) { return moire_plane_dead; }
  return rest < constant * total ? moire_plane_constant : moire_plane_alive;
}

static void scale(moire_comparison *comparison, double by) {
  comparison->predicted *= by;
  comparison->measured *= by;
}

static moire_comparison ratio(moire_comparison a, moire_comparison b, double times) {
  return (moire_comparison){
    times * a.predicted / b.predicted, times * a.measured / b.measured};
}

// The fractions of an alive plane, then everything in the caller's unit; 0 if that overflows.
static int finish(
  moire_identity_reading *reading, const moire_identities *identities,
  const identity_work *work) {
  const double shifts = (double)identities->stride_h * (double)identities->stride_w;
  const double samples = (double)identities->height * (double)identities->width;
  if (reading->kind == moire_plane_alive) {
    reading->alias_fraction = ratio(reading->deviation, reading->energy, 1);
    reading->shift_fraction = ratio(reading->shift_error, reading->energy, shifts);
    // The mean square is Σ_d ‖Z_d‖² S / N².
    reading->pool_fraction =
      ratio(reading->pool_variance, reading->energy, samples * samples / shifts);
  } else {
    *reading = (moire_identity_reading){.kind = reading->kind, .energy = reading->energy};
  }
  moire_comparison *powers[] = {
    &reading->energy,     &reading->deviation, &reading->shift_error,
    &reading->incoherent, &reading->coherent,  &reading->pool_variance};
  for (size_t i = 0; i < sizeof powers / sizeof *powers; i += 1) {
    scale(powers[i], work->unit);
    scale(powers[i], work->unit);
  }
  // Σ_k |X|² = S energy must fit as well.
  return isfinite(reading->energy.predicted * shifts) && isfinite(reading->energy.measured);
}

// What one of the identities says of the plane whose spectrum is in work->spectrum; the map is
// filled and, where nothing filters it, subsampled already.
static int read_spectrum(
  moire_identity_reading *reading, const moire_identities *identities, identity_work *work,
  const identity_source *from) {
  moire_identity_reading result = {0};
  fftw_complex *map = (fftw_complex *)work->map;
  const size_t samples = identities->height * identities->width;
  if (work->spectrum != work->map) {
    memcpy(work->map, work->spectrum, samples * sizeof *work->map);
  }
  filter(identities, work);
  moire_identity_predict(&result, identities, work);
  const double shifts = (double)identities->stride_h * (double)identities->stride_w;
  result.kind = kind_of(
    result.energy.predicted * shifts, energy_beside_dc(identities, work), work, from->constant);
  if (identities->filtered) {
    fftw_execute_dft(identities->inverse->twofold, map, map);
    normalise(identities, work);
    moire_identity_subsample(identities, work);
  }
  moire_identity_measure(&result, identities, work);
  if (!finish(&result, identities, work)) { return 0; }
  *reading = result;
  return 1;
}

int moire_identity_read_plane(
  moire_identity_reading *readings, size_t stride, const moire_identities *const *identities,
  size_t count, identity_work *work, const identity_source *from, size_t p) {
  const size_t samples = identities[0]->height * identities[0]->width;
  int transformed = 0;
  for (size_t i = 0; i < count; i += 1) {
    // The samples themselves are needed at first, and where no filter makes others of them.
    if (!transformed || !identities[i]->filtered) {
      if (!stage(work, identities[i], from, p)) { return 0; }
    }
    if (!identities[i]->filtered) { moire_identity_subsample(identities[i], work); }
    if (!transformed) {
      if (work->spectrum != work->map) {
        memcpy(work->spectrum, work->map, samples * sizeof *work->map);
      }
      fftw_complex *spectrum = (fftw_complex *)work->spectrum;
      fftw_execute_dft(identities[i]->forward->twofold, spectrum, spectrum);
      transformed = 1;
    }
    if (!read_spectrum(&readings[i * stride], identities[i], work, from)) { return 0; }
  }
  return 1;
}
