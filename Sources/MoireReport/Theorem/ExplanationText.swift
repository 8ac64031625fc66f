import MoireAnalysis

/// What one forward pass foretells of the phase chain, as a table for a terminal.
struct ExplanationText {
  private let reading: ExplanationReading?

  init(_ document: TheoremDocument) { reading = document.explanation }

  func table(_ width: Int, _ style: TextStyle) -> [String] {
    guard let reading else { return [] }
    var table = TextTable(
      columns: [
        .init(title: "predictor", isNumeric: false, isFlexible: true, comfortable: 24),
        .init(title: "share r"), .init(title: "share ρ"), .init(title: "phase 0 r"),
        .init(title: "total r"), .init(title: "share error"), .init(title: "total error"),
        .init(title: "passes"),
      ])
    table.rows = reading.scores.map { score in
      [
        score.predictor.rawValue, Self.text(score.share.pearson), Self.text(score.share.spearman),
        Self.text(score.phaseZeroEffect.pearson), Self.text(score.total.pearson),
        Figures.percent(score.shareError.value), Figures.percent(score.totalError),
        Figures.number(score.passes),
      ]
    }
    let rows = reading.images.count * reading.levels.count
    let key =
      "\(Figures.plural(reading.images.count, "image")), \(Figures.plural(reading.levels.count, "level")),"
      + " \(rows) points. r: Pearson's correlation of logarithms, ρ: Spearman's, with 95 % bootstrap"
      + " intervals over images; shares and phase-0 effects over all levels of all images, totals over"
      + " images. Share error: mean difference of predicted and exact fraction. Total error: root mean"
      + " square, relative, after one factor fitted to the other images. Passes: forward passes an image;"
      + " none of them shifted. Beside it: the mean shares of the other images are off by"
      + " \(Figures.percent(reading.otherImagesShareError)), equal shares by"
      + " \(Figures.percent(reading.equalShareError)); \(reading.randomShifts) random shifts estimate the"
      + " total to \(Figures.percent(reading.randomShiftsError))."
    return [style.bold("Explanation: what one forward pass foretells of shifts")]
      + table.render(width: width, style: style)
      + DisplayText.wrapped(key, to: width).map(style.dim)
  }

  /// "0.81 [0.70, 0.88]".
  private static func text(_ value: PhaseEstimate.Interval?) -> String {
    guard let value else { return Figures.none }
    guard let low = value.low, let high = value.high else { return two(value.value) }
    return "\(two(value.value)) [\(two(low)), \(two(high))]"
  }

  private static func two(_ value: Double) -> String {
    let hundredths = Int((abs(value) * 100).rounded())
    let sign = value < 0 && hundredths > 0 ? "-" : ""
    return "\(sign)\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
  }
}
