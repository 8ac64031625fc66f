#ifndef MOIRE_IDENTITY_H
#define MOIRE_IDENTITY_H

#include "plan.h"

typedef struct complex_value {
  double re, im;
} complex_value;

static inline complex_value complex_product(complex_value a, complex_value b) {
  return (complex_value){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

static inline double complex_power(complex_value a) { return a.re * a.re + a.im * a.im; }

struct moire_identities {
  size_t height, width, stride_h, stride_w, box_h, box_w;
  // From one subsampling to the next in the workspace: whole lanes.
  size_t box_pitch;
  size_t workspace;
  int filtered;
  // H[k_h], H[k_w]; 1 where there is no filter.
  complex_value *gain_h, *gain_w;
  // H[k_h][k_w] besides; NULL where there is none.
  double *gain_plane;
  // exp(-2πi k d / N) for the bins k of the box, [box][stride].
  complex_value *phase_h, *phase_w;
  moire_plan *forward, *inverse, *box;
};

// One plane on its way: [height][width], and [shift][box height][box width].
typedef struct identity_work {
  complex_value *map, *parts;
  // The plane's spectrum before any filter; the map itself where only one of the identities reads it.
  complex_value *spectrum;
  // What the samples were scaled by, inverted, and what was taken off: c / unit.
  double unit, centre;
  // Of the centred and scaled map, before the filter.
  double energy;
} identity_work;

// The gain of one bin of the full grid.
static inline complex_value moire_identity_gain(
  const moire_identities *identities, size_t y, size_t x) {
  const complex_value gain = complex_product(identities->gain_h[y], identities->gain_w[x]);
  const double plane = identities->gain_plane
    ? identities->gain_plane[y * identities->width + x] : 1;
  return (complex_value){gain.re * plane, gain.im * plane};
}

// The plane's spectrum, filtered, in work->map: what the one spectrum says.
void moire_identity_predict(
  moire_identity_reading *reading, const moire_identities *identities, const identity_work *work);

// The map into its S subsamplings.
void moire_identity_subsample(const moire_identities *identities, const identity_work *work);

// The subsamplings transformed, registered and compared: what shifting says.
void moire_identity_measure(
  moire_identity_reading *reading, const moire_identities *identities, const identity_work *work);

// Planes of either precision.
typedef struct identity_source {
  const float *single;
  const double *twofold;
  size_t count;
  ptrdiff_t plane, row, column;
  // Energy beside DC, as a share of the total, below which a plane is constant.
  double constant;
} identity_source;

// One plane, its forward transform done once for all identities; readings[i * stride] is the i-th's.
// 0 where the plane is not finite.
int moire_identity_read_plane(
  moire_identity_reading *readings, size_t stride, const moire_identities *const *identities,
  size_t count, identity_work *work, const identity_source *from, size_t p);

#endif
