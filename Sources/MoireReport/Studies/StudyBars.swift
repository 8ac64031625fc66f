import MoireStudies

/// A number before and after something, for each row: two bars beside each other.
struct StudyBars {
  let title: String
  let before, after: StudyColumn
  let rows: [StudyDocument.Row]

  private static let left = 250.0
  private static let width = 820.0
  private static let rowHeight = 22.0

  /// The drawing; nil without a row that has the number.
  func draw() -> Drawing? {
    let shown = rows.filter { $0.mean(before.measure, part: before.part) != nil }
    let values = shown.flatMap { row in
      [before, after].compactMap { row.mean($0.measure, part: $0.part)?.mean }
    }
    guard let largest = values.max() else { return nil }
    let height = Double(shown.count) * Self.rowHeight
    let plot = Plot(
      x: 0...min(1, Scale.ceiling(of: largest)), y: 0...1, left: Self.left, top: 54,
      width: Self.width - Self.left - 80, height: height)
    let axis = plot.xAxis(
      plot.x.ticks(about: 6), grid: true, label: "share of non-constant energy that folds"
    ) { Figures.tick($0) }
    let key: [Element] = [
      .rectangle(x: Self.left, y: 32, width: 14, height: 10, class: "before"),
      .label(before.title, x: Self.left + 20, y: 41),
      .rectangle(x: Self.left + 170, y: 32, width: 14, height: 10, class: "after"),
      .label(after.title, x: Self.left + 190, y: 41),
    ]
    return Drawing(
      width: Self.width, height: 54 + height + 46, label: title,
      elements: [.label(title, x: 10, y: 20, class: "title")] + key + axis
        + shown.enumerated().flatMap { bars($1, plot, y: 54 + Double($0) * Self.rowHeight) },
      style: ".before { fill: #b9c2d0; } .after { fill: #0072b2; }")
  }

  private func bars(_ row: StudyDocument.Row, _ plot: Plot, y: Double) -> [Element] {
    let zero = plot.x.start
    let name = "\(row.network) \(row.method.rawValue), \(row.augmentation)"
    let own = [(before, 4.0, "before"), (after, 12.0, "after")]
    return [.label(name, x: Self.left - 10, y: y + 15, anchor: "end", class: "tick")]
      + own.compactMap { column, offset, style in
        row.mean(column.measure, part: column.part).map { mean in
          .rectangle(
            x: zero, y: y + offset, width: plot.x(mean.mean) - zero, height: 7, class: style,
            note: "\(name), \(column.title): \(column.cell(row))")
        }
      }
  }
}
