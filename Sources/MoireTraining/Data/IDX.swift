import Foundation
import MoireTensors

/// The idx format of MNIST: two zero bytes, the type, the rank, big-endian sizes, the values; plain or
/// compressed by gzip.
struct IDX {
  let shape: [Int]
  let values: [UInt8]

  /// - Throws: ``TrainingError`` for a file that is not there, damaged or cut off, or not of bytes.
  init(path: String) throws {
    var bytes: [UInt8]
    do {
      bytes = [UInt8](try fileContents(path))
    } catch {
      throw TrainingError.file(path: path, reason: "cannot be read: \(systemReason(error))")
    }
    if GZip.begins(bytes) { bytes = try GZip.decompressed(bytes, path: path) }
    let fault = { (reason: String) in
      TrainingError.invalidData(path: path, reason: "not an idx file of bytes: \(reason)")
    }
    guard bytes.count >= 4, bytes[0] == 0, bytes[1] == 0, bytes[2] == 8 else {
      throw fault("it does not begin with 0, 0, 8")
    }
    let rank = Int(bytes[3])
    guard bytes.count >= 4 + 4 * rank else { throw fault("its header is cut off") }
    shape = (0..<rank).map { axis in
      (0..<4).reduce(0) { $0 << 8 | Int(bytes[4 + 4 * axis + $1]) }
    }
    guard let count = try? Tensor.count(of: shape), bytes.count == 4 + 4 * rank + count else {
      throw fault(
        "sizes \(shape) need another number of values than the \(bytes.count - 4 - 4 * rank) there")
    }
    values = Array(bytes[(4 + 4 * rank)...])
  }
}

extension ImageDataset {
  /// A pair of idx files: images `[N, H, W]` or `[N, H, W, C]`, and labels `[N]`.
  ///
  /// - Parameter classes: how many classes there are; one more than the largest label if `nil`.
  /// - Throws: ``TrainingError``.
  public init(idxImages: String, labels labelPath: String, classes: Int? = nil) throws {
    let (images, labels) = (try IDX(path: idxImages), try IDX(path: labelPath))
    guard images.shape.count == 3 || images.shape.count == 4 else {
      throw TrainingError.invalidData(
        path: idxImages, reason: "sizes \(images.shape), need [N, H, W] or [N, H, W, C]")
    }
    guard labels.shape.count == 1, labels.shape[0] == images.shape[0] else {
      throw TrainingError.invalidData(
        path: labelPath, reason: "sizes \(labels.shape) for \(images.shape[0]) images")
    }
    let channels = images.shape.count == 4 ? images.shape[3] : 1
    let count = classes ?? Int(labels.values.max() ?? 0) + 1
    try self.init(
      path: labelPath, shape: [channels, images.shape[1], images.shape[2]],
      pixels: .bytes(planar(images.values, channels, image: images.shape.dropFirst().reduce(1, *))),
      labels: labels.values.map(Int32.init),
      classes: (0..<count).map(String.init), allowsEmptyClasses: classes != nil)
  }
}

/// Pixels whose channels stand side by side, as planes; each image apart.
func planar(_ pixels: [UInt8], _ channels: Int, image: Int? = nil) -> [UInt8] {
  guard channels > 1 else { return pixels }
  let size = image ?? pixels.count
  var result = [UInt8](repeating: 0, count: pixels.count)
  for start in stride(from: 0, to: pixels.count, by: max(size, 1)) {
    for point in 0..<size / channels {
      for channel in 0..<channels {
        result[start + channel * (size / channels) + point] =
          pixels[start + point * channels + channel]
      }
    }
  }
  return result
}
