#ifndef MOIRE_ACTIVATION_H
#define MOIRE_ACTIVATION_H

#include "moire/resample.h"

MOIRE_BEGIN

typedef enum MOIRE_ENUM moire_pointwise {
  moire_pointwise_relu = 0,
  /// min(max(x, 0), 6).
  moire_pointwise_relu6 = 1,
  /// x for x > 0, else α x.
  moire_pointwise_leaky_relu = 2,
  /// x for x > 0, else α (exp x - 1).
  moire_pointwise_elu = 3,
  /// x / (1 + exp -x).
  moire_pointwise_silu = 4,
  /// x Φ(x), by the error function.
  moire_pointwise_gelu = 5,
  /// ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))).
  moire_pointwise_gelu_tanh = 6,
  moire_pointwise_tanh = 7,
  /// 1 / (1 + exp -x).
  moire_pointwise_sigmoid = 8,
  /// x min(max(x + 3, 0), 6) / 6.
  moire_pointwise_hard_swish = 9,
  /// min(max(x + 3, 0), 6) / 6.
  moire_pointwise_hard_sigmoid = 10,
  /// log(1 + exp x).
  moire_pointwise_softplus = 11,
  /// Σ_j coefficients[j] x^j, the last coefficient included.
  moire_pointwise_polynomial = 12,
  /// The caller's own function.
  moire_pointwise_custom = 13
} moire_pointwise;

/// Replaces `count` contiguous values by φ of each; which plane and position they come from is not
/// told. Called from every thread that executes.
typedef void (*moire_pointwise_function)(
  float *values, size_t count, void *MOIRE_NULLABLE context);
typedef void (*moire_pointwise_function_double)(
  double *values, size_t count, void *MOIRE_NULLABLE context);

typedef struct moire_activation_options {
  size_t height, width;
  /// u ≥ 1, on both axes; 4 is usual, 1 is φ alone.
  size_t factor;
  moire_pointwise pointwise;
  /// Of the leaky ReLU and the ELU; finite.
  double alpha;
  /// Of the polynomial, lowest first; copied.
  const double *MOIRE_NULLABLE coefficients;
  size_t coefficient_count;
  /// Of the custom φ, the one of the precision.
  moire_pointwise_function MOIRE_NULLABLE function;
  moire_pointwise_function_double MOIRE_NULLABLE function_double;
  void *MOIRE_NULLABLE context;
  /// Also evaluate at 2u where readings are asked for: about four times the cost.
  int doubled;
  moire_precision precision;
  moire_planning planning;
} moire_activation_options;

/// A filtered activation on a periodic map: r = D L φ(U x), with U the ideal upsampling by u (the
/// bin N/2 shared by halves), L the ideal low-pass to N bins (the bin N/2 dropped), D the
/// decimation. A polynomial of degree p ≤ 2u - 1 comes out free of aliasing.
typedef struct moire_activation moire_activation;

/// Plans it. moire_invalid_argument for a size or factor of 0, a custom φ without the function of
/// its precision, a polynomial without coefficients. Takes the planner's lock.
moire_status moire_activation_create(
  moire_activation *MOIRE_NULLABLE *MOIRE_NULLABLE activation,
  const moire_activation_options *MOIRE_NULLABLE options);
void moire_activation_destroy(moire_activation *MOIRE_NULLABLE activation);

/// Bytes of workspace for one execution, 0 for NULL; needs no alignment and no initialisation.
size_t moire_activation_workspace_size(const moire_activation *MOIRE_NULLABLE activation);

/// Aliasing of φ on one plane, Σ over samples, all bins at N/2 of an even axis left out.
typedef struct moire_activation_reading {
  /// ‖φ(x)‖².
  double total;
  /// ‖φ(x) - r‖² with the factor u. alias / total is the reading; a total of 0 is a dead plane.
  double alias;
  /// The same with 2u, equal to `alias` where the handle was not made with `doubled`:
  /// |alias_doubled - alias| / total is the reading's error.
  double alias_doubled;
} moire_activation_reading;

/// Writes r to `output` and one reading a plane to `readings`, [count]; either may be NULL.
///
/// `planes` and `output` may be the same memory where the strides are equal
/// (moire_invalid_argument otherwise); they must not overlap in part. A plane that is not finite,
/// or on which φ is not, comes out as NaN (and so do its alias energies) and changes no other
/// plane; where readings are asked for an input that is not finite is refused with
/// moire_not_finite, outputs untouched. Planes are split over threads as in
/// moire_resampler_execute. Cost: u² values of φ a sample, and per group of sixteen planes (1 + u)
/// (2 H + 2 W) transforms, half of them of u times the length.
moire_status moire_activation_execute(
  const moire_activation *MOIRE_NULLABLE activation, const moire_planes *MOIRE_NULLABLE planes,
  const moire_output *MOIRE_NULLABLE output, moire_activation_reading *MOIRE_NULLABLE readings,
  void *MOIRE_NULLABLE workspace, size_t workspace_bytes);

/// The same in double precision; a handle of double precision only.
moire_status moire_activation_execute_double(
  const moire_activation *MOIRE_NULLABLE activation,
  const moire_planes_double *MOIRE_NULLABLE planes,
  const moire_output_double *MOIRE_NULLABLE output,
  moire_activation_reading *MOIRE_NULLABLE readings, void *MOIRE_NULLABLE workspace,
  size_t workspace_bytes);

MOIRE_END

#endif
