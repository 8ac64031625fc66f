import Foundation
public import MoireStudies

/// A study's tables as text for a terminal or for Markdown.
public struct StudyText {
  private let document: StudyDocument

  public init(_ document: StudyDocument) { self.document = document }

  /// The tables with their protocols below them.
  public func render(width: Int = 140, color: Bool = false) -> String {
    let style = TextStyle(isColored: color)
    var parts = [[style.bold(document.title)] + facts]
    for section in StudySection.all(document) {
      var lines = [style.bold(section.title)]
      lines += table(section).render(width: max(60, width), style: style)
      lines += section.measures.compactMap { name in
        document.protocols[name].map { style.dim("\(name): \($0)") }
      }
      parts.append(lines)
    }
    return parts.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
  }

  /// The same as Markdown.
  public func markdown() -> String {
    var lines = ["# \(document.title)", ""] + facts.map { "- \($0)" }
    for section in StudySection.all(document) {
      let titles = StudyText.head + section.columns.map(\.title)
      lines += ["", "## \(section.title)", "", "| " + titles.joined(separator: " | ") + " |"]
      let marks = titles.indices.map { $0 < StudyText.head.count ? "---" : "--:" }
      lines.append("|" + marks.joined(separator: "|") + "|")
      lines += section.rows(document).map { row in
        "| " + cells(row, section.columns).joined(separator: " | ") + " |"
      }
      lines.append("")
      lines += section.measures.compactMap { name in
        document.protocols[name].map { "*\(name)*: \($0)." }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  static let head = ["network", "method", "augmentation"]

  var facts: [String] {
    let seeds = document.rows.map(\.seeds.count)
    let fewest = seeds.min() ?? 0
    let count =
      fewest == seeds.max()
      ? Figures.plural(fewest, "seed") : "\(fewest) to \(seeds.max() ?? 0) seeds"
    let spread =
      (seeds.max() ?? 0) > 1
      ? ": means with Student's 95 % intervals over the seeds" : ": no interval"
    let unfinished =
      document.unfinished > 0
      ? ["not finished: \(Figures.plural(document.unfinished, "training")), not in the tables"] : []
    return [
      "training: \(document.plan)",
      "\(Figures.plural(document.rows.count, "network")), \(count)\(spread)",
      "Moire \(document.version), \(document.libraries.joined(separator: ", ")); "
        + String(format: "%.0f s of training and measuring in all", document.seconds),
    ] + unfinished
  }

  private func table(_ section: StudySection) -> TextTable {
    var table = TextTable(
      columns: StudyText.head.map { TextTable.Column(title: $0, isNumeric: false) }
        + section.columns.map { TextTable.Column(title: $0.title) })
    table.rows = section.rows(document).map { cells($0, section.columns) }
    return table
  }

  func cells(_ row: StudyDocument.Row, _ columns: [StudyColumn]) -> [String] {
    [row.network, row.method.rawValue, row.augmentation] + columns.map { $0.cell(row) }
  }
}
