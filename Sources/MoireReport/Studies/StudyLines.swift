import MoireStudies

/// A number over the parts of a measure, a line for each row, with the intervals over seeds.
struct StudyLines {
  let title, axis: String
  let y: StudyColumn
  /// What stands before the number in the names of the parts, as `size`.
  let part: String
  let rows: [StudyDocument.Row]

  private static let panel = (left: 66.0, top: 40.0, width: 460.0, height: 300.0, key: 270.0)

  private struct Line {
    var name: String
    var points: [(x: Double, mean: StudyDocument.Mean)]
  }

  /// The drawing; nil without a row that has two parts.
  func draw() -> Drawing? {
    let lines = rows.map { row in
      Line(
        name: "\(row.network) \(row.method.rawValue), \(row.augmentation)",
        points: row.means.compactMap { mean in
          guard mean.measure == y.measure, mean.part.hasPrefix(part + " "),
            let x = Double(mean.part.dropFirst(part.count + 1))
          else { return nil }
          return (x, mean)
        })
    }.filter { $0.points.count > 1 }
    let places = lines.flatMap { $0.points.map(\.x) }
    guard let first = places.min(), let last = places.max() else { return nil }
    let values = lines.flatMap { $0.points.map(\.mean.mean) }
    let low = y.measure.hasPrefix("p_") ? 0 : max(0, (values.min() ?? 0) * 0.98)
    let high = max((values.max() ?? 1) * 1.05, low + 1e-6)
    let panel = Self.panel
    let plot = Plot(
      x: first...last, y: low...high, left: panel.left, top: panel.top, width: panel.width,
      height: panel.height)
    let axes =
      plot.xAxis(Array(Set(places)).sorted(), grid: true, label: axis) { Figures.number($0) }
      + plot.yAxis(plot.y.ticks(about: 6), grid: true, label: y.title, offset: 52) {
        Figures.tick($0)
      }
    return Drawing(
      width: panel.left + panel.width + panel.key,
      height: max(panel.top + panel.height, panel.top + 20 * Double(lines.count)) + 52,
      label: title,
      elements: [.label(title, x: panel.left, y: 22, class: "title")] + axes + [plot.frame]
        + lines.enumerated().flatMap { draw($1, $0, plot) },
      style: StudyLines.style)
  }

  private func draw(_ line: Line, _ index: Int, _ plot: Plot) -> [Element] {
    let color = "l\(index % 8)\(index / 8 % 2 == 1 ? " dashed" : "")"
    let left = Self.panel.left + Self.panel.width + 16
    let y = Self.panel.top + 10 + 20 * Double(index)
    let spreads = line.points.compactMap { point -> Element? in
      guard let low = point.mean.low, let high = point.mean.high else { return nil }
      let domain = plot.y.domain
      return .line(
        plot.x(point.x), plot.y(max(low, domain.lowerBound)), plot.x(point.x),
        plot.y(min(high, domain.upperBound)), class: "thin \(color)")
    }
    return spreads + [
      plot.path(line.points.map { (x: $0.x, y: $0.mean.mean) }, class: "line \(color)"),
      .line(left, y, left + 18, y, class: "line \(color)"),
      .label(line.name, x: left + 24, y: y + 4, class: "tick"),
    ]
  }

  private static let style: String = {
    let colors = [
      "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#1b1f27", "#e69f00", "#8c6d31",
    ]
    return ".line { fill: none; stroke-width: 1.6; } .thin { stroke-width: 0.8; } .dashed { "
      + "stroke-dasharray: 5 3; } "
      + colors.enumerated().map { ".l\($0) { stroke: \($1); }" }.joined(separator: " ")
  }()
}
