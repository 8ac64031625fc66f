#ifndef MOIRE_ACTIVATION_ENGINE_H
#define MOIRE_ACTIVATION_ENGINE_H

#include "resample_engine.h"

// The way up to u times the size and back, per axis.
typedef struct moire_activation_grid {
  size_t factor;
  moire_axis up_height, up_width, down_height, down_width;
  // Rows of the upsampled width, and columns of the original height: vectors a line, odd.
  size_t row_pitch, column_pitch;
  // Rows that go up, columns that go up and down, and rows that are finished in one go.
  size_t rows, tile;
} moire_activation_grid;

struct moire_activation {
  moire_activation_options options;
  // Owned; NULL without a polynomial.
  double *coefficients;
  moire_activation_grid grid, doubled;
};

// Where the parts of a workspace lie; all of them 64-byte vectors but the last.
typedef struct moire_activation_parts {
  // [rows][W], [H][row pitch], [tile][u H], [u W][column pitch], [rows][W], scratch.
  void *stage, *raised, *tall, *columns, *finished, *scratch;
  // Of φ(x) and of φ(x) - r: Σ_y (-1)^y of every column, then one row, each [W][lanes].
  double *columns_of_both;
} moire_activation_parts;

// ‖φ(x)‖² and ‖φ(x) - r‖² of one plane, bins at N/2 left out.
typedef struct moire_activation_sums {
  double total, alias;
} moire_activation_sums;

void moire_activation_layout(
  moire_activation_parts *parts, const moire_activation *activation,
  const moire_activation_grid *grid, void *workspace);

// φ of `count` values.
void moire_activation_apply(const moire_activation *activation, float *values, size_t count);
void moire_activation_apply_double(
  const moire_activation *activation, double *values, size_t count);

// One sheet through one grid: to `output` and into `sums`, one a lane, where they are not NULL.
void moire_activate_sheet(
  const moire_activation *activation, const moire_activation_grid *grid,
  const moire_output *output, moire_activation_sums *sums, const moire_sheet *sheet,
  const moire_activation_parts *parts);
void moire_activate_sheet_double(
  const moire_activation *activation, const moire_activation_grid *grid,
  const moire_output_double *output, moire_activation_sums *sums,
  const moire_sheet_double *sheet, const moire_activation_parts *parts);

#endif
