import MoireLayers
import MoireTensors
import MoireTraining

/// Errors on corrupted images and flips along perturbation sequences, after Hendrycks and Dietterich
/// (2019).
enum CorruptionMeasure {
  static func line(_ images: Int) -> String {
    let kinds = Corruption.allCases.map(\.rawValue).joined(separator: ", ")
    return
      "after Hendrycks and Dietterich: \(kinds), first \(images) test images rounded to 8 bits, "
      + "seed 0; corruption error: mean over severities 1 to 5, then over kinds; flip rate: share of "
      + "consecutive frames of sequences of \(CorruptedImages.frames) frames with another answer (noise: "
      + "against the first frame), mean over kinds; relative: each kind's divided by that of the "
      + "baseline of the same network, augmentation and seed, then the mean"
  }

  /// - Throws: `LayerError`.
  static func values(
    _ evaluator: BatchEvaluator, _ images: CorruptedImages, _ count: Int, _ scale: PixelScale,
    threads: Int
  ) throws -> [CellResult.Value] {
    let sets = try images.sets(count, threads: threads)
    var values: [CellResult.Value] = []
    var (errors, flips) = ([Double](), [Double]())
    for (index, kind) in Corruption.allCases.enumerated() {
      let bySeverity = try sets.corrupted[index].map { set in
        zip(try predictions(evaluator, set, scale), set.labels).reduce(0.0) {
          $0 + ($1.0 == Int($1.1) ? 0 : 1)
        } / Double(set.count)
      }
      values += bySeverity.enumerated().map { severity, error in
        .init("corruption_error", part: "\(kind.rawValue) \(severity + 1)", error)
      }
      errors.append(bySeverity.reduce(0, +) / Double(bySeverity.count))
      let frames = try sets.sequences[index].map { try predictions(evaluator, $0, scale) }
      flips.append(flipRate(frames, againstFirst: kind == .noise))
      values.append(.init("corruption_error", part: kind.rawValue, errors[index]))
      values.append(.init("flip_rate", part: kind.rawValue, flips[index]))
    }
    let kinds = Double(Corruption.allCases.count)
    return [
      .init("corruption_error", errors.reduce(0, +) / kinds),
      .init("flip_rate", flips.reduce(0, +) / kinds),
    ] + values
  }

  /// The share of frames whose answer is not that of the frame before, or of the first one.
  static func flipRate(_ frames: [[Int]], againstFirst: Bool) -> Double {
    guard frames.count > 1, !frames[0].isEmpty else { return 0 }
    var flips = 0
    for frame in 1..<frames.count {
      let other = frames[againstFirst ? 0 : frame - 1]
      flips += zip(frames[frame], other).count { $0 != $1 }
    }
    return Double(flips) / Double((frames.count - 1) * frames[0].count)
  }

  private static func predictions(
    _ evaluator: BatchEvaluator, _ data: ImageDataset, _ scale: PixelScale
  ) throws -> [Int] {
    try evaluator.answers(data, scale: scale) { _ in [.plain] }.map { $0.predictions[0] }
  }

  /// The results with their errors and flip rates relative to those of the baseline of the same network,
  /// augmentation and seed, where there is one.
  static func addingRelative(_ results: [CellResult]) -> [CellResult] {
    results.map { result in
      var cell = result.cell
      cell.method = .baseline
      let name = StudyMeasure.corruption.rawValue
      guard let own = result.groups[name]?.values,
        let base = results.first(where: { $0.cell == cell })?.groups[name]?.values
      else { return result }
      var result = result
      for measure in ["corruption_error", "flip_rate"] {
        let ratios = Corruption.allCases.compactMap { kind -> Double? in
          let find = { (values: [CellResult.Value]) in
            values.first { $0.measure == measure && $0.part == kind.rawValue }?.value
          }
          guard let own = find(own), let base = find(base), base > 0 else { return nil }
          return own / base
        }
        guard !ratios.isEmpty else { continue }
        result.groups[name]?.values.append(
          .init("\(measure)_relative", ratios.reduce(0, +) / Double(ratios.count)))
      }
      return result
    }
  }
}
