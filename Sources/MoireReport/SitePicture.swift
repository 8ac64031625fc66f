public import MoireTensors

/// What a report draws of a site and `audit.json` is too small for: the full pooled spectrum.
public struct SitePicture: Sendable, Equatable {
  /// The path of the site, as in its `SiteReading`.
  public var path: String
  /// Size of the dense map.
  public var size: HW
  public var stride: HW
  /// Pooled |X[k]|² of the dense map, `[H][W]` row by row in DFT order, zero frequency first; any
  /// common factor.
  public var power: [Double]

  public init(path: String, size: HW, stride: HW, power: [Double]) {
    self.path = path
    self.size = size
    self.stride = stride
    self.power = power
  }
}
