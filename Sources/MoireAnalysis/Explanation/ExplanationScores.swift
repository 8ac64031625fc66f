import Foundation
import MoireTensors

/// Predicted and exact numbers of all images, and how they go together.
struct ExplanationScores {
  typealias Reading = ExplanationReading
  let seed: UInt64
  private(set) var images: [String] = []
  private var points: [Reading.Point] = []
  private var totals: [Double] = []
  private var shifts = 0
  private var shiftErrors: [Double] = []

  init(seed: UInt64) { self.seed = seed }

  mutating func add(
    _ image: String, _ answers: PhaseAnswers, _ found: PhaseDecomposition, numbers: [Int],
    predictions: [[Double]], shifts: Int
  ) {
    for (number, predicted) in zip(numbers, predictions) {
      points.append(
        Reading.Point(
          image: images.count, level: number, share: found.shares[number - 1],
          phaseZeroEffect: found.phaseZeroEffects[number - 1], predictions: predicted))
    }
    self.shifts = shifts
    if found.total > 0 {
      shiftErrors.append(squaredError(of: answers, total: found.total, shifts: shifts))
    }
    totals.append(found.total)
    images.append(image)
  }

  /// The mean square relative error of the unbiased variance of so many random shifts.
  private func squaredError(of answers: PhaseAnswers, total: Double, shifts: Int) -> Double {
    var generator = SeededGenerator(seed: seed, 0x5F, images.count)
    let (draws, classes) = (100, answers.classes)
    var sum = 0.0
    for _ in 0..<draws {
      let drawn = (0..<shifts).map { _ in
        generator.integer(in: 0..<answers.phases.area) * classes
      }
      let estimate = answers.logits.withUnsafeBufferPointer { logits in
        var variance = 0.0
        for c in 0..<classes {
          let origin = Double(logits[drawn[0] + c])
          var (first, second) = (0.0, 0.0)
          for start in drawn {
            let value = Double(logits[start + c]) - origin
            first += value
            second += value * value
          }
          variance += (second - first * first / Double(shifts)) / Double(shifts - 1)
        }
        return variance
      }
      sum += (estimate / total - 1) * (estimate / total - 1)
    }
    return sum / Double(draws)
  }

  // MARK: The end

  func reading(levels: [Int], passes: (Reading.Predictor) -> Double) -> Reading? {
    guard !images.isEmpty else { return nil }
    let predictors = Reading.Predictor.allCases
    let byImage = images.indices.map { image in points.filter { $0.image == image } }
    let exact = byImage.map { Self.fractions($0.map(\.share)) }
    let draws = resamples()
    let scores = predictors.enumerated().map { index, predictor in
      let predicted = byImage.map { $0.map { $0.predictions[index] } }
      let errors = zip(predicted, exact).map { Self.distance(Self.fractions($0), $1) }
      let sums = predicted.map { $0.reduce(0, +) }
      return Reading.Score(
        predictor: predictor,
        share: correlation(predicted, byImage.map { $0.map(\.share) }, draws),
        phaseZeroEffect: correlation(predicted, byImage.map { $0.map(\.phaseZeroEffect) }, draws),
        shareWithinLevels: correlation(
          Self.centred(predicted), Self.centred(byImage.map { $0.map(\.share) }), draws,
          isLogarithmic: true),
        levels: levels.indices.map { levelScore($0, predicted, byImage) },
        total: correlation(sums.map { [$0] }, totals.map { [$0] }, draws),
        shareError: interval(mean(errors), draws.map { $0.map { errors[$0] } }.map(mean)),
        totalError: calibratedError(sums), passes: passes(predictor))
    }
    return Reading(
      images: images, levels: levels, predictors: predictors, scores: scores,
      otherImagesShareError: otherImages(exact),
      equalShareError: mean(
        exact.map { Self.distance($0, $0.map { _ in 1 / Double(max(1, levels.count)) }) }),
      randomShifts: shifts, randomShiftsError: mean(shiftErrors).squareRoot(), seed: seed,
      points: points)
  }

  /// Images drawn with replacement; none for a single one.
  private func resamples() -> [[Int]] {
    guard images.count > 1 else { return [] }
    var generator = SeededGenerator(seed: seed, 0xB007)
    return (0..<Interval.resamples).map { _ in
      images.indices.map { _ in generator.integer(in: 0..<images.count) }
    }
  }

  private func correlation(
    _ predicted: [[Double]], _ exact: [[Double]], _ draws: [[Int]], isLogarithmic: Bool = false
  ) -> Reading.Correlation {
    func of(
      _ measure: ([Double], [Double]) -> Double?
    ) -> PhaseEstimate.Interval? {
      guard let value = measure(predicted.flatMap { $0 }, exact.flatMap { $0 }) else { return nil }
      return interval(
        value,
        draws.compactMap { draw in
          measure(draw.flatMap { predicted[$0] }, draw.flatMap { exact[$0] })
        })
    }
    return Reading.Correlation(
      pearson: of(isLogarithmic ? Correlations.pearson : Correlations.logarithmic),
      spearman: of(Correlations.spearman))
  }

  private func interval(_ value: Double, _ drawn: [Double]) -> PhaseEstimate.Interval {
    guard drawn.count > 1 else { return PhaseEstimate.Interval(value: value) }
    let sorted = drawn.sorted()
    return PhaseEstimate.Interval(
      value: value, low: Interval.quantile(0.025, sorted), high: Interval.quantile(0.975, sorted))
  }

  /// With the factor that is right, in logarithms, for the other images.
  private func calibratedError(_ sums: [Double]) -> Double? {
    let pairs = zip(sums, totals).filter { $0.0 > 0 && $0.1 > 0 }
    guard pairs.count > 1 else { return nil }
    let factors = pairs.map { log($0.1 / $0.0) }
    let all = factors.reduce(0, +)
    let errors = factors.map { factor in
      exp((all - factor) / Double(factors.count - 1) - factor) - 1
    }
    return mean(errors.map { $0 * $0 }).squareRoot()
  }

  /// The error of taking the mean over the other images for an image.
  private func otherImages(_ exact: [[Double]]) -> Double? {
    guard exact.count > 1 else { return nil }
    return mean(
      exact.indices.map { image in
        let others = exact.indices.filter { $0 != image }
        let means = exact[image].indices.map { level in mean(others.map { exact[$0][level] }) }
        return Self.distance(means, exact[image])
      })
  }

  /// Logarithms less their mean over images, level by level; a level with a zero is left out.
  private static func centred(_ values: [[Double]]) -> [[Double]] {
    let levels = (values.first ?? []).indices.filter { level in
      values.allSatisfy { $0[level] > 0 }
    }
    let means = levels.map { level in
      values.reduce(0) { $0 + log($1[level]) } / Double(values.count)
    }
    return values.map { row in zip(levels, means).map { log(row[$0]) - $1 } }
  }

  private func levelScore(
    _ level: Int, _ predicted: [[Double]], _ points: [[Reading.Point]]
  ) -> Reading.LevelScore {
    let predictions = predicted.map { $0[level] }
    let effects = points.map { $0[level].phaseZeroEffect }
    return Reading.LevelScore(
      prediction: mean(predictions), phaseZeroEffect: mean(effects),
      pearson: Correlations.logarithmic(predictions, effects))
  }

  private static func fractions(_ values: [Double]) -> [Double] {
    let sum = values.reduce(0, +)
    return values.map { sum > 0 ? $0 / sum : 0 }
  }

  private static func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(max(1, a.count))
  }

  private func mean(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
  }
}
