import Foundation

/// What a network says to one image in several views.
struct ImageAnswers: Sendable {
  let label: Int
  /// The largest output of each view, the first one of equals.
  let predictions: [Int]
  /// The softmax of the label's output in each view.
  let labelProbability: [Double]
  /// The softmax of all outputs in each view.
  let probabilities: [[Double]]

  init(label: Int, logits: [[Float]]) {
    self.label = label
    probabilities = logits.map { row in
      let largest = Double(row.max() ?? 0)
      let powers = row.map { exp(Double($0) - largest) }
      let sum = powers.reduce(0, +)
      return powers.map { $0 / sum }
    }
    predictions = logits.map { row in
      row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 }
    }
    labelProbability = probabilities.map { $0[label] }
  }

  init(label: Int, predictions: [Int], probabilities: [[Double]]) {
    self.label = label
    self.predictions = predictions
    self.probabilities = probabilities
    labelProbability = probabilities.map { $0[label] }
  }

  /// Σ over answers of (their share of the views)²: the probability that two views, drawn
  /// independently, give one answer.
  var agreement: Double {
    let counts = Dictionary(grouping: predictions) { $0 }.mapValues { Double($0.count) }
    let total = Double(predictions.count)
    return counts.values.reduce(0) { $0 + $1 * $1 } / (total * total)
  }

  /// Population standard deviation of the label's probability over the views.
  var variation: Double {
    let mean = labelProbability.reduce(0, +) / Double(labelProbability.count)
    let square = labelProbability.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (square / Double(labelProbability.count)).squareRoot()
  }

  /// The share of views with the right answer.
  var accuracy: Double {
    Double(predictions.count { $0 == label }) / Double(predictions.count)
  }

  /// Whether every view has the right answer.
  var isAlwaysRight: Bool { predictions.allSatisfy { $0 == label } }

  /// |p₁(c*) − p₂(c*)| for two views, c* the answer to the first.
  func change(from first: Int, to second: Int) -> Double {
    let answer = predictions[first]
    return abs(probabilities[first][answer] - probabilities[second][answer])
  }
}

extension [ImageAnswers] {
  /// The mean of a number over images; 0 for none.
  func mean(_ value: (ImageAnswers) -> Double) -> Double {
    isEmpty ? 0 : reduce(0) { $0 + value($1) } / Double(count)
  }
}
