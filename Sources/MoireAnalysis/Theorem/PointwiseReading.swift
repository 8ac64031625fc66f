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
