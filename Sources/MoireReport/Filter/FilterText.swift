import Foundation
import MoireTensors

/// A filter document as a table for the terminal, with what its numbers mean.
public struct FilterText {
  private let document: FilterDocument

  public init(_ document: FilterDocument) {
    self.document = document
  }

  /// The text in lines of at most `width` columns; a name that leaves too little room for its numbers
  /// has a line of its own above them.
  public func render(color: Bool = false, width: Int = 100) -> String {
    let style = TextStyle(isColored: color)
    let shape = document.shape.map(String.init).joined(separator: ", ")
    let head =
      "\(DisplayText.clean(document.input)): \(document.values) [\(shape)], alias"
      + " \(Figures.percent(document.aliasFraction)), without the constant"
      + " \(Figures.percent(document.aliasFractionAc))"
    var table = TextTable(columns: FilterText.columns)
    table.rows = document.filters.map { row($0) }
    var lines = table.render(width: width, style: style)
    for (index, filter) in document.filters.enumerated().reversed() where isLong(filter) {
      lines.insert(DisplayText.clean(filter.name), at: 2 + index)
    }
    let words = DisplayText.wrapped(document.protocolLine, to: width).map(style.dim)
    return (DisplayText.wrapped(head, to: width, indent: 2) + [""] + lines + [""] + words)
      .joined(separator: "\n")
  }

  private static let columns: [TextTable.Column] = [
    TextTable.Column(title: "filter", isNumeric: false),
    TextTable.Column(title: "taps"), TextTable.Column(title: "border", isNumeric: false),
    TextTable.Column(title: "phase"), TextTable.Column(title: "output"),
    TextTable.Column(title: "energy"), TextTable.Column(title: "AC"),
    TextTable.Column(title: "removed"), TextTable.Column(title: "lost"),
    TextTable.Column(title: "ringing"), TextTable.Column(title: "beyond"),
  ]

  private func isLong(_ filter: FilterDocument.Entry) -> Bool {
    DisplayText.width(filter.name) > 9
  }

  private func row(_ filter: FilterDocument.Entry) -> [String] {
    let phase = Set(filter.phase).count == 1 ? [filter.phase[0]] : filter.phase
    return [
      isLong(filter) ? "" : DisplayText.clean(filter.name),
      filter.taps.map(Figures.stride) ?? Figures.none, filter.border,
      phase.map { String(format: "%g", $0) }.joined(separator: "×"),
      filter.outputSize.description, share(filter.energyRemoved),
      Figures.percent(filter.aliasFractionAc), share(filter.aliasEnergyRemoved),
      share(filter.detailLost), share(filter.ringing), Figures.percent(filter.ringingShare),
    ]
  }

  /// Shares that may be a little below 0, where a padding adds energy.
  private func share(_ value: Double) -> String {
    value < 0 ? "-" + Figures.percent(-value) : Figures.percent(value)
  }
}
