#include <math.h>
#include <stdint.h>

#include "alignment.h"
#include "reader.h"

// Sums over the windowed samples, needed where Parseval cannot use the caller's own.
typedef struct window_sums {
  double sum[MOIRE_LANES], square[MOIRE_LANES];
} window_sums;

static void add_row(window_sums *sums, const lanes *row, size_t width) {
  for (size_t x = 0; x < width; x += 1) {
    for (size_t p = 0; p < MOIRE_LANES; p += 1) {
      const double v = (double)row[x][p];
      sums->sum[p] += v;
      sums->square[p] += v * v;
    }
  }
}

// All rows at once of a small map whose planes lie side by side.
static int transform_small(
  const moire_reader *reader, const moire_workspace *parts, const moire_group *group,
  int measured) {
  if (!reader->small || measured || group->count < MOIRE_LANES || group->plane != 1) { return 0; }
  const ptrdiff_t width = (ptrdiff_t)reader->grid_w;
  moire_group_stage_all(parts->staged, group, reader);
  moire_line_execute(
    &reader->row, parts->map, (ptrdiff_t)reader->pitch, parts->staged, 1, width, reader->grid_h,
    parts->scratch);
  return 1;
}

// Where no power is asked for, the columns from reader->outside on are summed here, row by row.
static void transform_rows(
  const moire_reader *reader, const moire_workspace *parts, moire_group *group,
  window_sums *window, moire_pair_sums *alias, int measured) {
  const size_t width = reader->grid_w;
  const double copies = reader->mirror ? 2 : 1, factor = copies * (double)reader->grid_h;
  for (size_t y = 0; y < reader->options.height; y += 1) {
    moire_group_stage(parts->stage, group, reader, y);
    if (reader->windowed) { add_row(window, parts->stage, reader->options.width); }
    lanes *row = parts->map + y * reader->pitch;
    moire_line_execute(&reader->row, row, 0, parts->stage, 1, 0, 1, parts->scratch);
    if (alias) { moire_row_energy(alias, row, reader->outside, width, factor); }
    if (measured) { moire_measure_row(reader, parts, parts->stage, y); }
  }
}

// The same until the group is scaled by its exact sums or as well; the first plane that is not
// finite, or `count`.
static size_t transform_confirmed(
  const moire_reader *reader, const moire_workspace *parts, moire_group *group,
  window_sums *window, moire_pair_sums *alias, int measured) {
  transform_rows(reader, parts, group, window, alias, measured);
  if (!group->guessed) { return group->count; }
  const size_t fault = moire_group_confirm(group, reader);
  if (fault < group->count || !group->guessed) { return fault; }
  group->guessed = 0;
  *window = (window_sums){0};
  if (alias) { *alias = (moire_pair_sums){0}; }
  if (!group->silent) { transform_rows(reader, parts, group, window, alias, measured); }
  return group->count;
}

static moire_energies plane_energies(
  const moire_reader *reader, const moire_group *group, const window_sums *window,
  const moire_pair_sums *alias, size_t p) {
  const double samples = (double)reader->options.height * (double)reader->options.width;
  const double unit = group->unit[p];
  double sum = group->sum[p], square = group->square[p];
  if (reader->windowed) {
    const double centre = unit > 0 ? group->centre[p] : sum / samples;
    const double rest = unit * window->sum[p];
    sum = rest + samples * centre;
    square = unit * unit * window->square[p] + centre * (2 * rest + samples * centre);
  }
  const double copies = reader->mirror ? 4 : 1;
  moire_energies energies = {
    copies * copies * samples * square, copies * copies * sum * sum,
    unit * unit * moire_pair_energy(alias, p)};
  energies.dc = fmin(energies.dc, energies.total);
  energies.alias = fmin(energies.alias, energies.total - energies.dc);
  // A window may leave a plane constant that was not.
  if (moire_plane_kind_of(energies) != moire_plane_alive) { energies.alias = 0; }
  return energies;
}

