import MoireAnalysis

/// What one forward pass foretells of the phase chain, as a table for a terminal.
struct ExplanationText {
  private let reading: ExplanationReading?

  init(_ document: TheoremDocument) { reading = document.explanation }

  /// How each predictor does, and the Jacobian's level by level.
  func tables(_ width: Int, _ style: TextStyle) -> [[String]] {
    guard let reading else { return [] }
    return [predictors(reading, width, style), levels(reading, width, style)]
  }

  private func predictors(
    _ reading: ExplanationReading, _ width: Int, _ style: TextStyle
  ) -> [String] {
    var table = TextTable(
      columns: [
        .init(title: "predictor", isNumeric: false), .init(title: "share r"), .init(title: "ρ"),
        .init(title: "in level r"), .init(title: "total r"), .init(title: "off by"),
        .init(title: "passes"),
      ])
    table.rows = reading.scores.map { score in
      [
        score.predictor.rawValue, Self.text(score.share.pearson),
        Self.two(score.share.spearman?.value), Self.text(score.shareWithinLevels.pearson),
        Self.two(score.total.pearson?.value), Figures.percent(score.shareError.value),
        Figures.number(score.passes),
      ]
    }
    let tail = reading.scores.first { $0.predictor == .tail }
    let key =
      "\(Figures.plural(reading.images.count, "image")) at \(Figures.plural(reading.levels.count, "level"))."
      + " r: Pearson's correlation of the logarithms of predictions and exact shares, with 95 % bootstrap"
      + " intervals over images; ρ: Spearman's; in level: less each level's mean over images; total: of"
      + " the sums over levels. Off by: mean difference of predicted and exact fraction of the total."
      + " Passes: forward passes an image, none of them shifted. Beside it: the mean shares of the"
      + " other images are off by \(Figures.percent(reading.otherImagesShareError)), equal shares by"
      + " \(Figures.percent(reading.equalShareError)). The tail's total is off by"
      + " \(Figures.percent(tail?.totalError)) after one factor fitted to the other images;"
      + " \(reading.randomShifts) random shifts, the same price, are off by"
      + " \(Figures.percent(reading.randomShiftsError))."
    return [style.bold("Explanation: what one forward pass foretells of the levels' shares")]
      + table.render(width: width, style: style)
      + DisplayText.wrapped(key, to: width).map(style.dim)
  }

  private func levels(
    _ reading: ExplanationReading, _ width: Int, _ style: TextStyle
  ) -> [String] {
    guard let tail = reading.scores.first(where: { $0.predictor == .tail }) else { return [] }
    var table = TextTable(
      columns: [
        .init(title: "level"), .init(title: "predicted"), .init(title: "phase 0"),
        .init(title: "ratio"), .init(title: "r"),
      ])
    table.rows = zip(reading.levels, tail.levels).map { number, level in
      let ratio = level.phaseZeroEffect > 0 ? level.prediction / level.phaseZeroEffect : nil
      return [
        "\(number)", Figures.number(level.prediction), Figures.number(level.phaseZeroEffect),
        Figures.number(ratio), Self.two(level.pearson),
      ]
    }
    let key =
      "Predicted: Σ ‖J a‖² over the alias orders a of the level's maps, J the Jacobian of all behind them."
      + " Phase 0: the exact variance over the level's phases, all others at 0. The two are equal to"
      + " first order where all behind the level is blind to shifts by less than a sample, which holds"
      + " behind the last level. r: of logarithms, over images."
    return [style.bold("Tail of aliases, level by level")]
      + table.render(width: width, style: style)
      + DisplayText.wrapped(key, to: width).map(style.dim)
  }

  /// "0.81 [0.70, 0.88]".
  private static func text(_ value: PhaseEstimate.Interval?) -> String {
    guard let value else { return Figures.none }
    guard let low = value.low, let high = value.high else { return two(value.value) }
    return "\(two(value.value)) [\(two(low)), \(two(high))]"
  }

  private static func two(_ value: Double?) -> String {
    guard let value else { return Figures.none }
    let hundredths = Int((abs(value) * 100).rounded())
    let sign = value < 0 && hundredths > 0 ? "-" : ""
    return "\(sign)\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
  }
}
