/// How an answer changes when the image moves, under one protocol.
///
/// The classification metrics are nil for a network whose answer is not `[N, classes]`.
public struct ShiftReading: Codable, Sendable, Equatable {
  /// `circular` or `crop`.
  public var `protocol`: String
  /// The protocol in one line: pair rule, shifts, boundary, agreement rule, seed.
  public var protocolLine: String
  public var seed: UInt64
  public var images: Int
  /// Pairs of independent shifts, and as many pairs of 1-pixel diagonal neighbours.
  public var pairs: Int
  /// Share of independent pairs with equal argmax.
  public var consistency: Double?
  /// Share of 1-pixel diagonal neighbours whose argmax differs.
  public var pTop1Change: Double?
  /// Mean |p₁(c*) − p₂(c*)| over the neighbours, c* the answer at the first of them.
  public var mac: Double?
  /// Population variance of each output over the independent shifts, summed, averaged over images.
  public var logitVariance: Double
  /// The same divided, for each image, by Σ (logit − mean logit)² of its unshifted answer.
  public var logitVarianceRelative: Double
  /// Over all evaluated shifts of the labelled images.
  public var accuracy: Double?
  /// Share of labelled images that are right at all evaluated shifts.
  public var worstShiftAccuracy: Double?

  public init(
    protocol: String, protocolLine: String, seed: UInt64, images: Int, pairs: Int,
    consistency: Double?, pTop1Change: Double?, mac: Double?, logitVariance: Double,
    logitVarianceRelative: Double, accuracy: Double?, worstShiftAccuracy: Double?
  ) {
    self.protocol = `protocol`
    self.protocolLine = protocolLine
    self.seed = seed
    self.images = images
    self.pairs = pairs
    self.consistency = consistency
    self.pTop1Change = pTop1Change
    self.mac = mac
    self.logitVariance = logitVariance
    self.logitVarianceRelative = logitVarianceRelative
    self.accuracy = accuracy
    self.worstShiftAccuracy = worstShiftAccuracy
  }
}

/// The probability of one class while the image moves circularly along its diagonal, pixel by pixel.
public struct ShiftSweep: Codable, Sendable, Equatable {
  public var image: String
  /// The answer for the unshifted image.
  public var `class`: Int
  public var className: String?
  /// `probability[d]` is that of the image shifted by (d, d).
  public var probability: [Double]
  /// The answer at each shift.
  public var predictions: [Int]

  public init(
    image: String, class: Int, className: String?, probability: [Double], predictions: [Int]
  ) {
    self.image = image
    self.class = `class`
    self.className = className
    self.probability = probability
    self.predictions = predictions
  }
}
