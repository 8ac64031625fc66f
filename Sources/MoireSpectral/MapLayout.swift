public import MoireTensors

/// Where the planes of one map lie in memory; all strides in floats.
///
/// Sample (c, y, x) is at
/// `(c / blockSize) · blockStride + (c % blockSize) · planeStride + y · rowStride + x · columnStride`.
public struct MapLayout: Hashable, Sendable {
  /// Planes to read, those of a last incomplete block left out.
  public var channels: Int
  public var blockSize: Int
  public var blockStride: Int
  public var planeStride: Int
  public var rowStride: Int
  public var columnStride: Int

  public init(
    channels: Int, blockSize: Int, blockStride: Int, planeStride: Int, rowStride: Int,
    columnStride: Int
  ) {
    self.channels = channels
    self.blockSize = blockSize
    self.blockStride = blockStride
    self.planeStride = planeStride
    self.rowStride = rowStride
    self.columnStride = columnStride
  }

  /// NCHW: whole planes one after the other.
  public static func planar(channels: Int, size: HW) -> MapLayout {
    MapLayout(
      channels: channels, blockSize: max(channels, 1), blockStride: 0, planeStride: size.area,
      rowStride: size.width, columnStride: 1)
  }

  /// NHWC: all channels of a sample side by side.
  public static func channelsLast(channels: Int, size: HW) -> MapLayout {
    MapLayout(
      channels: channels, blockSize: max(channels, 1), blockStride: 0, planeStride: 1,
      rowStride: size.width * channels, columnStride: channels)
  }

  /// oneDNN's nChw16c: blocks of sixteen interleaved channels.
  public static func blocked(channels: Int, size: HW) -> MapLayout {
    MapLayout(
      channels: channels, blockSize: 16, blockStride: 16 * size.area, planeStride: 1,
      rowStride: 16 * size.width, columnStride: 16)
  }
}
