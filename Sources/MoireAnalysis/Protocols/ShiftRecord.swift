/// What one image gave under one protocol: all that its numbers are computed from.
public struct ShiftRecord: Codable, Sendable, Equatable {
  /// Why the image cannot be shown this way; then all else is empty.
  public var refused: String?
  /// The class of each view.
  public var predictions: [Int]?
  /// The probability of the right class in each view, where it is known.
  public var labelProbability: [Double]?
  /// Whether the right class is among the first five, 1 or 0 for each view.
  public var topFive: [Int]?
  /// Whether the argmax is equal, 1 or 0 for each pair.
  public var agree: [Int]?
  /// |p₁(c*) − p₂(c*)| of each pair.
  public var change: [Double]?
  /// 1 − cosine of the softmax outputs of each pair.
  public var distance: [Double]?
  /// Of the outputs over the views, summed over outputs.
  public var variance: Double?
  /// Σ (output − mean output)² of the unshifted image.
  public var spread: Double?
  /// For each pair: squared difference, squared reference, values compared.
  public var errors: [[Double]]?
  /// For each pair of crops: pixels with equal argmax, pixels compared.
  public var overlap: [[Double]]?
  /// For each sampling site: the share of (map, translation) that leave the mean.
  public var sites: [Double]?

  /// The mean distance of its features from those of the nearest training images.
  public var typicality: Double?

  public init(refused: String? = nil) { self.refused = refused }

  /// The record of answers.
  ///
  /// - Parameters:
  ///   - label: the right class, when it is known.
  ///   - unshifted: the answer to the unshifted image.
  ///   - answers: one for each view.
  init(
    _ answers: [Answer], pairing: ShiftTrial.Pairing, measures: [ShiftTrial.Measure], label: Int?,
    unshifted: Answer
  ) {
    let classes = answers.map(\.prediction)
    let pairs = pairing.pairs(of: answers.count)
    predictions = classes
    agree = pairs.map { classes[$0.0] == classes[$0.1] ? 1 : 0 }
    change = pairs.map { first, second in
      let answer = classes[first]
      return abs(
        answers[first].probability(of: answer) - answers[second].probability(of: answer))
    }
    if let label {
      labelProbability = answers.map { $0.probability(of: label) }
      if measures.contains(.topFive) || measures.contains(.jaggedness) {
        topFive = answers.map { $0.isAmongFive(label) ? 1 : 0 }
      }
    }
    if measures.contains(.sis) {
      distance = pairs.map { answers[$0.0].distance(to: answers[$0.1]) }
    }
    if measures.contains(.logitVariance) {
      // Neighbours are no independent shifts: two of three.
      let independent =
        pairing == .triples
        ? answers.indices.filter { $0 % 3 != 2 }.map { answers[$0] } : answers
      variance = independent.variance
      spread = unshifted.spread
    }
  }
}

/// What one image gave under all protocols of a run.
public struct ImageRecord: Codable, Sendable, Equatable {
  /// Its place among the images.
  public var index: Int
  public var name: String
  public var label: Int?
  /// Why it was skipped; then all else is empty.
  public var skipped: String?
  /// The answer to the unshifted image, for a classifier.
  public var prediction: Int?
  public var probability: Double?
  /// Pictures that the network saw.
  public var evaluations = 0
  /// One for each protocol, in the order of the header.
  public var protocols: [ShiftRecord] = []

  public init(index: Int, name: String, label: Int?) {
    self.index = index
    self.name = name
    self.label = label
  }
}
