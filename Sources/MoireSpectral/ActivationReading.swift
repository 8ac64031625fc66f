internal import CMoire

/// How much of what a pointwise function makes of one plane cannot be held by its grid.
public struct ActivationReading: Hashable, Sendable {
  /// ‖φ(x)‖² over the samples, bins at N/2 of an even axis left out.
  public var total: Double
  /// ‖φ(x) − r‖², the same bins left out, r filtered at the factor u.
  public var alias: Double
  /// The same at 2u; equal to ``alias`` where it was not asked for.
  public var aliasDoubled: Double

  public init(total: Double, alias: Double, aliasDoubled: Double) {
    self.total = total
    self.alias = alias
    self.aliasDoubled = aliasDoubled
  }

  init(_ reading: moire_activation_reading) {
    self.init(
      total: reading.total, alias: reading.alias, aliasDoubled: reading.alias_doubled)
  }

  /// alias / total; 0 for a dead plane.
  public var fraction: Double { total > 0 ? alias / total : 0 }

  /// The change of ``fraction`` from u to 2u; 0 for a dead plane.
  public var error: Double { total > 0 ? abs(aliasDoubled - alias) / total : 0 }
}
