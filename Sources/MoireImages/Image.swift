public import MoireTensors

/// An 8-bit image: gray or RGB, rows from top to bottom, channels interleaved.
///
/// The value of channel c at row y, column x is `pixels[(y * width + x) * channels + c]`.
public struct Image: Sendable, Equatable {
  /// Images with more pixels are refused, read or made: 2²⁸.
  public static let pixelLimit = 1 << 28

  /// Columns, at least 1.
  public let width: Int
  /// Rows, at least 1.
  public let height: Int
  /// 1 (gray) or 3 (red, green, blue).
  public let channels: Int
  /// The values, `width * height * channels` of them.
  public let pixels: [UInt8]

  /// An image over values that are there already.
  ///
  /// - Throws: ``ImageError/layout(width:height:channels:values:)``.
  public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) throws {
    guard width > 0, height > 0, channels == 1 || channels == 3,
      width <= Image.pixelLimit, height <= Image.pixelLimit,
      width * height <= Image.pixelLimit, width * height * channels == pixels.count
    else {
      throw ImageError.layout(
        width: width, height: height, channels: channels, values: pixels.count)
    }
    self.init(size: HW(height, width), channels: channels, pixels: pixels)
  }

  /// For values whose count follows from the way they were made.
  init(size: HW, channels: Int, pixels: [UInt8]) {
    assert(size.area * channels == pixels.count)
    self.width = size.width
    self.height = size.height
    self.channels = channels
    self.pixels = pixels
  }

  /// height × width.
  public var size: HW { HW(height, width) }
}
