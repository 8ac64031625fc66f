internal import CMoire

/// The three identities of one plane, each number predicted from the one spectrum of the unshifted
/// map and measured by subsampling the map at every shift.
///
/// X is the plane's DFT times the filter's gains, S = s_h s_w, X_m the m-th alias of a bin of the
/// box; Z_d is the spectrum of the subsampling at shift d registered back, g_d its mean.
public struct Identities: Hashable, Sendable {
  /// One number two ways.
  public struct Comparison: Hashable, Sendable {
    public var predicted: Double
    public var measured: Double

    /// |predicted − measured| / max(predicted, 1e-3), meant for fractions.
    public var difference: Double { moire_identity_difference(native) }

    private var native: moire_comparison {
      moire_comparison(predicted: predicted, measured: measured)
    }

    init(_ comparison: moire_comparison) {
      predicted = comparison.predicted
      measured = comparison.measured
    }
  }

  /// Judged after the filter; dead and constant planes keep their energy, all else is 0.
  public var kind: PlaneEnergies.Kind
  /// Σ|X|² / S, Σ_d ‖Z_d‖².
  public var energy: Comparison
  /// Polyphase: Σ_k Σ_{m≠0} |X_m|² / S, Σ_d ‖Z_d − Z̄‖².
  public var deviation: Comparison
  /// Equivariance: ``incoherent`` + ``coherent``, E_d ‖Z_d − Z_0‖².
  public var shiftError: Comparison
  /// S⁻² Σ_k Σ_{m≠0} |X_m|², E_d ‖Z_d − Z̄‖².
  public var incoherent: Comparison
  /// S⁻² Σ_k |Σ_{m≠0} X_m|², ‖Z̄ − Z_0‖².
  public var coherent: Comparison
  /// Global pool: (H W)⁻² Σ_{m≠0} |X[m M]|², Var_d g_d.
  public var poolVariance: Comparison
  /// deviation / energy, 0 … 1: the alias fraction.
  public var aliasFraction: Comparison
  /// shiftError / E_d ‖Z_d‖², 0 … S.
  public var shiftFraction: Comparison
  /// poolVariance / mean square of the filtered map, 0 … 1.
  public var poolFraction: Comparison

  /// The largest of the fractions' differences; 0 for a dead or constant plane.
  public var difference: Double {
    max(aliasFraction.difference, shiftFraction.difference, poolFraction.difference)
  }

  init(_ reading: moire_identity_reading) {
    switch reading.kind {
    case .dead: kind = .dead
    case .constant: kind = .constant
    default: kind = .alive
    }
    energy = Comparison(reading.energy)
    deviation = Comparison(reading.deviation)
    shiftError = Comparison(reading.shift_error)
    incoherent = Comparison(reading.incoherent)
    coherent = Comparison(reading.coherent)
    poolVariance = Comparison(reading.pool_variance)
    aliasFraction = Comparison(reading.alias_fraction)
    shiftFraction = Comparison(reading.shift_fraction)
    poolFraction = Comparison(reading.pool_fraction)
  }
}
