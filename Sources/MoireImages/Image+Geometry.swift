public import MoireTensors

extension Image {
  /// The window of `size` whose top left corner is at `offset`; what lies beside the image is 0.
  ///
  /// The corner may be anywhere, also left of or above the image (torchvision's `crop`).
  ///
  /// - Throws: ``ImageError/size(path:reason:)`` for an empty window or one above ``pixelLimit``.
  public func cropped(to size: HW, at offset: HW) throws -> Image {
    try Image.check(size, what: "a crop")
    var target = [UInt8](repeating: 0, count: size.area * channels)
    let columns = Image.overlap(of: width, with: size.width, at: offset.width)
    let rows = Image.overlap(of: height, with: size.height, at: offset.height)
    for row in rows where !columns.isEmpty {
      let source = ((row + offset.height) * width + columns.lowerBound + offset.width) * channels
      let start = (row * size.width + columns.lowerBound) * channels
      let count = columns.count * channels
      target.replaceSubrange(start..<start + count, with: pixels[source..<source + count])
    }
    return Image(size: size, channels: channels, pixels: target)
  }

  /// The crop of `size` in the middle, as torchvision's `CenterCrop` takes it.
  ///
  /// The offset is (N − n)/2, halves rounded to even; an image smaller than the crop is padded with
  /// zeros, the odd one after it.
  ///
  /// - Throws: ``ImageError/size(path:reason:)``.
  public func centerCropped(to size: HW) throws -> Image {
    try cropped(to: size, at: centerOffset(of: size))
  }

  /// The corner of the crop that ``centerCropped(to:)`` takes, negative where it pads.
  func centerOffset(of size: HW) -> HW {
    func offset(_ whole: Int, _ part: Int) -> Int {
      part > whole
        ? -((part - whole) / 2)
        : Int((Double(whole - part) / 2).rounded(.toNearestOrEven))
    }
    return HW(offset(height, size.height), offset(width, size.width))
  }

  /// The positions of a window at `offset` that lie on the image.
  private static func overlap(of whole: Int, with part: Int, at offset: Int) -> Range<Int> {
    guard offset > -part, offset < whole else { return 0..<0 }
    return max(0, -offset)..<min(part, whole - offset)
  }

  static func check(_ size: HW, what: String) throws {
    let (area, overflow) = size.height.multipliedReportingOverflow(by: size.width)
    guard size.height > 0, size.width > 0, !overflow, area <= pixelLimit else {
      throw ImageError.size(
        path: what, reason: "\(size) pixels, need 1 to \(pixelLimit) in all")
    }
  }

  /// The image as it is to be seen, for an EXIF orientation from 1 (as stored) to 8.
  ///
  /// 2 mirror left to right, 3 half a turn, 4 mirror top to bottom, 5 transpose, 6 quarter turn
  /// clockwise, 7 transpose along the other diagonal, 8 quarter turn counterclockwise; other
  /// numbers leave it as it is.
  func turned(byOrientation orientation: Int) -> Image {
    guard (2...8).contains(orientation) else { return self }
    let transposed = orientation >= 5
    // In terms of the stored image: where the columns and the rows run backwards.
    let mirrored = [2, 3, 7, 8].contains(orientation)
    let flipped = [3, 4, 6, 7].contains(orientation)
    let target = transposed ? HW(width, height) : size
    var turned = [UInt8](repeating: 0, count: pixels.count)
    var position = 0
    for row in 0..<target.height {
      for column in 0..<target.width {
        let (y, x) = transposed ? (column, row) : (row, column)
        let source =
          ((flipped ? height - 1 - y : y) * width + (mirrored ? width - 1 - x : x)) * channels
        for channel in 0..<channels { turned[position + channel] = pixels[source + channel] }
        position += channels
      }
    }
    return Image(size: target, channels: channels, pixels: turned)
  }
}
