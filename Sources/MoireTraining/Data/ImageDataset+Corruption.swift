import MoireTensors

extension ImageDataset {
  /// The images after a corruption, rounded to 8 bits.
  ///
  /// - Parameters:
  ///   - amount: see ``Corruption``; 0 leaves the images as they are.
  ///   - seed: what directions and noise are drawn from; they are each image's own.
  ///   - frame: of a sequence: noise is fresh in every frame, directions stay.
  public func corrupted(
    by corruption: Corruption, amount: Double, seed: UInt64, frame: Int = 0
  ) throws -> ImageDataset {
    let kind = Corruption.allCases.firstIndex(of: corruption) ?? 0
    var bytes = [UInt8](repeating: 0, count: count * imageSize)
    var image = [Float](repeating: 0, count: imageSize)
    for index in 0..<count {
      image.withUnsafeMutableBufferPointer { copy(index, to: $0) }
      var noise = SeededGenerator(seed: seed, 0xC0, kind, index, frame)
      corruption.apply(
        &image, shape, amount: amount, direction: SeededGenerator(seed: seed, 0xD1, kind, index),
        &noise)
      for (place, value) in image.enumerated() {
        bytes[index * imageSize + place] = UInt8(min(max(value.rounded(), 0), 255))
      }
    }
    return try ImageDataset(
      path: path, shape: shape, pixels: .bytes(bytes), labels: labels, classes: classes,
      allowsEmptyClasses: true)
  }
}
