import MoireAnalysis

/// Bars side by side: a panel for each kind of place and metric, a group of bars for each place, one
/// bar a file.
struct BeforeAfterChart {
  private let document: ComparisonDocument

  /// One panel.
  private struct Panel {
    var group: ComparisonDocument.Group
    var name: String
    var rows: [(place: String, metric: ComparisonDocument.Metric)]
  }

  init(_ document: ComparisonDocument) {
    self.document = document
  }

  private let left = 270.0
  private let width = 900.0
  private let barHeight = 11.0

  /// The drawing as an SVG file.
  func svg() -> String {
    var top = 62 + 19 * Double(document.files.count)
    var elements = header
    for panel in panels {
      elements += draw(panel, top: top)
      top += height(of: panel) + 74
    }
    return Drawing(
      width: width, height: top, label: "Before and after, place by place", elements: elements,
      style: BeforeAfterChart.style
    ).svg
  }

  private static let style = [
    ".f0 { fill: #9aa3b0; } .f1 { fill: #0072b2; } .f2 { fill: #d55e00; } .f3 { fill: #009e73; }",
    ".f4 { fill: #cc79a7; } .whisker { stroke: #1b1f27; stroke-width: 1.2; }",
    ".value { font-size: 10px; fill: #5a6270; }",
  ].joined(separator: " ")

  /// The first file is gray; colours come round again after four more.
  private func color(_ index: Int) -> String { index == 0 ? "f0" : "f\((index - 1) % 4 + 1)" }

  private var header: [Element] {
    [.label("Before and after", x: 24, y: 32, class: "title")]
      + document.files.enumerated().flatMap { index, item -> [Element] in
        let y = 56 + 19 * Double(index)
        let text = "\(ComparisonText.letter(index))  \(item.file): \(item.network.name)"
        return [
          .rectangle(x: 24, y: y - 10, width: 22, height: barHeight, class: color(index)),
          .label(DisplayText.shortened(DisplayText.clean(text), to: 110), x: 54, y: y),
        ]
      }
  }

  /// In the order of the document; a metric of no place in common has none.
  private var panels: [Panel] {
    var panels: [Panel] = []
    for place in document.places where place.isCommon {
      for metric in place.metrics where metric.values.contains(where: { $0 != nil }) {
        let row = (place: place.names.compactMap { $0 }.last ?? place.name, metric: metric)
        let index = panels.firstIndex { $0.group == place.group && $0.name == metric.name }
        if let index {
          panels[index].rows.append(row)
        } else {
          panels.append(Panel(group: place.group, name: metric.name, rows: [row]))
        }
      }
    }
    return panels
  }

  private var rowHeight: Double { barHeight * Double(document.files.count) + 9 }
  private func height(of panel: Panel) -> Double { rowHeight * Double(panel.rows.count) }

  private func draw(_ panel: Panel, top: Double) -> [Element] {
    let metrics = panel.rows.map(\.metric)
    let largest = metrics.flatMap { $0.values + $0.high }.compactMap { $0 }.max() ?? 0
    let isShare = MetricFigures.isShare(panel.name)
    let end = Scale.ceiling(of: largest)
    let plot = Plot(
      x: 0...(isShare ? min(1, end) : end), y: 0...1, left: left, top: top + 24,
      width: width - left - 90, height: height(of: panel))
    let axis = plot.xAxis(plot.x.ticks(about: 6), grid: true, label: "") {
      isShare ? Figures.tick($0) : Figures.number($0)
    }
    let title = "\(panel.group.rawValue): \(MetricFigures.title(panel.name))"
    let rows = panel.rows.enumerated().flatMap { index, row in
      bars(
        row.metric, DisplayText.shortened(DisplayText.clean(row.place), to: 36), plot,
        y: top + 24 + rowHeight * Double(index))
    }
    return [.label(title, x: 24, y: top + 14, class: "head")] + axis + rows
  }

  private func bars(
    _ metric: ComparisonDocument.Metric, _ name: String, _ plot: Plot, y: Double
  ) -> [Element] {
    var elements = [
      Element.label(name, x: left - 10, y: y + rowHeight / 2 + 3, anchor: "end")
    ]
    for (index, value) in metric.values.enumerated() {
      guard let value else { continue }
      let top = y + 4 + barHeight * Double(index)
      let x = plot.x(max(0, value))
      let middle = top + barHeight / 2
      elements.append(
        .rectangle(
          x: plot.x.start, y: top, width: x - plot.x.start, height: barHeight - 1,
          class: color(index), note: document.files[index].file))
      var end = x
      if let low = metric.low[index], let high = metric.high[index] {
        end = max(x, plot.x(max(0, high)))
        elements.append(.line(plot.x(max(0, low)), middle, end, middle, class: "whisker"))
      }
      elements.append(
        .label(
          MetricFigures.value(metric.name, value), x: end + 6, y: top + barHeight - 2,
          class: "value"))
    }
    return elements
  }
}
