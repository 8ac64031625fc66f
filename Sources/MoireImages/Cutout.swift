import CImages
public import MoireTensors

/// An object cut out of its surroundings: red, green, blue and how much each pixel covers, to be pasted on
/// images at any place, whole pixels or not.
public struct Cutout: Sendable, Equatable {
  public let size: HW
  /// Interleaved: colours 0 … 255 times the alpha, and the alpha, 0 … 1.
  let values: [Float]

  /// Reads a PNG file; a picture without alpha covers all of its rectangle.
  ///
  /// - Throws: ``ImageError``, with the path, also for a picture that covers nothing.
  public init(contentsOf path: String) throws {
    try self.init(decoding: Image.bytes(of: path), name: path)
  }

  /// The same of bytes; `name` stands in the messages.
  public init(decoding bytes: [UInt8], name: String) throws {
    let decoded = try Image.decoded(bytes, name, by: cimages_decode_png_alpha)
    var values = decoded.pixels.map(Float.init)
    for place in stride(from: 0, to: values.count, by: 4) {
      let alpha = values[place + 3] / 255
      for channel in 0..<3 { values[place + channel] *= alpha }
      values[place + 3] = alpha
    }
    let whole = Cutout(size: decoded.size, values: values)
    guard let box = whole.covered else {
      throw ImageError.undecodable(path: name, reason: "it is wholly transparent")
    }
    self = whole.cropped(rows: box.rows, columns: box.columns)
  }

  private init(size: HW, values: [Float]) {
    self.size = size
    self.values = values
  }

  private func alpha(_ row: Int, _ column: Int) -> Float {
    values[(row * size.width + column) * 4 + 3]
  }

  /// The rows and columns that cover anything.
  private var covered: (rows: Range<Int>, columns: Range<Int>)? {
    let rows = (0..<size.height).filter { row in
      (0..<size.width).contains { alpha(row, $0) > 0 }
    }
    guard let top = rows.first, let bottom = rows.last else { return nil }
    let columns = (0..<size.width).filter { column in
      (top...bottom).contains { alpha($0, column) > 0 }
    }
    return (top..<bottom + 1, columns[0]..<columns[columns.count - 1] + 1)
  }

  private func cropped(rows: Range<Int>, columns: Range<Int>) -> Cutout {
    var cut: [Float] = []
    for row in rows {
      let start = row * size.width
      cut += values[(start + columns.lowerBound) * 4..<(start + columns.upperBound) * 4]
    }
    return Cutout(size: HW(rows.count, columns.count), values: cut)
  }

  /// The same object with its longer side at `side` samples or fewer.
  public func reduced(to side: Int) -> Cutout {
    let longer = max(size.height, size.width)
    guard longer > side, side > 0 else { return self }
    let target = HW(
      max(1, size.height * side / longer), max(1, size.width * side / longer))
    return Cutout(
      size: target,
      values: sampled(
        rows: Placement(size.height, length: Double(target.height), at: 0, on: target.height),
        columns: Placement(size.width, length: Double(target.width), at: 0, on: target.width)))
  }

  /// An image with the object pasted on it.
  ///
  /// Sample i of an axis of the image stands at i + ½; the object reaches from its corner over its height
  /// and width in pixels, which need not be whole. It is resampled by triangles as in
  /// ``Image/resized(to:)``, transparent beyond its border, and covers the image by its alpha.
  /// - Parameters:
  ///   - corner: rows and columns of its upper left corner; what leaves the image is cut off.
  ///   - size: its height and width in pixels, above 0.
  /// - Throws: ``ImageError/size(path:reason:)`` for a size that is not above 0 and a place that is not
  ///   finite.
  public func pasted(
    on image: Image, corner: (row: Double, column: Double), size: (height: Double, width: Double)
  ) throws -> Image {
    guard size.height > 0, size.width > 0,
      [corner.row, corner.column, size.height, size.width].allSatisfy({ abs($0) < 1e6 })
    else {
      throw ImageError.size(
        path: "an object to paste",
        reason:
          "\(size.height)×\(size.width) at (\(corner.row), \(corner.column)), need a height and "
          + "width above 0 and numbers below a million")
    }
    let rows = Placement(self.size.height, length: size.height, at: corner.row, on: image.height)
    let columns = Placement(self.size.width, length: size.width, at: corner.column, on: image.width)
    let object = sampled(rows: rows, columns: columns)
    var pixels = image.pixels
    for place in 0..<image.size.area where object[place * 4 + 3] > 0 {
      let rest = 1 - object[place * 4 + 3]
      for channel in 0..<image.channels {
        let colour =
          image.channels == 3
          ? object[place * 4 + channel]
          : 0.299 * object[place * 4] + 0.587 * object[place * 4 + 1]
            + 0.114 * object[place * 4 + 2]
        let at = place * image.channels + channel
        pixels[at] = UInt8(
          min(255, max(0, (colour + rest * Float(pixels[at])).rounded())))
      }
    }
    return Image(size: image.size, channels: image.channels, pixels: pixels)
  }

  /// The object on another grid, interleaved.
  private func sampled(rows: Placement, columns: Placement) -> [Float] {
    let width = columns.count
    var across = [Float](repeating: 0, count: size.height * width * 4)
    for row in 0..<size.height {
      for column in 0..<width {
        for (sample, weight) in columns.taps[column] {
          for channel in 0..<4 {
            across[(row * width + column) * 4 + channel] +=
              weight * values[(row * size.width + sample) * 4 + channel]
          }
        }
      }
    }
    var result = [Float](repeating: 0, count: rows.count * width * 4)
    for row in 0..<rows.count {
      for (sample, weight) in rows.taps[row] {
        for index in 0..<width * 4 {
          result[row * width * 4 + index] += weight * across[sample * width * 4 + index]
        }
      }
    }
    return result
  }
}

/// One axis of an object on a grid: which of its samples make a sample there.
///
/// Output i stands at u = (i + ½ − corner) · N / length on the object's axis and weighs its samples by
/// the triangle max(0, 1 − |n + ½ − u| / f), f = max(N / length, 1), divided by the sum of the triangle
/// over all whole n: beyond the object there is nothing.
private struct Placement {
  /// For each output its samples and their weights.
  let taps: [[(sample: Int, weight: Float)]]
  var count: Int { taps.count }

  init(_ size: Int, length: Double, at corner: Double, on count: Int) {
    let ratio = Double(size) / length
    let width = max(ratio, 1)
    taps = (0..<count).map { output in
      let centre = (Double(output) + 0.5 - corner) * ratio
      guard centre > -width, centre < Double(size) + width else { return [] }
      let all =
        Int((centre - width - 0.5).rounded(.up))...Int((centre + width - 0.5).rounded(.down))
      let triangle = { (n: Int) in max(0, 1 - abs(Double(n) + 0.5 - centre) / width) }
      let sum = all.reduce(0) { $0 + triangle($1) }
      return all.filter { (0..<size).contains($0) }.map { ($0, Float(triangle($0) / sum)) }
    }
  }
}
