import Foundation
import MoireKit

/// The bytes of a filtered input as a file of the kind that its name says.
struct FilteredFile {
  let data: Data
  /// What was written, for people.
  let note: String

  init(_ maps: Tensor, like input: MapInput, path: String) throws {
    let size = HW(maps.shape[2], maps.shape[3])
    guard (path as NSString).pathExtension.lowercased() == "png" else {
      let shape = Array(input.shape.dropLast(2)) + [size.height, size.width]
      data = Data(NPY.encode(try maps.reshaped(shape)))
      note = "written: \(path), float32 \(shape)"
      return
    }
    let channels = maps.shape[1]
    guard maps.shape[0] == 1, channels == 1 || channels == 3 else {
      throw CommandError.unwritable(
        path: path, reason: "a picture has 1 or 3 planes, shape \(input.shape) needs a .npy file")
    }
    let area = size.area
    var pixels = [UInt8](repeating: 0, count: channels * area)
    var clipped = 0
    for channel in 0..<channels {
      for pixel in 0..<area {
        let level = (255 * maps[channel * area + pixel]).rounded()
        clipped += level < 0 || level > 255 ? 1 : 0
        pixels[pixel * channels + channel] = UInt8(min(255, max(0, level)))
      }
    }
    let image = try Image(
      width: size.width, height: size.height, channels: channels, pixels: pixels)
    data = Data(try image.pngData())
    note =
      "written: \(path), 8-bit \(channels == 1 ? "gray" : "RGB") \(size); \(clipped) of"
      + " \(pixels.count) samples lay outside 0…1 and were clipped"
  }
}
