import MoireTensors

/// A random change of an image in training. Pixels beyond the border are 0, but for circular shifts.
public enum Augmentation: Sendable, Hashable {
  /// Left and right exchanged, for every second image.
  case flip
  /// A window of the image's size somewhere in the image with `padding` zeros around it.
  case crop(padding: Int)
  /// Whole pixels, −range … range on each axis, the image continued periodically.
  case circularShift(Int)
  /// −range … range pixels on each axis, not whole ones; bilinear.
  case subpixelShift(Double)
  /// A part of the image with an area in the range and an aspect of 3/4 … 4/3, brought to its size.
  case resizedCrop(ClosedRange<Double>)
  /// The image made larger or smaller about its centre by a factor in the range; bilinear.
  case scale(ClosedRange<Double>)

  /// What ``init(parsing:)`` reads.
  public static let grammar =
    "flip, crop:PADDING, circular:RANGE, subpixel:RANGE, resized-crop:FROM-TO, scale:FROM-TO"

  /// - Throws: ``TrainingError/plan(option:reason:)``.
  public init(parsing text: String) throws {
    let fault = TrainingError.plan(
      option: "augmentation '\(text)'", reason: "need one of \(Self.grammar)")
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    let numbers =
      (parts.count > 1 ? parts[1].split(separator: "-", omittingEmptySubsequences: false) : []).map
    { Double($0) }
    guard let name = parts.first, numbers.allSatisfy({ $0?.isFinite == true }) else { throw fault }
    let values = numbers.compactMap { $0 }
    switch (name, values.count) {
    case ("flip", 0): self = .flip
    case ("crop", 1) where values[0] >= 1 && values[0] <= 1024:
      self = .crop(padding: Int(values[0]))
    case ("circular", 1) where values[0] >= 1 && values[0] <= 65536:
      self = .circularShift(Int(values[0]))
    case ("subpixel", 1) where values[0] > 0: self = .subpixelShift(values[0])
    case ("resized-crop", 2) where 0 < values[0] && values[0] <= values[1] && values[1] <= 1:
      self = .resizedCrop(values[0]...values[1])
    case ("scale", 2) where 0.05 <= values[0] && values[0] <= values[1] && values[1] <= 20:
      self = .scale(values[0]...values[1])
    default: throw fault
    }
  }

  public var description: String {
    switch self {
    case .flip: "flip"
    case .crop(let padding): "crop:\(padding)"
    case .circularShift(let range): "circular:\(range)"
    case .subpixelShift(let range): "subpixel:\(range)"
    case .resizedCrop(let range): "resized-crop:\(range.lowerBound)-\(range.upperBound)"
    case .scale(let range): "scale:\(range.lowerBound)-\(range.upperBound)"
    }
  }
}

extension Augmentation {
  /// Changes an image `[C, H, W]` in place; `scratch` has its size.
  func apply(
    _ image: UnsafeMutableBufferPointer<Float>, _ shape: [Int],
    scratch: UnsafeMutableBufferPointer<Float>, _ generator: inout SeededGenerator
  ) {
    let (height, width) = (shape[1], shape[2])
    let between = { (range: ClosedRange<Double>, generator: inout SeededGenerator) in
      range.lowerBound + (range.upperBound - range.lowerBound) * generator.uniform()
    }
    switch self {
    case .flip:
      guard generator.integer(in: 0..<2) == 1 else { return }
      move(image, shape, scratch) { ($0, width - 1 - $1) }
    case .crop(let padding):
      let top = generator.integer(in: 0..<2 * padding + 1) - padding
      let left = generator.integer(in: 0..<2 * padding + 1) - padding
      move(image, shape, scratch) { ($0 + top, $1 + left) }
    case .circularShift(let range):
      let down = generator.integer(in: 0..<2 * range + 1) - range
      let right = generator.integer(in: 0..<2 * range + 1) - range
      move(image, shape, scratch) { row, column in
        (
          ((row - down) % height + height) % height, ((column - right) % width + width) % width
        )
      }
    case .subpixelShift(let range):
      let (down, right) = (
        between(-range...range, &generator), between(-range...range, &generator)
      )
      sample(image, shape, scratch, rows: (1, -down), columns: (1, -right))
    case .scale(let range):
      let step = 1 / between(range, &generator)
      let centre = { (size: Int) in Double(size - 1) / 2 * (1 - step) }
      sample(image, shape, scratch, rows: (step, centre(height)), columns: (step, centre(width)))
    case .resizedCrop(let range):
      let area = between(range, &generator)
      let aspect = between(0.75...4 / 3, &generator)
      let (high, wide) = (
        min(1, (area / aspect).squareRoot()), min(1, (area * aspect).squareRoot())
      )
      let axis = { (size: Int, part: Double, place: Double) -> (Double, Double) in
        // Positions of centres: (i + ½)·part − ½ from the part's beginning.
        (part, (1 - part) * place * Double(size) + part / 2 - 0.5)
      }
      sample(
        image, shape, scratch, rows: axis(height, high, generator.uniform()),
        columns: axis(width, wide, generator.uniform()), clamps: true)
    }
  }

  /// Every pixel from another one; 0 from outside.
  private func move(
    _ image: UnsafeMutableBufferPointer<Float>, _ shape: [Int],
    _ scratch: UnsafeMutableBufferPointer<Float>, _ source: (Int, Int) -> (Int, Int)
  ) {
    let (height, width) = (shape[1], shape[2])
    _ = scratch.update(fromContentsOf: image)
    for row in 0..<height {
      for column in 0..<width {
        let (from, at) = source(row, column)
        let isInside = from >= 0 && from < height && at >= 0 && at < width
        for channel in 0..<shape[0] {
          let plane = channel * height * width
          image[plane + row * width + column] = isInside ? scratch[plane + from * width + at] : 0
        }
      }
    }
  }

  /// Pixel i of an axis from position `start + i·step` between pixels.
  private func sample(
    _ image: UnsafeMutableBufferPointer<Float>, _ shape: [Int],
    _ scratch: UnsafeMutableBufferPointer<Float>, rows: (step: Double, start: Double),
    columns: (step: Double, start: Double), clamps: Bool = false
  ) {
    let (height, width) = (shape[1], shape[2])
    _ = scratch.update(fromContentsOf: image)
    func taps(_ index: Int, _ axis: (step: Double, start: Double), _ size: Int) -> [(Int, Float)] {
      let position = axis.start + Double(index) * axis.step
      let base = Int(position.rounded(.down))
      let fraction = Float(position - Double(base))
      return [(base, 1 - fraction), (base + 1, fraction)].compactMap { place, weight in
        let inside = clamps ? min(max(place, 0), size - 1) : place
        return (0..<size).contains(inside) ? (inside, weight) : nil
      }
    }
    let across = (0..<width).map { taps($0, columns, width) }
    for row in 0..<height {
      let down = taps(row, rows, height)
      for column in 0..<width {
        for channel in 0..<shape[0] {
          let plane = channel * height * width
          var sum: Float = 0
          for (from, high) in down {
            for (at, wide) in across[column] {
              sum += high * wide * scratch[plane + from * width + at]
            }
          }
          image[plane + row * width + column] = sum
        }
      }
    }
  }
}
