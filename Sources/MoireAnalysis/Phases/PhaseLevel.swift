public import MoireTensors

/// A step of the cumulative stride: what shares one phase.
public struct PhaseLevel: Sendable, Equatable, Codable {
  /// The number of phases on each axis; for a head that flattens its map the size of that map.
  public let stride: HW
  /// The product of the strides of the levels up to and with this one.
  public let cumulative: HW
  /// The paths of the layers that subsample.
  public let sites: [String]

  public init(stride: HW, cumulative: HW, sites: [String]) {
    self.stride = stride
    self.cumulative = cumulative
    self.sites = sites
  }
}
