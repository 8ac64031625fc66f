/// The shares of the levels estimated from a sample of the phases; see ``PhaseChain/estimate(_:budget:seed:)``.
public struct PhaseEstimate: Codable, Sendable, Equatable {
  /// A number with its interval.
  public struct Interval: Codable, Sendable, Equatable {
    public var value: Double
    /// The ends of the interval; nil where the sample gives none.
    public var low: Double?
    public var high: Double?

    public init(value: Double, low: Double? = nil, high: Double? = nil) {
      self.value = value
      self.low = low
      self.high = high
    }
  }

  /// The phases drawn at each node of each level.
  public var branching: [Int]
  /// Multiply-adds relative to the exhaustive answer.
  public var costFraction: Double
  /// The coverage that the intervals aim at.
  public var confidence: Double
  public var seed: UInt64
  public var images: Int
  /// W_0, the mean over images.
  public var total: Interval
  /// W_{l−1} − W_l for each level, the mean over images: unbiased, so one may be below 0.
  public var shares: [Interval]
  /// ``shares`` divided by ``total``.
  public var shareFractions: [Interval]
  /// The shares of each image, `[image][level]`.
  public var imageShares: [[Double]]
}
