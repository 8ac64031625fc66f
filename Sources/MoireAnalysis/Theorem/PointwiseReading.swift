public import MoireTensors

/// How much of what a pointwise layer makes of its maps cannot be held by their grid.
public struct PointwiseReading: Codable, Sendable, Equatable {
  public var path: String
  /// `ReLU6`, `SiLU`, …
  public var function: String
  public var channels: Int
  public var size: HW
  public var planes: Int
  /// Planes that the function leaves without energy.
  public var deadPlanes: Int
  /// Planes on which the function is not finite between the samples, as √x is where the interpolated
  /// map dips below 0; left out.
  public var undefinedPlanes: Int
  /// ‖φ(x) − r‖² / ‖φ(x)‖², pooled by energy.
  public var aliasFraction: Double
  /// What the fraction changes by from the factor u to 2u.
  public var error: Double
  /// Of the channels that are neither dead nor undefined.
  public var channelQuartiles: SiteReading.Quartiles
  /// One for each channel, nil for one without energy; nil where they were not asked for.
  public var channelFractions: [Double?]?

  public init(
    path: String, function: String, channels: Int, size: HW, planes: Int, deadPlanes: Int,
    undefinedPlanes: Int, aliasFraction: Double, error: Double,
    channelQuartiles: SiteReading.Quartiles, channelFractions: [Double?]?
  ) {
    self.path = path
    self.function = function
    self.channels = channels
    self.size = size
    self.planes = planes
    self.deadPlanes = deadPlanes
    self.undefinedPlanes = undefinedPlanes
    self.aliasFraction = aliasFraction
    self.error = error
    self.channelQuartiles = channelQuartiles
    self.channelFractions = channelFractions
  }
}

extension SiteReading.Quartiles {
  /// Linear interpolation between ranks; 0 without values.
  init(of values: [Double]) {
    let sorted = values.sorted()
    func quantile(_ share: Double) -> Double {
      guard let last = sorted.last else { return 0 }
      let position = share * Double(sorted.count - 1)
      let lower = Int(position)
      guard lower + 1 < sorted.count else { return last }
      return sorted[lower] + (position - Double(lower)) * (sorted[lower + 1] - sorted[lower])
    }
    self.init(lower: quantile(0.25), median: quantile(0.5), upper: quantile(0.75))
  }
}
