import MoireImages
public import MoireTensors

extension ImageDataset {
  /// Every image as an object on a black canvas: brought to a size (bilinear, antialiased, 8 bits) and
  /// pasted at a known place.
  ///
  /// - Parameters:
  ///   - objectSize: of the pasted image.
  ///   - place: the upper left corner for image i; what leaves the canvas is cut off.
  /// - Throws: ``TrainingError/plan(option:reason:)`` for an empty canvas or object, and what resizing
  ///   throws.
  public func pasted(
    on canvas: HW, objectSize: HW, at place: (_ image: Int) -> HW
  ) throws -> ImageDataset {
    guard min(canvas.height, canvas.width, objectSize.height, objectSize.width) > 0,
      shape[0] == 1 || shape[0] == 3
    else {
      throw TrainingError.plan(
        option: "composites",
        reason:
          "objects of \(objectSize) with \(shape[0]) channels on \(canvas): need sizes of 1 or more "
          + "and 1 or 3 channels")
    }
    let channels = shape[0]
    let size = channels * canvas.area
    var bytes = [UInt8](repeating: 0, count: count * size)
    for index in 0..<count {
      let object = try image(index).resized(to: objectSize)
      let corner = place(index)
      for row in 0..<objectSize.height where (0..<canvas.height).contains(row + corner.height) {
        for column in 0..<objectSize.width
        where (0..<canvas.width).contains(column + corner.width) {
          for channel in 0..<channels {
            let target = (channel * canvas.height + row + corner.height) * canvas.width
            bytes[index * size + target + column + corner.width] =
              object.pixels[(row * objectSize.width + column) * channels + channel]
          }
        }
      }
    }
    return try ImageDataset(
      path: path, shape: [channels, canvas.height, canvas.width], pixels: .bytes(bytes),
      labels: labels, classes: classes, allowsEmptyClasses: true)
  }

  /// One image, rounded to 8 bits.
  private func image(_ index: Int) throws -> Image {
    var planes = [Float](repeating: 0, count: imageSize)
    planes.withUnsafeMutableBufferPointer { copy(index, to: $0) }
    let (channels, area) = (shape[0], shape[1] * shape[2])
    let pixels = (0..<imageSize).map { place in
      UInt8(min(max(planes[place % channels * area + place / channels].rounded(), 0), 255))
    }
    return try Image(width: shape[2], height: shape[1], channels: channels, pixels: pixels)
  }
}
