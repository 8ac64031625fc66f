#ifndef MOIRE_RESAMPLE_ENGINE_H
#define MOIRE_RESAMPLE_ENGINE_H

#include "resample_axis.h"

// Two axes, and how their lines lie in a workspace.
struct moire_resampler {
  moire_precision precision;
  moire_axis height, width;
  // Whether planes are scaled one by one: where packed pairs go through transforms.
  int scaled;
  // Columns staged at a time, and vectors from row to row of what is staged.
  size_t tile, stage_pitch;
  // Vectors from column to column of the columns that are done, odd.
  size_t column_pitch;
  // Rows finished at a time.
  size_t rows;
};

// Where the parts of a workspace lie; all of them 64-byte vectors.
typedef struct moire_resample_parts {
  void *stage, *columns, *finished, *scratch;
} moire_resample_parts;

// Takes over both axes, also when it fails.
moire_status moire_resampler_make(
  moire_resampler **resampler, moire_axis *height, moire_axis *width);

// Bytes, and the parts when `base` is given; 0 on overflow.
size_t moire_resample_layout(
  moire_resample_parts *parts, const moire_resampler *resampler, void *base);

// Adds `count` vectors to a workspace of `*vectors` so far.
void moire_workspace_add(size_t *vectors, size_t count, int *overflow);

// Sixteen planes or fewer of one size, where each value enters as value · gain and leaves as
// value · unit; lanes of planes that are not finite are staged as zeros.
typedef struct moire_sheet {
  const float *data;
  size_t count, height, width;
  ptrdiff_t plane, row, column;
  lanes gain, unit;
  unsigned lost;
} moire_sheet;

typedef struct moire_sheet_double {
  const double *data;
  size_t count, height, width;
  ptrdiff_t plane, row, column;
  wide_lanes gain, unit;
  unsigned lost;
} moire_sheet_double;

// Gain and unit 1, nothing lost.
void moire_sheet_plain(moire_sheet *sheet);
void moire_sheet_plain_double(moire_sheet_double *sheet);

// Scales each plane to a largest magnitude of ½ … 1 and marks those that are not finite.
void moire_sheet_scale(moire_sheet *sheet);
void moire_sheet_scale_double(moire_sheet_double *sheet);

// Scales lane p from its largest magnitude, as bits without the sign.
void moire_sheet_scale_lane(moire_sheet *sheet, size_t p, unsigned bits);
void moire_sheet_scale_lane_double(moire_sheet_double *sheet, size_t p, unsigned long long bits);

// Columns first … first + count - 1 of rows y … y + rows - 1 into out[row pitch + column]. Lanes
// without a plane hold copies of the first one.
void moire_sheet_stage(
  lanes *out, size_t pitch, const moire_sheet *sheet, size_t y, size_t rows, size_t first,
  size_t count);
void moire_sheet_stage_double(
  wide_lanes *out, size_t pitch, const moire_sheet_double *sheet, size_t y, size_t rows,
  size_t first, size_t count);

// Rows y … y + rows - 1 of `width` vectors to the output of the sheet's planes.
void moire_sheet_store(
  const moire_output *output, const moire_sheet *sheet, const lanes *from, size_t width, size_t y,
  size_t rows);
void moire_sheet_store_double(
  const moire_output_double *output, const moire_sheet_double *sheet, const wide_lanes *from,
  size_t width, size_t y, size_t rows);

// Resamples one sheet to `output`, which points to its first plane.
void moire_resample_sheet(
  const moire_resampler *resampler, const moire_output *output, moire_sheet *sheet,
  const moire_resample_parts *parts);
void moire_resample_sheet_double(
  const moire_resampler *resampler, const moire_output_double *output, moire_sheet_double *sheet,
  const moire_resample_parts *parts);

#endif
