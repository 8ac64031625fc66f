/// One axis of an antialiased bilinear resize: which samples make an output sample, with what weight.
///
/// With ratio r = N/M and width f = max(r, 1), output i stands at c = (i + ½)·r on the input axis and
/// weighs sample n by the triangle max(0, 1 − |n + ½ − c|/f), over the samples in [c − f, c + f],
/// divided by their sum. The weights are integers of ``fractionBits`` fractional bits, so that a
/// resize gives the same bytes on every machine: those of Pillow's 8-bit path.
struct Resampling {
  /// 32 bits less 8 for the sample and 2 for overshoot.
  static let fractionBits = 22

  /// Where the samples of each output begin.
  let starts: [Int]
  /// How many there are.
  let counts: [Int]
  /// The weights of output i, from `i * stride` on.
  let weights: [Int32]
  /// The largest possible count.
  let stride: Int

  /// - Precondition: both sizes are positive.
  init(from size: Int, to target: Int) {
    precondition(size > 0 && target > 0, "resampling from \(size) to \(target)")
    let ratio = Double(size) / Double(target)
    let width = max(ratio, 1)
    let slope = 1 / width
    let stride = min(size, 2 * Int(width.rounded(.up)) + 1)
    var starts: [Int] = []
    var counts: [Int] = []
    var weights = [Int32](repeating: 0, count: target * stride)
    for output in 0..<target {
      let center = (Double(output) + 0.5) * ratio
      let start = max(0, Int(center - width + 0.5))
      let end = min(size, Int(center + width + 0.5))
      let triangle = (start..<end).map { max(0, 1 - abs((Double($0) - center + 0.5) * slope)) }
      let sum = triangle.reduce(0, +)
      for (tap, weight) in triangle.enumerated() {
        weights[output * stride + tap] = Resampling.fixed(weight / sum)
      }
      starts.append(start)
      counts.append(end - start)
    }
    self.starts = starts
    self.counts = counts
    self.weights = weights
    self.stride = stride
  }

  private static func fixed(_ weight: Double) -> Int32 {
    Int32(weight * Double(1 << fractionBits) + 0.5)
  }
}
