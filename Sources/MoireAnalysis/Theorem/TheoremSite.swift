public import MoireTensors

/// Theory beside measurement at one sampling site.
public struct TheoremSite: Codable, Sendable, Equatable {
  public var path: String
  public var operation: String
  public var stride: HW
  public var channels: Int
  public var denseSize, outputSize: HW
  public var cumulativeStride: HW
  /// Whether the map is periodic with a size that the stride divides; else the identities are not
  /// claimed, and nothing was compared.
  public var exact: Bool
  /// Mean square of the dense map, and of the part of it that folds, summed over the channels that vary,
  /// mean over images; nil where nothing was compared.
  public var energy, aliasEnergy: Double?
  /// Over all channels and images, one for each filter, the first without any.
  public var filters: [IdentityReading]
  /// For each channel over all images the same list; nil where it was not asked for.
  public var channelReadings: [[IdentityReading]]?

  public init(
    path: String, operation: String, stride: HW, channels: Int, denseSize: HW, outputSize: HW,
    cumulativeStride: HW, exact: Bool, energy: Double?, aliasEnergy: Double?,
    filters: [IdentityReading], channelReadings: [[IdentityReading]]?
  ) {
    self.path = path
    self.operation = operation
    self.stride = stride
    self.channels = channels
    self.denseSize = denseSize
    self.outputSize = outputSize
    self.cumulativeStride = cumulativeStride
    self.exact = exact
    self.energy = energy
    self.aliasEnergy = aliasEnergy
    self.filters = filters
    self.channelReadings = channelReadings
  }

  /// The largest identity difference over planes, channels and filters; nil where nothing was compared.
  public var largestDifference: Double? { filters.compactMap(\.identityDifference).max() }
}
