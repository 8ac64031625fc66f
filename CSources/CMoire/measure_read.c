#include <stdint.h>

#include "alignment.h"
#include "identity.h"
#include "lanes.h"

static size_t spectrum_bytes(const moire_identities *identities) {
  const size_t samples = identities->height * identities->width;
  return (samples * sizeof(complex_value) + sizeof(lanes) - 1) / sizeof(lanes) * sizeof(lanes);
}

static moire_status read_all(
  const moire_identities *const *identities, size_t count, moire_identity_reading *readings,
  size_t *fault, const identity_source *from, void *workspace, size_t workspace_bytes) {
  if (!identities || !workspace) { return moire_null_argument; }
  for (size_t i = 0; i < count; i += 1) {
    if (!identities[i]) { return moire_null_argument; }
    if (identities[i]->height != identities[0]->height ||
        identities[i]->width != identities[0]->width) {
      return moire_invalid_argument;
    }
  }
  if (workspace_bytes < moire_identities_each_workspace_size(identities, count)) {
    return moire_workspace_too_small;
  }
  if (from->count == 0 || count == 0) { return moire_ok; }
  if (!readings || (!from->single && !from->twofold)) { return moire_null_argument; }
  if (!moire_stands(from->single, _Alignof(float)) ||
      !moire_stands(from->twofold, _Alignof(double))) {
    return moire_invalid_argument;
  }
  const size_t unit = sizeof(lanes) / sizeof(complex_value);
  const size_t samples = identities[0]->height * identities[0]->width;
  identity_work work = {0};
  work.map = (complex_value *)((char *)workspace + (0 - (uintptr_t)workspace) % sizeof(lanes));
  work.spectrum = work.map;
  if (count > 1) { work.map += spectrum_bytes(identities[0]) / sizeof(complex_value); }
  work.parts = work.map + (samples + unit - 1) / unit * unit;
  for (size_t p = 0; p < from->count; p += 1) {
    if (!moire_identity_read_plane(&readings[p], from->count, identities, count, &work, from, p)) {
      if (fault) { *fault = p; }
      return moire_not_finite;
    }
  }
  return moire_ok;
}

size_t moire_identities_each_workspace_size(
  const moire_identities *const *identities, size_t count) {
  size_t most = 0;
  for (size_t i = 0; identities && i < count; i += 1) {
    const size_t own = moire_identities_workspace_size(identities[i]);
    most = own > most ? own : most;
  }
  return most && count > 1 && identities[0] ? most + spectrum_bytes(identities[0]) : most;
}

moire_status moire_identities_read_each(
  const moire_identities *const *identities, size_t count, moire_identity_reading *readings,
  size_t *fault, const moire_planes *planes, void *workspace, size_t workspace_bytes) {
  if (!planes) { return moire_null_argument; }
  const identity_source from = {
    planes->data, NULL, planes->count, planes->plane_stride, planes->row_stride,
    planes->column_stride, 1e-12};
  return read_all(identities, count, readings, fault, &from, workspace, workspace_bytes);
}

moire_status moire_identities_read(
  const moire_identities *identities, moire_identity_reading *readings, size_t *fault,
  const moire_planes *planes, void *workspace, size_t workspace_bytes) {
  return moire_identities_read_each(
    &identities, 1, readings, fault, planes, workspace, workspace_bytes);
}

moire_status moire_identities_read_double(
  const moire_identities *identities, moire_identity_reading *readings, size_t *fault,
  const moire_planes_double *planes, void *workspace, size_t workspace_bytes) {
  if (!planes) { return moire_null_argument; }
  const identity_source from = {
    NULL, planes->data, planes->count, planes->plane_stride, planes->row_stride,
    planes->column_stride, 1e-24};
  return read_all(&identities, 1, readings, fault, &from, workspace, workspace_bytes);
}
