#ifndef MOIRE_READER_H
#define MOIRE_READER_H

#include "lanes.h"
#include "line.h"
#include "moire.h"

struct moire_reader {
  moire_reader_options options;
  // The transformed grid and, for an exact reader, the subsampled one.
  size_t grid_h, grid_w, box_h, box_w, shifts;
  // Lanes from row to row of the row transforms: odd, so that a column meets every cache set.
  size_t pitch, box_pitch;
  // Columns that are transformed in one go.
  size_t tile;
  // Whether the map is small and enters the transform as it is.
  int small;
  // From this stored column on every bin lies outside the box.
  size_t outside;
  int exact, mirror, windowed;
  moire_line row, column, box_row, box_column;
  // [grid_w / 2 + 1][grid_h]: what a stored bin weighs in the alias energy.
  float *alias_weight;
  float *window_h, *window_w;
  // exp(-2πi k d / N) for the bins k of the box, [box][stride].
  moire_factor *phase_h, *phase_w;
};

// Columns of power per plane that are written together: one cache line of doubles a row.
enum { MOIRE_PLANE_COLUMNS = 8 };

// Samples up to which maps are small: a whole group stays in a first-level cache.
enum { MOIRE_SMALL_MAP = 200 };

// Where the parts of a workspace lie.
typedef struct moire_workspace {
  lanes *stage, *scratch, *map, *columns, *plane_columns;
  // Of small maps: a group side by side, and all of its staged rows.
  lanes *turned, *staged;
  lanes *box_maps, *box_columns, *registered;
  moire_factor *phases;
  double *power;
} moire_workspace;

// Sixteen planes or fewer, and how they enter the transforms: value · gain + offset.
typedef struct moire_group {
  const float *data;
  size_t count;
  ptrdiff_t plane, row, column;
  lanes gain, offset;
  // 1 / gain (0 for a plane that is left out), the value taken for the mean, and the exact sums.
  double unit[MOIRE_LANES], centre[MOIRE_LANES], sum[MOIRE_LANES], square[MOIRE_LANES];
  // No plane varies.
  int silent;
  // Mean and unit come from some of the rows, and the sums add up while the rows are staged.
  int guessed;
} moire_group;

// Sums of squares of a ± b over the bins of a packed transform, lane by lane; see
// moire_column_energy for how they become the energies of the two planes.
typedef struct moire_pair_sums {
  double sum[MOIRE_LANES], difference[MOIRE_LANES];
} moire_pair_sums;

// The bytes of a workspace, and its parts when `base` is given; 0 on overflow.
size_t moire_workspace_layout(
  moire_workspace *parts, const moire_reader *reader, int measured, void *base);

// Sixteen planes of a small map side by side.
void moire_group_turn(moire_group *group, const moire_reader *reader, lanes *turned);

// Scaling of a group: of a small one by its exact sums, of a large one guessed from some of its rows.
// The first plane that is not finite, or `count`.
size_t moire_group_prepare(moire_group *group, const moire_reader *reader);

// After all rows of a group that is `guessed` were staged and its sums are exact: the first plane
// that is not finite, or `count`. Where the guess was bad the group is scaled by its sums, `guessed`
// stays, and the rows are to be staged once more.
size_t moire_group_confirm(moire_group *group, const moire_reader *reader);

// Adds the sums of `rows` rows of `width` samples from row `first` on.
void moire_group_add_sums(moire_group *group, size_t first, size_t rows, size_t width);

// Row `y` of a group into `row`, centred, scaled and windowed; adds up the sums of a group that is
// `guessed`.
void moire_group_stage(lanes *row, moire_group *group, const moire_reader *reader, size_t y);

// All rows of a small map whose planes lie side by side, as moire_group_stage does it.
void moire_group_stage_all(
  lanes *rows, const moire_group *group, const moire_reader *reader);

// Transforms the columns up to `end` of a group's transformed rows, and their mirror images: adds
// the alias energy to `alias`, the power to the workspace's where it is pooled, and takes it into
// `plane_power` where there is one.
void moire_group_columns(
  moire_pair_sums *alias, double *plane_power, const moire_reader *reader,
  const moire_workspace *parts, const moire_group *group, int pooled, size_t end);

// Adds to `sums` the alias energy of the packed column a = Z[., k_w], b = Z[., -k_w], and to
// `power` [height] the pooled power of its bins.
void moire_column_energy(
  moire_pair_sums *sums, double *power, const lanes *a, const lanes *b, size_t height,
  const float *alias_weight, const lanes *gain_sum, const lanes *gain_difference, double factor);

// Adds to `sums` the energy of the columns first … width / 2 of one transformed row, which lie
// outside the box for every k_h: Parseval along the column spares them its transform.
void moire_row_energy(
  moire_pair_sums *sums, const lanes *row, size_t first, size_t width, double factor);

// Takes the packed column a = Z[., k_w], b = Z[., -k_w] into the power of each plane [group][grid
// height][grid width / 2 + 1]; columns come in order, and are written some at a time.
void moire_plane_power_column(
  double *power, const moire_reader *reader, const moire_workspace *parts,
  const moire_group *group, const lanes *a, const lanes *b, size_t column);

// Energy of plane `lane` from sums of 4 |Z|².
double moire_pair_energy(const moire_pair_sums *sums, size_t lane);

// Rows of one staged line into the maps of the subsamplings, and the registration of all of them.
void moire_measure_row(
  const moire_reader *reader, const moire_workspace *parts, const lanes *stage, size_t y);
void moire_measure(
  moire_registration *registrations, const moire_reader *reader, const moire_workspace *parts,
  const moire_group *group);

// Whether bin k of an axis of `size` lies in the box of `stride`.
int moire_inside(size_t k, size_t size, size_t stride);

// size_t arithmetic that remembers an overflow.
static inline size_t moire_product(size_t a, size_t b, int *overflow) {
  size_t result;
  *overflow |= __builtin_mul_overflow(a, b, &result);
  return result;
}

#endif
