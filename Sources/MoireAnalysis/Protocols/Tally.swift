import Foundation

/// One number of a protocol as parts that images contribute: Σ numerator / Σ denominator.
struct Tally {
  var numerators: [Double] = []
  var denominators: [Double] = []
  /// Whether each image contributes one trial, 0 or 1, so that Wilson's interval holds.
  var isOneTrialEach = true

  /// The parts of a measure; records that do not have it are left out.
  ///
  /// - Parameter part: which of `count` equal parts of the views, for series.
  init(
    _ measure: ShiftTrial.Measure, _ rules: ShiftTrial.Rules,
    _ records: [(image: ImageRecord, record: ShiftRecord)], part: Int = 0, of count: Int = 1
  ) {
    for (image, record) in records where record.refused == nil {
      let portion = RecordPart(image, record, rules.pairing, part: part, of: count)
      guard let (above, below) = portion.contribution(measure), below > 0 else { continue }
      numerators.append(above)
      denominators.append(below)
      isOneTrialEach = isOneTrialEach && below == 1 && (above == 0 || above == 1)
    }
  }

  var value: Double? {
    let below = denominators.reduce(0, +)
    return below > 0 ? numerators.reduce(0, +) / below : nil
  }
}

/// A part of the views of one record.
struct RecordPart {
  private let image: ImageRecord
  private let record: ShiftRecord
  private let pairing: ShiftTrial.Pairing
  private let views, pairs: Range<Int>
  private let part: Int

  init(
    _ image: ImageRecord, _ record: ShiftRecord, _ pairing: ShiftTrial.Pairing, part: Int,
    of count: Int
  ) {
    func range(_ all: Int) -> Range<Int> { all * part / count..<all * (part + 1) / count }
    self.image = image
    self.record = record
    self.pairing = pairing
    self.part = part
    views = range(record.predictions?.count ?? 0)
    pairs = range(record.agree?.count ?? 0)
  }

  /// What the image adds to numerator and denominator; nil where the measure does not apply.
  func contribution(_ measure: ShiftTrial.Measure) -> (Double, Double)? {
    switch measure {
    case .consistency: return mean(record.agree?[pairs].map(Double.init), independent: true)
    case .change: return mean(record.agree?[pairs].map { 1 - Double($0) }, independent: false)
    case .mac: return mean(record.change.map { Array($0[pairs]) }, independent: false)
    case .sis: return mean(record.distance.map { Array($0[pairs]) }, independent: false)
    case .logitVariance: return record.variance.map { ($0, 1) }
    case .allAgree:
      return record.predictions.map { (isUnanimous($0) ? 1 : 0, 1) }
    case .equivarianceError, .equivariance:
      return record.errors.map { (sum($0, 0), sum($0, 2)) }
    case .relativeError: return record.errors.map { (sum($0, 0), sum($0, 1)) }
    case .overlap: return record.overlap.map { (sum($0, 0), sum($0, 1)) }
    case .nonshiftability:
      return record.sites.flatMap { $0.indices.contains(part) ? ($0[part], 1) : nil }
    case .jaggedness, .variation, .consistencyAmongCorrect, .accuracy, .firstAccuracy,
      .shiftedAccuracy, .worstAccuracy, .topFive:
      return labelled(measure)
    }
  }

  private func labelled(_ measure: ShiftTrial.Measure) -> (Double, Double)? {
    guard let label = image.label, let predictions = record.predictions else { return nil }
    let right = { (views: [Int]) in
      (Double(views.count { predictions[$0] == label }), Double(views.count))
    }
    switch measure {
    case .accuracy: return right(Array(views))
    case .firstAccuracy: return right(pairing.pairs(of: predictions.count)[pairs].map(\.0))
    case .shiftedAccuracy: return right(Array(views.dropFirst()))
    case .worstAccuracy:
      return (views.allSatisfy { predictions[$0] == label } && isRightUnshifted ? 1 : 0, 1)
    case .topFive:
      return record.topFive.map { (Double($0[views].reduce(0, +)), Double(views.count)) }
    case .jaggedness:
      return record.topFive.map { inside in
        (Double(zip(inside[views], inside[views].dropFirst()).count { $0 != $1 }), 1)
      }
    case .variation: return record.labelProbability.map { (deviation($0[views]), 1) }
    case .consistencyAmongCorrect:
      let all = pairing.pairs(of: predictions.count)
      let correct = pairs.filter { predictions[all[$0].0] == label }
      return record.agree.map { agree in
        (Double(correct.count { agree[$0] == 1 }), Double(correct.count))
      }
    default: return nil
    }
  }

  /// The audit's worst-shift accuracy counts the unshifted image among the shifts.
  private var isRightUnshifted: Bool {
    pairing != .triples || image.prediction == image.label
  }

  private func isUnanimous(_ predictions: [Int]) -> Bool {
    predictions[views].allSatisfy { $0 == predictions[views.lowerBound] }
  }

  /// Of triples, every first pair is independent and every second one neighbours.
  private func mean(_ values: [Double]?, independent: Bool) -> (Double, Double)? {
    guard let values else { return nil }
    let chosen =
      pairing == .triples
      ? values.enumerated().filter { $0.offset.isMultiple(of: 2) == independent }.map(\.element)
      : values
    return (chosen.reduce(0, +), Double(chosen.count))
  }

  private func sum(_ rows: [[Double]], _ column: Int) -> Double {
    rows.reduce(0) { $0 + $1[column] }
  }

  /// Population standard deviation.
  private func deviation(_ values: ArraySlice<Double>) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    return square.squareRoot()
  }
}
