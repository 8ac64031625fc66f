/// The mean of a number over seeds with Student's 95 % interval: m ± t₀.₉₇₅,ₙ₋₁ · s/√n.
struct SeedInterval: Equatable {
  let mean: Double
  /// Nil for fewer than two values.
  let low, high: Double?

  /// The 97.5 % quantiles of Student's t for 1, 2, … degrees of freedom.
  static let quantiles = [
    12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010,
    2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860, 2.0796, 2.0739,
    2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
  ]

  init(_ values: [Double]) {
    let count = Double(values.count)
    let mean = values.isEmpty ? 0 : values.reduce(0, +) / count
    self.mean = mean
    guard values.count > 1 else {
      (low, high) = (nil, nil)
      return
    }
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    // Beyond 30 degrees of freedom the quantile falls by less than 5 % more: the last one is safe.
    let quantile = Self.quantiles[min(values.count - 2, Self.quantiles.count - 1)]
    let half = quantile * (variance / count).squareRoot()
    (low, high) = (mean - half, mean + half)
  }
}
