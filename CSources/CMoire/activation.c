#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "activation_engine.h"
#include "reader.h"

static void destroy_grid(moire_activation_grid *grid) {
  moire_axis_destroy(&grid->up_height);
  moire_axis_destroy(&grid->up_width);
  moire_axis_destroy(&grid->down_height);
  moire_axis_destroy(&grid->down_width);
}

static moire_status make_pair(
  moire_axis *up, moire_axis *down, size_t size, size_t fine,
  const moire_activation_options *options) {
  const moire_ideal there = {
    size, fine, 0, moire_band_edge_drop, options->precision, options->planning};
  const moire_ideal back = {
    fine, size, 0, moire_band_edge_drop, options->precision, options->planning};
  const moire_status status = moire_axis_make_ideal(up, &there);
  return status == moire_ok ? moire_axis_make_ideal(down, &back) : status;
}

static moire_status make_grid(
  moire_activation_grid *grid, size_t factor, const moire_activation_options *options) {
  int overflow = 0;
  const size_t tall = moire_product(options->height, factor, &overflow);
  const size_t wide = moire_product(options->width, factor, &overflow);
  if (overflow) { return moire_size_overflow; }
  grid->factor = factor;
  moire_status status =
    make_pair(&grid->up_height, &grid->down_height, options->height, tall, options);
  if (status == moire_ok) {
    status = make_pair(&grid->up_width, &grid->down_width, options->width, wide, options);
  }
  if (status != moire_ok) { return status; }
  grid->row_pitch = wide | 1;
  grid->column_pitch = options->height | 1;
  const size_t rows = (256 + options->width - 1) / options->width;
  grid->rows = rows < options->height ? rows : options->height;
  // The upsampled columns of a tile stay in a second-level cache while φ is applied.
  const size_t fitting = 4096 / tall;
  grid->tile = fitting < 1 ? 1 : fitting < wide ? fitting : wide;
  return moire_ok;
}

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

static size_t grid_scratch(const moire_activation_grid *grid, int *overflow) {
  const size_t up = larger(
    moire_axis_scratch(&grid->up_height, overflow), moire_axis_scratch(&grid->up_width, overflow));
  const size_t down = larger(
    moire_axis_scratch(&grid->down_height, overflow),
    moire_axis_scratch(&grid->down_width, overflow));
  return larger(up, down);
}

static size_t layout(
  moire_activation_parts *parts, const moire_activation *activation,
  const moire_activation_grid *grid, void *base) {
  const size_t height = activation->options.height, width = activation->options.width;
  int overflow = 0;
  const size_t sizes[7] = {
    moire_product(grid->rows, width, &overflow),
    moire_product(grid->row_pitch, height, &overflow),
    moire_product(grid->tile, grid->up_height.to, &overflow),
    moire_product(grid->column_pitch, grid->up_width.to, &overflow),
    moire_product(grid->rows, width, &overflow),
    grid_scratch(grid, &overflow),
    // Sixteen doubles a column take two vectors, four times over.
    moire_product(width, 8, &overflow)};
  size_t vectors = 1;
  void *at[7] = {0};
  lanes *from = base ? (lanes *)((char *)base + (0 - (uintptr_t)base) % sizeof(lanes)) : NULL;
  for (size_t i = 0; i < 7; i += 1) {
    if (base) { at[i] = from + vectors - 1; }
    moire_workspace_add(&vectors, sizes[i], &overflow);
  }
  if (base) {
    *parts = (moire_activation_parts){at[0], at[1], at[2], at[3], at[4], at[5], at[6]};
  }
  const size_t bytes = moire_product(vectors, sizeof(lanes), &overflow);
  return overflow ? 0 : bytes;
}

size_t moire_activation_workspace_size(const moire_activation *activation) {
  if (!activation) { return 0; }
  const size_t once = layout(NULL, activation, &activation->grid, NULL);
  return activation->options.doubled
    ? larger(once, layout(NULL, activation, &activation->doubled, NULL))
    : once;
}

static moire_status check(const moire_activation_options *options) {
  const int custom = options->pointwise == moire_pointwise_custom;
  const int polynomial = options->pointwise == moire_pointwise_polynomial;
  const int wide = options->precision == moire_precision_double;
  if (options->height == 0 || options->width == 0 || options->factor == 0 ||
      (unsigned)options->pointwise > moire_pointwise_custom || !isfinite(options->alpha) ||
      (unsigned)options->precision > moire_precision_double ||
      (unsigned)options->planning > moire_planning_measure ||
      (polynomial && options->coefficient_count == 0)) {
    return moire_invalid_argument;
  }
  if (custom && (wide ? !options->function_double : !options->function)) {
    return moire_invalid_argument;
  }
  return polynomial && !options->coefficients ? moire_null_argument : moire_ok;
}

static moire_status copy_coefficients(moire_activation *made) {
  if (made->options.pointwise != moire_pointwise_polynomial) { return moire_ok; }
  int overflow = 0;
  const size_t bytes =
    moire_product(made->options.coefficient_count, sizeof(double), &overflow);
  if (overflow) { return moire_size_overflow; }
  made->coefficients = malloc(bytes);
  if (!made->coefficients) { return moire_no_memory; }
  memcpy(made->coefficients, made->options.coefficients, bytes);
  return moire_ok;
}

moire_status moire_activation_create(
  moire_activation **activation, const moire_activation_options *options) {
  if (!activation || !options) { return moire_null_argument; }
  moire_status status = check(options);
  if (status != moire_ok) { return status; }
  moire_activation *made = calloc(1, sizeof *made);
  if (!made) { return moire_no_memory; }
  made->options = *options;
  status = copy_coefficients(made);
  if (status == moire_ok) { status = make_grid(&made->grid, options->factor, options); }
  if (status == moire_ok && options->doubled) {
    status = options->factor > SIZE_MAX / 2
      ? moire_size_overflow
      : make_grid(&made->doubled, 2 * options->factor, options);
  }
  if (status == moire_ok && moire_activation_workspace_size(made) == 0) {
    status = moire_size_overflow;
  }
  if (status != moire_ok) {
    moire_activation_destroy(made);
    return status;
  }
  *activation = made;
  return moire_ok;
}

void moire_activation_destroy(moire_activation *activation) {
  if (!activation) { return; }
  destroy_grid(&activation->grid);
  destroy_grid(&activation->doubled);
  free(activation->coefficients);
  free(activation);
}

void moire_activation_layout(
  moire_activation_parts *parts, const moire_activation *activation,
  const moire_activation_grid *grid, void *workspace) {
  layout(parts, activation, grid, workspace);
}
