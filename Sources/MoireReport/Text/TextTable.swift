/// A table of fixed-width text: a header, a rule, rows.
struct TextTable {
  /// A column of a table.
  struct Column {
    var title: String
    var isNumeric = true
    /// Whether the column gives way when the table is too wide.
    var isFlexible = false
    /// Where it stops while others can still give way, and where it stops for good.
    var comfortable = 8
    var minimum = 8
  }

  var columns: [Column]
  var rows: [[String]] = []
  /// Rows to be set off by a style.
  var emphasized: Set<Int> = []

  /// Lines of at most `width` columns, as far as the flexible columns can give way.
  func render(width: Int, style: TextStyle) -> [String] {
    let widths = columnWidths(width)
    let header = line(columns.map(\.title), widths)
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
    let body = rows.enumerated().map { index, row in
      let text = line(row, widths)
      return emphasized.contains(index) ? style.alert(text) : text
    }
    return [style.bold(header), style.dim(rule)] + body
  }

  private func columnWidths(_ limit: Int) -> [Int] {
    var widths = columns.indices.map { column in
      ([columns[column].title] + rows.map { $0[column] }).map(DisplayText.width).max() ?? 0
    }
    var excess = widths.reduce(0, +) + 2 * (columns.count - 1) - limit
    for limit in [\Column.comfortable, \Column.minimum] {
      while excess > 0 {
        let candidates = columns.indices.filter {
          columns[$0].isFlexible && widths[$0] > columns[$0][keyPath: limit]
        }
        guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
        widths[widest] -= 1
        excess -= 1
      }
    }
    return widths
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    let padded = zip(cells.indices, widths).map { index, width in
      let cell = DisplayText.shortened(cells[index], to: width)
      let space = String(repeating: " ", count: max(0, width - DisplayText.width(cell)))
      return columns[index].isNumeric ? space + cell : cell + space
    }
    var text = padded.joined(separator: "  ")
    while text.hasSuffix(" ") { text.removeLast() }
    return text
  }
}
