import Foundation

/// Intervals of functions of the mean shares, leaving out one branch of the first level at a time.
///
/// Branches of one image are a stratum: Var θ = Σ_i (B_i − 1)/B_i · Σ_b (θ_(i,b) − θ̄_i)², where θ_(i,b) is θ
/// without branch b of image i and θ̄_i their mean; Σ_i (B_i − 1) degrees of freedom.
struct Jackknife {
  private let mean: [Double]
  /// The mean shares without each branch of each image.
  private let without: [[[Double]]]
  private let freedom: Int
  private let confidence: Double

  init(_ samples: [PhaseSample], shares: [[Double]], phases: [Int], confidence: Double) {
    let count = Double(max(samples.count, 1))
    let sums = phases.indices.map { level in shares.reduce(0) { $0 + $1[level] } }
    mean = sums.map { $0 / count }
    without = zip(samples, shares).map { sample, own in
      let parts = sample.touching.compactMap { (sample.pairs - $0).shares(phases) }
      // Too few branches to leave one out: the image says nothing about its error.
      guard parts.count == sample.touching.count, parts.count > 1 else { return [] }
      return parts.map { part in
        phases.indices.map { (sums[$0] - own[$0] + part[$0]) / count }
      }
    }
    freedom = without.contains { $0.isEmpty } ? 0 : without.reduce(0) { $0 + $1.count - 1 }
    self.confidence = confidence
  }

  func interval(_ value: ([Double]) -> Double) -> PhaseEstimate.Interval {
    let estimate = value(mean)
    guard freedom > 0 else { return PhaseEstimate.Interval(value: estimate) }
    let variance = without.reduce(0.0) { sum, parts in
      let values = parts.map(value)
      let mean = values.reduce(0, +) / Double(values.count)
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return sum + squares * Double(values.count - 1) / Double(values.count)
    }
    let half = Self.quantile((1 + confidence) / 2, freedom: freedom) * variance.squareRoot()
    return PhaseEstimate.Interval(value: estimate, low: estimate - half, high: estimate + half)
  }

  /// The quantile p ≥ ½ of Student's t distribution: its distribution function, integrated by Simpson's
  /// rule over θ in t = √ν tan θ, where it is ∝ ∫ cos^(ν−1), and bisected.
  static func quantile(_ p: Double, freedom: Int) -> Double {
    let degrees = Double(freedom)
    // Γ((ν+1)/2) / (√π Γ(ν/2))
    let scale = exp(lgamma((degrees + 1) / 2) - lgamma(degrees / 2)) / Double.pi.squareRoot()
    func distribution(_ angle: Double) -> Double {
      let steps = 256
      let width = angle / Double(steps)
      let sum = (0...steps).reduce(0.0) { sum, step in
        let weight: Double = step == 0 || step == steps ? 1 : step % 2 == 1 ? 4 : 2
        return sum + weight * pow(cos(Double(step) * width), degrees - 1)
      }
      return 0.5 + scale * sum * width / 3
    }
    var (low, high) = (0.0, Double.pi / 2)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if distribution(middle) < p { low = middle } else { high = middle }
    }
    return degrees.squareRoot() * tan((low + high) / 2)
  }
}
