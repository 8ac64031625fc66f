/// The three identities of a site, or of one of its channels, behind one filter.
///
/// Pooled over planes by energy. What is nil has no plane that is neither dead nor constant behind
/// the filter.
public struct IdentityReading: Codable, Sendable, Equatable {
  /// One fraction two ways.
  public struct Sides: Codable, Sendable, Equatable {
    /// From the one spectrum of the unshifted map.
    public var predicted: Double
    /// From the subsamplings at every shift, registered.
    public var measured: Double
    /// |predicted − measured| / max(predicted, 1e-3).
    public var difference: Double

    public init(predicted: Double, measured: Double) {
      self.predicted = predicted
      self.measured = measured
      difference = abs(predicted - measured) / max(predicted, 1e-3)
    }
  }

  public var filter: String
  public var planesCompared: Int
  /// Without energy, and without variation, behind the filter.
  public var deadPlanes, constantPlanes: Int
  /// Σ_d ‖Z_d − Z̄‖² / Σ_d ‖Z_d‖², 0 … 1.
  public var aliasFraction: Sides?
  /// E_d ‖Z_d − Z_0‖² / E_d ‖Z_d‖², 0 … S.
  public var equivarianceError: Sides?
  /// The part of the predicted equivariance error in which the aliases of a bin add up as amplitudes.
  public var coherentShare: Double?
  /// Var_d g_d / the mean square of the filtered map, 0 … 1; g_d is the mean of y_d.
  public var poolLeak: Sides?
  /// Equivariance error (not divided by energy) behind the filter / without it, predicted.
  public var equivarianceErrorLeft: Double?
  /// Energy behind the filter / without it.
  public var energyKept: Double?
  /// The largest difference of any of the three fractions of any plane.
  public var identityDifference: Double?

  public init(
    filter: String, planesCompared: Int, deadPlanes: Int, constantPlanes: Int,
    aliasFraction: Sides? = nil, equivarianceError: Sides? = nil, coherentShare: Double? = nil,
    poolLeak: Sides? = nil, equivarianceErrorLeft: Double? = nil, energyKept: Double? = nil,
    identityDifference: Double? = nil
  ) {
    self.filter = filter
    self.planesCompared = planesCompared
    self.deadPlanes = deadPlanes
    self.constantPlanes = constantPlanes
    self.aliasFraction = aliasFraction
    self.equivarianceError = equivarianceError
    self.coherentShare = coherentShare
    self.poolLeak = poolLeak
    self.equivarianceErrorLeft = equivarianceErrorLeft
    self.energyKept = energyKept
    self.identityDifference = identityDifference
  }
}
