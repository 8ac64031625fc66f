import Foundation
import MoireTensors

/// 95 % confidence intervals.
enum Interval {
  static let resamples = 1000
  /// The 97.5 % quantile of the normal distribution.
  static let z = 1.959963984540054

  /// Wilson's interval of a share of independent trials.
  static func wilson(_ successes: Double, of count: Double) -> (low: Double, high: Double) {
    let share = successes / count
    let square = z * z / count
    let center = (share + square / 2) / (1 + square)
    let half = z / (1 + square) * ((share * (1 - share) + square / 4) / count).squareRoot()
    // Rounding must not put the ends beyond the share of 0 or 1.
    return (min(share, max(0, center - half)), max(share, min(1, center + half)))
  }

  /// The percentile interval of Σ numerator / Σ denominator when whole images are drawn with
  /// replacement; nil for fewer than two images.
  ///
  /// The pairs of one image are not independent, images are.
  static func bootstrap(
    _ numerators: [Double], _ denominators: [Double], seed: UInt64
  ) -> (low: Double, high: Double)? {
    let count = numerators.count
    guard count > 1 else { return nil }
    var generator = SeededGenerator(seed: seed, 0xB007)
    var ratios: [Double] = []
    ratios.reserveCapacity(resamples)
    for _ in 0..<resamples {
      var (above, below) = (0.0, 0.0)
      for _ in 0..<count {
        let drawn = generator.integer(in: 0..<count)
        above += numerators[drawn]
        below += denominators[drawn]
      }
      if below > 0 { ratios.append(above / below) }
    }
    guard !ratios.isEmpty else { return nil }
    ratios.sort()
    return (quantile(0.025, ratios), quantile(0.975, ratios))
  }

  /// Linear between ranks.
  static func quantile(_ share: Double, _ sorted: [Double]) -> Double {
    let position = share * Double(sorted.count - 1)
    let lower = Int(position)
    guard lower + 1 < sorted.count else { return sorted[lower] }
    let (a, b) = (sorted[lower], sorted[lower + 1])
    return a + (position - Double(lower)) * (b - a)
  }
}
