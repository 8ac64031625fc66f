import Foundation

/// Kolmogorov and Smirnov's test of whether values are uniform in 0 … 1.
public struct UniformityTest: Codable, Sendable, Equatable {
  /// The number of values.
  public var count: Int
  /// D = sup_x |F_n(x) − x|, F_n the share of values up to x.
  public var distance: Double
  /// The probability of this distance or a larger one if they are uniform and independent.
  public var probability: Double

  init(count: Int, distance: Double, probability: Double) {
    (self.count, self.distance, self.probability) = (count, distance, probability)
  }

  /// Nil for no values.
  ///
  /// Up to 140 values the probability is exact, by the matrix power of Marsaglia, Tsang and Wang (2003);
  /// beyond, Kolmogorov's series at (√n + 0.12 + 0.11/√n) D, Stephens's correction (1970). Below 10⁻⁴ it is
  /// twice that of one side, which is exact to its own square.
  public init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    let (sorted, size) = (values.sorted(), Double(values.count))
    let largest =
      sorted.enumerated().map { (rank: Int, value: Double) -> Double in
        max(Double(rank + 1) / size - value, value - Double(rank) / size)
      }.max() ?? 0
    count = values.count
    distance = min(1, largest)
    let tail = 2 * Self.oneSided(distance, count)
    if tail < 1e-4 {
      // 1 − P would lose it to rounding, and that both sides leave at once is below its square.
      probability = tail
    } else if count <= 140 {
      probability = max(0, 1 - Self.exact(distance, count))
    } else {
      probability = Self.series((size.squareRoot() + 0.12 + 0.11 / size.squareRoot()) * distance)
    }
  }

  /// P(sup (F_n(x) − x) ≥ d) = d Σ_{j ≤ n(1−d)} C(n, j) (d + j/n)^(j−1) (1 − d − j/n)^(n−j).
  static func oneSided(_ distance: Double, _ count: Int) -> Double {
    let size = Double(count)
    guard distance > 0 else { return 1 }
    let all: Double = lgamma(size + 1)
    var sum = 0.0
    for j in 0...count {
      let (k, left) = (Double(j), 1 - distance - Double(j) / size)
      guard left >= 0 else { break }
      let powers = left > 0 ? (size - k) * log(left) : j == count ? 0 : -.infinity
      let choices: Double = all - lgamma(k + 1) - lgamma(size - k + 1)
      let term: Double = choices + (k - 1) * log(distance + k / size) + powers
      sum += exp(term)
    }
    return min(1, distance * sum)
  }

  /// 2 Σ_j (−1)^(j−1) e^(−2 j² λ²).
  static func series(_ scaled: Double) -> Double {
    guard scaled > 0.2 else { return 1 }
    var (sum, sign) = (0.0, 1.0)
    for j in 1...100 {
      let term = exp(-2 * Double(j * j) * scaled * scaled)
      sum += sign * term
      if term < 1e-300 { break }
      sign = -sign
    }
    return 2 * sum
  }

  /// P(D < d) for n values: with k = ⌈n d⌉ and h = k − n d, n!/nⁿ times the middle entry of Hⁿ, H a
  /// (2k−1)-matrix of 1/(i − j + 1)! with corners that depend on h.
  static func exact(_ distance: Double, _ count: Int) -> Double {
    let scaled = Double(count) * distance
    guard scaled > 0.5 else { return 0 }
    guard distance < 1 else { return 1 }
    let k = Int(scaled) + 1
    let size = 2 * k - 1
    let h = Double(k) - scaled
    var matrix = [Double](repeating: 0, count: size * size)
    for i in 0..<size {
      for j in 0..<size where i - j + 1 >= 0 {
        var value = 1.0
        if j == 0 { value -= pow(h, Double(i + 1)) }
        if i == size - 1 { value -= pow(h, Double(size - j)) }
        if i == size - 1, j == 0, 2 * h > 1 { value += pow(2 * h - 1, Double(size)) }
        matrix[i * size + j] = value / tgamma(Double(i - j + 2))
      }
    }
    var (power, exponent) = (matrix, 0)
    var result = [Double](repeating: 0, count: size * size)
    for i in 0..<size { result[i * size + i] = 1 }
    var (rest, scale) = (count, 0)
    while rest > 0 {
      if rest & 1 == 1 {
        result = product(result, power, size)
        scale += exponent
        rescale(&result, &scale, size, k)
      }
      power = product(power, power, size)
      exponent *= 2
      rescale(&power, &exponent, size, k)
      rest >>= 1
    }
    let middle = result[(k - 1) * size + k - 1]
    guard middle > 0 else { return 0 }
    let factorial: Double = lgamma(Double(count + 1))
    let logarithm: Double =
      log(middle) + Double(scale) * log(10.0) + factorial - Double(count) * log(Double(count))
    return exp(logarithm)
  }

  private static func rescale(
    _ matrix: inout [Double], _ exponent: inout Int, _ size: Int, _ k: Int
  ) {
    guard matrix[(k - 1) * size + k - 1] > 1e140 else { return }
    for index in matrix.indices { matrix[index] *= 1e-140 }
    exponent += 140
  }

  private static func product(_ a: [Double], _ b: [Double], _ size: Int) -> [Double] {
    var result = [Double](repeating: 0, count: size * size)
    for i in 0..<size {
      for l in 0..<size {
        let factor = a[i * size + l]
        guard factor != 0 else { continue }
        for j in 0..<size { result[i * size + j] += factor * b[l * size + j] }
      }
    }
    return result
  }
}
