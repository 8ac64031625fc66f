/// An 8-bit RGB picture, rows from the top, three bytes a pixel.
public struct Pixels: Sendable, Equatable {
  public let width, height: Int
  public let rgb: [UInt8]

  init(width: Int, height: Int, rgb: [UInt8]) {
    self.width = width
    self.height = height
    self.rgb = rgb
  }
}

/// Makes a PNG file of a picture.
public typealias PNGEncoder = @Sendable (Pixels) throws -> [UInt8]
