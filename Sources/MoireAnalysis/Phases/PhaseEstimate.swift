/// The shares of the levels estimated from a sample of the phases; see
/// ``PhaseChain/estimate(_:budget:seed:)``.
public struct PhaseEstimate: Codable, Sendable, Equatable {
  /// A number with its interval.
  public struct Interval: Codable, Sendable, Equatable {
    public var value: Double
    /// The ends of the interval; nil where there is none to be had.
    public var low, high: Double?

    public init(value: Double, low: Double? = nil, high: Double? = nil) {
      self.value = value
      self.low = low
      self.high = high
    }
  }

  /// The levels' shares of one image, or of the mean over images.
  public struct Reading: Codable, Sendable, Equatable {
    /// W_0.
    public var total: Interval
    /// W_{l−1} − W_l for each level.
    public var shares: [Interval]
    /// ``shares`` divided by ``total``.
    public var shareFractions: [Interval]
  }

  /// The nodes computed of each level.
  public var nodes: [Int]
  /// Multiply-adds relative to the exhaustive answer.
  public var costFraction: Double
  /// The coverage that the intervals aim at.
  public var confidence: Double
  public var seed: UInt64
  /// In the order of the inputs.
  public var images: [Reading]
  /// Of the shares' means over images.
  public var mean: Reading

  /// - Parameter fits: one for each image.
  init(
    _ fits: [PhaseFit], _ prior: PhaseFit.Prior?, _ design: SamplingDesign, cost: Double,
    seed: UInt64
  ) {
    let errors = fits.map { $0.covariance(prior) }
    let shares = fits.map { $0.components.shares($0.theta) }
    nodes = design.nodes
    costFraction = cost
    confidence = 0.95
    self.seed = seed
    images = zip(shares, errors).map { Reading($0, errors: $1) }
    let (count, levels) = (Double(max(1, fits.count)), design.nodes.count)
    let mean = (0..<levels).map { level in shares.reduce(0) { $0 + $1[level] } / count }
    let error = (0..<levels * levels).map { index in
      errors.reduce(0) { $0 + $1[index] } / (count * count)
    }
    self.mean = Reading(mean, errors: error)
  }
}

extension PhaseEstimate.Reading {
  /// - Parameter errors: the covariance of the shares' errors, `[L][L]`.
  init(_ values: [Double], errors: [Double]) {
    let levels = values.count
    let sum = values.reduce(0, +)
    func interval(_ value: Double, _ weights: [Double]) -> PhaseEstimate.Interval {
      var variance = 0.0
      for (i, first) in weights.enumerated() {
        for (j, second) in weights.enumerated() {
          variance += first * second * errors[i * levels + j]
        }
      }
      let half = MoireAnalysis.Interval.z * max(0, variance).squareRoot()
      return PhaseEstimate.Interval(value: value, low: max(0, value - half), high: value + half)
    }
    func unit(_ level: Int) -> [Double] { values.indices.map { $0 == level ? 1 : 0 } }
    total = interval(sum, values.map { _ in 1 })
    shares = values.indices.map { interval(values[$0], unit($0)) }
    shareFractions = values.indices.map { level in
      guard sum > 0 else { return PhaseEstimate.Interval(value: 0, low: 0, high: 0) }
      let fraction = values[level] / sum
      var found = interval(fraction, unit(level).map { ($0 - fraction) / sum })
      found.high = found.high.map { min(1, $0) }
      return found
    }
  }
}
