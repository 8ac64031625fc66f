import Foundation
import MoireImages
import MoireTensors

/// The files beside `make_images.py`, which made them.
enum Fixtures {
  static func path(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("TestSupport/Fixtures/images/\(name)").path
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  static func image(_ name: String) throws -> Image { try Image(contentsOf: path(name)) }

  static func array(_ name: String) throws -> Tensor { try NPY.read(path: path("\(name).npy")) }

  /// What Pillow reads with alpha, `[H, W, 4]`.
  static func cutout(_ name: String) throws -> Tensor {
    try NPZ(path: path("cutouts.npz")).tensor(named: name)
  }
}

/// The values as [height, width, channels].
func tensor(of image: Image) throws -> Tensor {
  try Tensor(
    shape: [image.height, image.width, image.channels], values: image.pixels.map { Float($0) })
}

/// The largest difference of two tensors of the same shape; infinite for other shapes.
func difference(_ a: Tensor, _ b: Tensor) -> Float {
  guard a.shape == b.shape else { return .infinity }
  return zip(a.values, b.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
}

/// An image of noise, the same for the same seed.
func noise(_ height: Int, _ width: Int, channels: Int = 1, seed: UInt64 = 1) throws -> Image {
  var generator = SeededGenerator(seed: seed, height, width, channels)
  let pixels = (0..<height * width * channels).map { _ in
    UInt8(generator.integer(in: 0..<256))
  }
  return try Image(width: width, height: height, channels: channels, pixels: pixels)
}
