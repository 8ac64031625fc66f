#ifndef MOIRE_FIR_H
#define MOIRE_FIR_H

#include "moire/planes.h"

MOIRE_BEGIN

/// One axis of a filter that subsamples: y[i] = Σ_t taps[t] x[i stride - lead + t], i = 0 …
/// output-1.
typedef struct moire_fir_axis {
  /// [count], finite; copied.
  const double *MOIRE_NULLABLE taps;
  /// 1 or more.
  size_t count;
  /// 1 or more.
  size_t stride;
  /// Samples that the first output reaches before the axis; negative where it starts behind x[0].
  ptrdiff_t lead;
  /// 1 or more.
  size_t input;
  /// 0 stands for ⌈input / stride⌉. May be any size: what lies behind the end goes by the padding.
  size_t output;
  moire_padding padding;
} moire_fir_axis;

/// A separable filter: along the height, then along the width.
typedef struct moire_fir_options {
  moire_fir_axis height, width;
} moire_fir_options;

/// A separable filter with subsampling for maps of one size; immutable once made, so that any
/// number of threads may use it at once, each with a workspace of its own.
typedef struct moire_fir moire_fir;

/// Makes the tables of a filter: O(output · count) memory per axis, no transform is planned.
///
/// moire_invalid_argument for a size, a stride or a tap count of 0, taps that are not finite and an
/// unknown padding; moire_size_overflow where positions or tables cannot be counted.
moire_status moire_fir_create(
  moire_fir *MOIRE_NULLABLE *MOIRE_NULLABLE fir, const moire_fir_options *MOIRE_NULLABLE options);
void moire_fir_destroy(moire_fir *MOIRE_NULLABLE fir);

/// The size of the filtered map; 0 for NULL, as the workspace.
size_t moire_fir_output_height(const moire_fir *MOIRE_NULLABLE fir);
size_t moire_fir_output_width(const moire_fir *MOIRE_NULLABLE fir);

/// Bytes of workspace that serve every call with this filter, in float and in double; a few rows of
/// one map. A workspace needs no alignment and no initialisation.
size_t moire_fir_workspace_size(const moire_fir *MOIRE_NULLABLE fir);

/// Filters planes [input height][input width] to planes [output height][output width].
///
/// Each output is summed tap by tap in the planes' own precision, along the height first. A sample
/// that is not finite makes exactly those outputs not finite that its taps reach. Layouts: any
/// strides; fast where the columns or the planes of both sides are contiguous. Input and output
/// must not overlap (the same address is refused as moire_invalid_argument). Planes are
/// independent: to work on several threads give each a range of them. Cost per plane: count_h ·
/// output_h · input_w + count_w · output_h · output_w multiply-adds, one pass over memory.
moire_status moire_fir_execute(
  const moire_fir *MOIRE_NULLABLE fir, const moire_planes *MOIRE_NULLABLE input,
  const moire_output *MOIRE_NULLABLE output, void *MOIRE_NULLABLE workspace,
  size_t workspace_bytes);

/// The same in double precision.
moire_status moire_fir_execute_double(
  const moire_fir *MOIRE_NULLABLE fir, const moire_planes_double *MOIRE_NULLABLE input,
  const moire_output_double *MOIRE_NULLABLE output, void *MOIRE_NULLABLE workspace,
  size_t workspace_bytes);

/// The transpose Aᵀ of the filter A, which carries gradients back: planes of the output's size to
/// planes of the input's size, ⟨A x, y⟩ = ⟨x, Aᵀ y⟩. Written, not added. Otherwise as
/// moire_fir_execute.
moire_status moire_fir_adjoint(
  const moire_fir *MOIRE_NULLABLE fir, const moire_planes *MOIRE_NULLABLE input,
  const moire_output *MOIRE_NULLABLE output, void *MOIRE_NULLABLE workspace,
  size_t workspace_bytes);

/// The same in double precision.
moire_status moire_fir_adjoint_double(
  const moire_fir *MOIRE_NULLABLE fir, const moire_planes_double *MOIRE_NULLABLE input,
  const moire_output_double *MOIRE_NULLABLE output, void *MOIRE_NULLABLE workspace,
  size_t workspace_bytes);

MOIRE_END

#endif
