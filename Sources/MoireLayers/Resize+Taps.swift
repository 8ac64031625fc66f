import MoireTensors

extension Resize {
  /// One axis of a resize: N positions become M.
  struct Axis {
    let inputSize: Int
    let outputSize: Int
    /// Output positions to an input position.
    let factor: Double
    let mode: Mode
    let coordinates: Coordinates
  }

  func axis(_ inputSize: Int, _ side: KeyPath<HW, Int>) throws -> Axis {
    switch target {
    case .size(let size):
      return Axis(
        inputSize: inputSize, outputSize: size[keyPath: side],
        factor: Double(size[keyPath: side]) / Double(inputSize), mode: mode,
        coordinates: coordinates)
    case .factors(let height, let width):
      let factor = side == \.height ? height : width
      guard factor > 0, factor * Double(inputSize) < 1e9 else {
        throw ShapeMismatch("cannot resize \(inputSize) positions by the factor \(factor)")
      }
      return Axis(
        inputSize: inputSize, outputSize: Int(factor * Double(inputSize)), factor: factor,
        mode: mode, coordinates: coordinates)
    }
  }
}

extension Resize.Axis {
  /// The number of input positions an output position is a sum of.
  var tapCount: Int {
    switch mode {
    case .nearest: 1
    case .bilinear: 2
    case .bicubic: 4
    }
  }

  /// x(i): where output position i stands among the input positions.
  func position(_ index: Int) -> Double {
    let (i, n, m) = (Double(index), Double(inputSize), Double(outputSize))
    // i·N/M in this order is exact where the quotient is a whole number.
    let ratio = { (x: Double) in factor == m / n ? x * n / m : x / factor }
    switch coordinates {
    case .halfPixel: return ratio(i + 0.5) - 0.5
    case .pytorchHalfPixel: return outputSize == 1 ? 0 : ratio(i + 0.5) - 0.5
    case .alignCorners: return outputSize == 1 ? 0 : i * (n - 1) / (m - 1)
    case .asymmetric: return ratio(i)
    }
  }

  /// The input positions and weights of every output position, ``tapCount`` each.
  func taps() -> (indices: [Int32], weights: [Float]) {
    var (indices, weights): ([Int32], [Float]) = ([], [])
    for index in 0..<outputSize {
      for (offset, weight) in taps(at: position(index)) {
        indices.append(Int32(min(max(offset, 0), inputSize - 1)))
        weights.append(Float(weight))
      }
    }
    return (indices, weights)
  }

  private func taps(at x: Double) -> [(Int, Double)] {
    let base = Int(x.rounded(.down))
    let fraction = x - Double(base)
    switch mode {
    case .nearest(let rounding): return [(Resize.Axis.round(x, rounding), 1)]
    case .bilinear: return [(base, 1 - fraction), (base + 1, fraction)]
    case .bicubic(let coefficient):
      return (-1...2).map {
        (base + $0, Resize.Axis.cubic(abs(fraction - Double($0)), coefficient))
      }
    }
  }

  private static func round(_ x: Double, _ rounding: Resize.Rounding) -> Int {
    switch rounding {
    case .floor: Int(x.rounded(.down))
    case .ceil: Int(x.rounded(.up))
    case .roundPreferFloor: Int((x - 0.5).rounded(.up))
    case .roundPreferCeil: Int((x + 0.5).rounded(.down))
    }
  }

  /// Keys' kernel at distance t ≤ 2.
  private static func cubic(_ t: Double, _ a: Double) -> Double {
    t <= 1
      ? ((a + 2) * t - (a + 3)) * t * t + 1
      : ((a * t - 5 * a) * t + 8 * a) * t - 4 * a
  }
}
