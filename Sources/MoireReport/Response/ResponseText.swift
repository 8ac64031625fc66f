import Foundation

/// The filters of a document as a table for the terminal, with what its numbers mean.
public struct ResponseText {
  private let document: ResponseDocument

  public init(_ document: ResponseDocument) {
    self.document = document
  }

  /// The text in lines of at most `width` columns; a name that leaves too little room for its numbers
  /// has a line of its own above them.
  public func render(color: Bool = false, width: Int = 100) -> String {
    let style = TextStyle(isColored: color)
    var table = TextTable(columns: ResponseText.columns)
    table.rows = document.filters.map { row($0) }
    var lines = table.render(width: width, style: style)
    for (index, filter) in document.filters.enumerated().reversed() where isLong(filter) {
      lines.insert(DisplayText.clean(filter.name), at: 2 + index)
    }
    let words = DisplayText.wrapped(document.protocolLine, to: width)
    return (lines + [""] + words.map(style.dim)).joined(separator: "\n")
  }

  private static let columns: [TextTable.Column] =
    [TextTable.Column(title: "filter", isNumeric: false)]
    + ["taps", "dB", "ripple", "1-D", "2-D", "1/f", "phase", "edge", "step"]
    .map { TextTable.Column(title: $0) }

  private func isLong(_ filter: ResponseDocument.Entry) -> Bool {
    DisplayText.width(filter.name) > 30
  }

  private func row(_ filter: ResponseDocument.Entry) -> [String] {
    [
      isLong(filter) ? "" : DisplayText.clean(filter.name),
      filter.taps.map { "\($0.count)" } ?? Figures.none,
      decibels(filter.nyquistDecibels),
      filter.sideLobeGain > 0 ? decibels(filter.sideLobeDecibels) : Figures.none,
      share(filter.whiteAliasLine), share(filter.whiteAliasPlane), share(filter.pinkAlias),
      String(format: "%g", filter.phase), String(format: "%.3f", filter.edgeGain),
      String(format: "%.1f %%", 100 * filter.overshoot),
    ]
  }

  /// "−∞" for a gain of 0, which has no decibels.
  private func decibels(_ value: Double?) -> String {
    value.map { String(format: "%.2f", $0 == 0 ? 0 : $0) } ?? "-∞"
  }

  /// Five decimals, as the literature has these numbers; smaller ones by their power of ten.
  private func share(_ value: Double) -> String {
    value == 0 || value >= 1e-4 ? String(format: "%.5f", value) : Figures.scientific(value)
  }
}
