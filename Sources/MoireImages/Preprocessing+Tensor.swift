public import MoireTensors

extension Preprocessing {
  /// The image in ``channels`` channels with its shorter side at ``resize``, not yet cropped.
  ///
  /// Protocols that compare crops at several offsets take them all from this one.
  ///
  /// - Throws: ``ImageError/size(path:reason:)`` when the longer side would get too long.
  public func resized(_ image: Image) throws -> Image {
    let colored = channels == 1 ? image.gray : image.rgb
    guard let resize else { return colored }
    return try colored.resized(shorterSide: resize)
  }

  /// The crop of a resized image as a tensor of shape [1, ``channels``, crop height, crop width].
  ///
  /// Where the image is smaller than the crop, it is padded with zeros first (pixel values, before
  /// the normalisation), as torchvision's `CenterCrop` does; offsets count on the padded image.
  ///
  /// - Parameters:
  ///   - image: what ``resized(_:)`` gave.
  ///   - offset: the top left corner of the crop; nil for the one in the middle.
  /// - Throws: ``ImageError/crop(size:offset:image:)`` when the crop leaves the image.
  public func tensor(of image: Image, offset: HW? = nil) throws -> Tensor {
    var image = channels == 1 ? image.gray : image.rgb
    if image.height < crop.height || image.width < crop.width {
      image = try image.centerCropped(
        to: HW(max(image.height, crop.height), max(image.width, crop.width)))
    }
    let offset = offset ?? image.centerOffset(of: crop)
    guard offset.height >= 0, offset.height <= image.height - crop.height,
      offset.width >= 0, offset.width <= image.width - crop.width
    else {
      throw ImageError.crop(size: crop, offset: offset, image: image.size)
    }
    return try Tensor(
      shape: [1, channels, crop.height, crop.width], values: planes(of: image, offset: offset))
  }

  /// Resize, crop in the middle and normalisation in one: shape [1, ``channels``, height, width].
  ///
  /// - Throws: ``ImageError``.
  public func callAsFunction(_ image: Image) throws -> Tensor {
    try tensor(of: resized(image))
  }

  /// Reads a PNG or JPEG file and preprocesses it: shape [1, ``channels``, height, width].
  ///
  /// - Throws: ``ImageError``, with the path.
  public func tensor(contentsOf path: String) throws -> Tensor {
    let image = try Image(contentsOf: path)
    do {
      return try self(image)
    } catch ImageError.size(let what, let reason) {
      throw ImageError.size(path: path, reason: "\(what): \(reason)")
    }
  }

  private func planes(of image: Image, offset: HW) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(channels * crop.area)
    for channel in 0..<channels {
      let table = self.table(channel)
      for row in 0..<crop.height {
        var source = ((offset.height + row) * image.width + offset.width) * channels + channel
        for _ in 0..<crop.width {
          values.append(table[Int(image.pixels[source])])
          source += channels
        }
      }
    }
    return values
  }

  /// The number of every pixel value; in single precision, one operation after the other.
  private func table(_ channel: Int) -> [Float] {
    let (mean, std) = (Float(mean[channel]), Float(std[channel]))
    return (0..<256).map { (Float($0) / Float(divisor) - mean) / std }
  }
}
