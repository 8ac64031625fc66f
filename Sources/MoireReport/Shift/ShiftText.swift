import Foundation
public import MoireAnalysis

/// The result of shift protocols as text for a terminal.
public struct ShiftText {
  private let document: ShiftDocument

  public init(_ document: ShiftDocument) {
    self.document = document
  }

  /// Header, then for each protocol its line, its numbers with their intervals, and its series.
  public func render(width: Int = 100, color: Bool = false) -> String {
    let style = TextStyle(isColored: color)
    let width = max(40, width)
    let sections =
      [header(width, style)] + document.protocols.map { section($0, width, style) }
      + [notes(width, style)]
    let text = sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
    return text.joined(separator: "\n\n")
  }

  private func header(_ width: Int, _ style: TextStyle) -> [String] {
    let network = document.network
    let images = document.images
    var parts = ["\(Figures.plural(images.read, "image")) read"]
    if !images.skipped.isEmpty { parts.append("\(Figures.count(images.skipped.count)) skipped") }
    parts.append("\(Figures.count(images.labelled)) labelled")
    if let accuracy = images.accuracy { parts.append("accuracy \(ShiftText.text(accuracy))") }
    parts.append("\(Figures.plural(images.evaluations, "evaluation"))")
    let title = "Shift sensitivity of \(DisplayText.clean(network.name))"
    let lines = [
      (
        "network",
        "input \(Figures.shape(network.inputShape)), output "
          + "\(Figures.shape(network.outputShape)), contents \(document.networkFingerprint)"
      ),
      ("images", parts.joined(separator: ", ")),
      ("input", DisplayText.clean(document.preprocessing.description)),
      ("interval", document.intervals),
    ].flatMap { label, text in
      let head = label.padding(toLength: 10, withPad: " ", startingAt: 0)
      return DisplayText.wrapped(text, to: width - 10).enumerated().map {
        ($0 == 0 ? head : String(repeating: " ", count: 10)) + $1
      }
    }
    return DisplayText.wrapped(title, to: width).map(style.bold) + lines
  }

  private func section(
    _ result: ShiftDocument.Result, _ width: Int, _ style: TextStyle
  ) -> [String] {
    var table = TextTable(columns: [
      .init(title: result.name, isNumeric: false), .init(title: "value"),
      .init(title: "95 % interval"), .init(title: "", isNumeric: false),
    ])
    table.rows = result.metrics.map {
      [
        ShiftMetricNames.title($0.name), ShiftText.value($0), ShiftText.interval($0),
        $0.interval ?? "",
      ]
    }
    var counted = Figures.plural(result.images, "image")
    if result.pairs > 0 { counted += ", \(Figures.plural(result.pairs, "pair"))" }
    let line = DisplayText.wrapped(
      DisplayText.clean("\(result.protocolLine) — \(counted)"), to: width, indent: 2
    ).map(style.dim)
    let refused = result.refused.flatMap {
      DisplayText.wrapped("- \($0.name) is left out: \($0.reason)", to: width, indent: 2)
    }
    let numbers = result.metrics.isEmpty ? [] : table.render(width: width, style: style)
    return line + numbers + series(result, width, style) + refused
  }

  private func series(
    _ result: ShiftDocument.Result, _ width: Int, _ style: TextStyle
  ) -> [String] {
    guard let series = result.rules.series, let first = result.series.first else { return [] }
    let hasLabels = first.label != nil
    var table = TextTable(
      columns: (hasLabels ? [.init(title: "site", isNumeric: false, isFlexible: true)] : [])
        + [.init(title: series.name)]
        + first.metrics.prefix(3).flatMap { metric -> [TextTable.Column] in
          [.init(title: ShiftMetricNames.short(metric.name)), .init(title: "95 %")]
        })
    table.rows = result.series.map { point in
      (point.label.map { [DisplayText.clean($0)] } ?? []) + [ShiftText.place(point.value)]
        + point.metrics.prefix(3).flatMap { [ShiftText.value($0), ShiftText.interval($0)] }
    }
    let numbersAbove = result.metrics.isEmpty ? [] : [""]
    return numbersAbove + table.render(width: width, style: style)
  }

  private func notes(_ width: Int, _ style: TextStyle) -> [String] {
    let skipped = document.images.skipped.map { "skipped \($0.name): \($0.reason)" }
    return (document.remarks + skipped).flatMap {
      DisplayText.wrapped("- " + DisplayText.clean($0), to: width, indent: 2)
    }
  }

  // MARK: Numbers

  private static func text(_ metric: ShiftDocument.Metric) -> String {
    "\(value(metric)) [\(interval(metric))]"
  }

  static func value(_ metric: ShiftDocument.Metric) -> String {
    figure(metric.name, metric.value)
  }

  static func interval(_ metric: ShiftDocument.Metric) -> String {
    guard metric.interval != nil else { return Figures.none }
    return "\(figure(metric.name, metric.low)) … \(figure(metric.name, metric.high))"
  }

  /// A value of a series: whole numbers without decimals.
  private static func place(_ value: Double) -> String {
    value == value.rounded() ? String(format: "%.0f", value) : Figures.number(value)
  }

  private static func figure(_ name: String, _ value: Double?) -> String {
    guard ShiftMetricNames.isShare(name) else {
      return name == "eq_t_db" && value == nil ? "∞" : Figures.number(value)
    }
    return Figures.percent(value)
  }
}