// One group into the outputs and its DC energy into `dc`; the first plane that is not finite, or
// `count`.
static size_t read_group(
  const moire_reader *reader, const moire_workspace *parts, moire_group *group,
  moire_energies *energies, moire_registration *registrations, double *plane_power, int pooled,
  double *dc) {
  const size_t bins = reader->grid_h * (reader->grid_w / 2 + 1);
  size_t end = reader->grid_w / 2 + 1;
  window_sums window = {0};
  moire_pair_sums alias = {0};
  if (!group->silent) {
    const int measured = registrations != NULL;
    if (!transform_small(reader, parts, group, measured)) {
      moire_pair_sums *early = pooled || plane_power ? NULL : &alias;
      if (early) { end = reader->outside; }
      const size_t fault = transform_confirmed(reader, parts, group, &window, early, measured);
      if (fault < group->count) { return fault; }
    }
  }
  if (!group->silent) {
    moire_group_columns(&alias, plane_power, reader, parts, group, pooled, end);
  } else if (plane_power) {
    memset(plane_power, 0, group->count * bins * sizeof(double));
  }
  for (size_t p = 0; p < group->count; p += 1) {
    const moire_energies plane = plane_energies(reader, group, &window, &alias, p);
    *dc += plane.dc;
    if (energies) { energies[p] = plane; }
    if (plane_power) { plane_power[p * bins] = plane.dc; }
  }
  if (registrations) { moire_measure(registrations, reader, parts, group); }
  return group->count;
}

static void add_power(
  double *restrict power, const double *restrict columns, const moire_reader *reader) {
  const size_t width = reader->grid_w / 2 + 1, height = reader->grid_h;
  for (size_t y = 0; y < height; y += 1) {
    for (size_t x = 0; x < width; x += 1) { power[y * width + x] += columns[x * height + y]; }
  }
}

static moire_status check(
  const moire_reader *reader, const moire_planes *planes, const moire_reading *reading,
  const void *workspace, size_t workspace_bytes) {
  if (!reader || !planes || !reading || !workspace || (!planes->data && planes->count > 0)) {
    return moire_null_argument;
  }
  if (!moire_stands(planes->data, _Alignof(float))) { return moire_invalid_argument; }
  if (reading->registrations && !reader->exact) { return moire_not_exact; }
  const int measured = reading->registrations != NULL;
  return workspace_bytes < moire_workspace_layout(NULL, reader, measured, NULL)
    ? moire_workspace_too_small
    : moire_ok;
}

moire_status moire_reader_read(
  const moire_reader *reader, const moire_planes *planes, moire_reading *reading, void *workspace,
  size_t workspace_bytes) {
  const moire_status status = check(reader, planes, reading, workspace, workspace_bytes);
  if (status != moire_ok) { return status; }
  moire_workspace parts;
  moire_workspace_layout(&parts, reader, reading->registrations != NULL, workspace);
  const int pooled = reading->power != NULL;
  const size_t bins = reader->grid_h * (reader->grid_w / 2 + 1);
  if (pooled) { memset(parts.power, 0, bins * sizeof(double)); }
  double dc = 0;
  for (size_t first = 0; first < planes->count; first += MOIRE_LANES) {
    const size_t left = planes->count - first;
    moire_group group = {
      .data = planes->data + (ptrdiff_t)first * planes->plane_stride,
      .count = left < MOIRE_LANES ? left : MOIRE_LANES,
      .plane = planes->plane_stride,
      .row = planes->row_stride,
      .column = planes->column_stride};
    moire_group_turn(&group, reader, parts.turned);
    size_t fault = moire_group_prepare(&group, reader);
    if (fault == group.count) {
      fault = read_group(
        reader, &parts, &group, reading->energies ? reading->energies + first : NULL,
        reading->registrations ? reading->registrations + first : NULL,
        reading->plane_power ? reading->plane_power + first * bins : NULL, pooled, &dc);
    }
    if (fault < group.count) {
      reading->not_finite_plane = first + fault;
      return moire_not_finite;
    }
  }
  if (pooled) {
    // The transforms see planes without their means: DC comes from the sums of the samples.
    parts.power[0] = dc;
    add_power(reading->power, parts.power, reader);
  }
  return moire_ok;
}

moire_plane_kind moire_plane_kind_of(moire_energies energies) {
  if (!(energies.total > 0)) { return moire_plane_dead; }
  return energies.total - energies.dc < 1e-12 * energies.total ? moire_plane_constant
                                                               : moire_plane_alive;
}
