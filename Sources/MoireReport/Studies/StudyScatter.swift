import MoireStudies

/// Two numbers of every row against each other: a point for each, with the intervals over seeds.
struct StudyScatter {
  let title: String
  let x, y: StudyColumn
  let rows: [StudyDocument.Row]

  private static let panel = (left: 66.0, top: 40.0, width: 520.0, height: 360.0, key: 230.0)

  /// The drawing; nil without a row that has both numbers.
  func draw() -> Drawing? {
    let points = rows.compactMap { row -> Point? in
      guard let x = row.mean(x.measure, part: x.part), let y = row.mean(y.measure, part: y.part)
      else { return nil }
      return Point(row: row, x: x, y: y)
    }
    guard !points.isEmpty else { return nil }
    let panel = Self.panel
    let plot = Plot(
      x: range(points.map(\.x)), y: range(points.map(\.y)), left: panel.left, top: panel.top,
      width: panel.width, height: panel.height)
    let axes =
      plot.xAxis(plot.x.ticks(about: 6), grid: true, label: x.title) { tick(x, $0) }
      + plot.yAxis(plot.y.ticks(about: 6), grid: true, label: y.title, offset: 52) { tick(y, $0) }
    let series = groups(points)
    return Drawing(
      width: panel.left + panel.width + panel.key, height: panel.top + panel.height + 52,
      label: title,
      elements: [.label(title, x: panel.left, y: 22, class: "title")] + axes + [plot.frame]
        + points.flatMap { mark($0, plot, series.firstIndex(of: group($0)) ?? 0) } + key(series),
      style: style)
  }

  private struct Point {
    var row: StudyDocument.Row
    var x, y: StudyDocument.Mean
  }

  private func group(_ point: Point) -> String {
    "\(point.row.network), \(point.row.augmentation == "none" ? "no augmentation" : point.row.augmentation)"
  }

  private func groups(_ points: [Point]) -> [String] {
    points.reduce(into: []) { if !$0.contains(group($1)) { $0.append(group($1)) } }
  }

  /// The values with a twelfth of their length on each side.
  private func range(_ means: [StudyDocument.Mean]) -> ClosedRange<Double> {
    let low = means.map { $0.mean }.min() ?? 0
    let high = means.map { $0.mean }.max() ?? 1
    let margin = max((high - low) / 12, 1e-6)
    return low - margin...high + margin
  }

  private func tick(_ column: StudyColumn, _ value: Double) -> String {
    column.isShare ? Figures.tick(value) : Figures.number(value)
  }

  private func mark(_ point: Point, _ plot: Plot, _ series: Int) -> [Element] {
    let (x, y) = (plot.x(point.x.mean), plot.y(point.y.mean))
    var elements: [Element] = []
    let color = "s\(series % 6)"
    func clamped(_ scale: Scale, _ value: Double) -> Double {
      scale(min(max(value, scale.domain.lowerBound), scale.domain.upperBound))
    }
    if let low = point.x.low, let high = point.x.high {
      elements.append(
        .line(clamped(plot.x, low), y, clamped(plot.x, high), y, class: "spread \(color)"))
    }
    if let low = point.y.low, let high = point.y.high {
      elements.append(
        .line(x, clamped(plot.y, low), x, clamped(plot.y, high), class: "spread \(color)"))
    }
    let place: KeyValuePairs<String, any AttributeValue> = [
      "cx": x, "cy": y, "r": 4.0, "class": "point \(color)",
    ]
    let note =
      "\(group(point)), \(point.row.method.rawValue): \(self.x.cell(point.row)), "
      + self.y.cell(point.row)
    elements.append(Element("circle", place, [Element("title", text: note)]))
    elements.append(.label(point.row.method.rawValue, x: x + 6, y: y - 5, class: "mark"))
    return elements
  }

  private func key(_ series: [String]) -> [Element] {
    let left = Self.panel.left + Self.panel.width + 16
    return series.enumerated().flatMap { index, name in
      let y = Self.panel.top + 10 + 20 * Double(index)
      let place: KeyValuePairs<String, any AttributeValue> = [
        "cx": left, "cy": y, "r": 4.0, "class": "point s\(index % 6)",
      ]
      return [Element("circle", place), .label(name, x: left + 9, y: y + 4, class: "tick")]
    }
  }

  private var style: String {
    let colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#1b1f27"]
    return ".spread { stroke-width: 1; stroke-opacity: 0.5; } "
      + colors.enumerated().map {
        ".point.s\($0) { fill: \($1); } .spread.s\($0) { stroke: \($1); }"
      }
      .joined(separator: " ")
  }
}
