import MoireAnalysis

/// The metrics of one protocol as a row of cells.
struct ShiftRow {
  /// Headings for the terminal, which has no room for all, and for the page.
  static let titles: [(short: String?, long: String)] = [
    (nil, "images"), (nil, "pairs"), ("consistency", "consistency"),
    ("1-px change", "P(top-1 change), 1 px"), ("MAC", "MAC"), ("logit var", "logit variance"),
    ("rel.", "relative"), ("accuracy", "accuracy"), ("worst", "worst-shift accuracy"),
  ]

  let cells: [String]

  init(_ reading: ShiftReading) {
    cells = [
      Figures.count(reading.images), Figures.count(reading.pairs),
      Figures.percent(reading.consistency), Figures.percent(reading.pTop1Change),
      Figures.number(reading.mac), Figures.number(reading.logitVariance),
      Figures.number(reading.logitVarianceRelative), Figures.percent(reading.accuracy),
      Figures.percent(reading.worstShiftAccuracy),
    ]
  }
}

extension ShiftReading {
  /// The protocol line, which begins with the protocol's name.
  var namedLine: String {
    protocolLine.hasPrefix(`protocol`) ? protocolLine : "\(`protocol`): \(protocolLine)"
  }
}
