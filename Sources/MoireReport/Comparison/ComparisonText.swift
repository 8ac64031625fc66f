import Foundation
public import MoireAnalysis

/// A comparison as text for a terminal.
public struct ComparisonText {
  private let document: ComparisonDocument

  public init(_ document: ComparisonDocument) {
    self.document = document
  }

  /// The files, then a table for each kind of place, then places that are not in every file.
  public func render(width: Int = 100, color: Bool = false) -> String {
    let style = TextStyle(isColored: color)
    let width = max(40, width)
    let tables = ComparisonDocument.Group.allCases.map { table($0, width, style) }
    let sections = [header(width, style)] + tables + [missing(width, style), notes(width, style)]
    let text = sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
    return text.joined(separator: "\n\n")
  }

  /// A, B, … Z, then numbers.
  static func letter(_ index: Int) -> String {
    index < 26 ? String(UnicodeScalar(UInt8(65 + index))) : "\(index + 1)"
  }

  private func header(_ width: Int, _ style: TextStyle) -> [String] {
    let files = document.files.enumerated().map { index, item in
      (
        ComparisonText.letter(index),
        "\(item.file): \(item.network.name), "
          + Figures.plural(item.network.parameters, "parameter") + ", "
          + Figures.plural(item.network.layers, "layer")
      )
    }
    let images =
      "\(Figures.plural(document.images, "image")), \(Figures.count(document.labelled)) labelled"
    let facts =
      files + [
        ("images", images), ("input", document.preprocessing.description),
        ("interval", document.intervals),
      ]
    return [style.bold("Comparison of \(document.files.count) \(document.kind.rawValue) results")]
      + facts.flatMap { label, text in
        let head = label.padding(toLength: 10, withPad: " ", startingAt: 0)
        let lines = DisplayText.wrapped(DisplayText.clean(text), to: width - 10)
        return lines.enumerated().map {
          ($0 == 0 ? head : String(repeating: " ", count: 10)) + $1
        }
      }
  }

  private func table(
    _ group: ComparisonDocument.Group, _ width: Int, _ style: TextStyle
  ) -> [String] {
    let places = document.places.filter { $0.group == group && $0.isCommon }
    guard !places.isEmpty else { return [] }
    let isPair = document.files.count == 2
    var table = TextTable(
      columns: [
        .init(title: group.rawValue, isNumeric: false, isFlexible: true, comfortable: 16),
        .init(title: "", isNumeric: false, isFlexible: true, comfortable: 16), .init(title: "A"),
      ]
        + document.files.indices.dropFirst().flatMap { index -> [TextTable.Column] in
          let letter = ComparisonText.letter(index)
          return [.init(title: letter), .init(title: "\(letter) − A")]
        } + (isPair ? [.init(title: "95 % interval")] : []))
    for place in places {
      for (row, metric) in place.metrics.enumerated() {
        table.rows.append(
          [row == 0 ? title(place) : "", MetricFigures.title(metric.name)]
            + cells(metric) + (isPair ? [interval(metric)] : []))
      }
    }
    return table.render(width: width, style: style)
  }

  private func cells(_ metric: ComparisonDocument.Metric) -> [String] {
    var cells = [MetricFigures.value(metric.name, metric.values[0])]
    for (value, difference) in zip(metric.values.dropFirst(), metric.differences) {
      cells.append(MetricFigures.value(metric.name, value))
      cells.append(MetricFigures.difference(metric.name, difference?.difference))
    }
    return cells
  }

  private func interval(_ metric: ComparisonDocument.Metric) -> String {
    MetricFigures.interval(metric.name, metric.differences.first ?? nil)
  }

  /// The name, and what it has become where that differs.
  private func title(_ place: ComparisonDocument.Place) -> String {
    var names: [String] = []
    for name in place.names.compactMap({ $0 }) where names.last != name { names.append(name) }
    return DisplayText.clean(names.joined(separator: " → "))
  }

  private func missing(_ width: Int, _ style: TextStyle) -> [String] {
    let places = document.places.filter { !$0.isCommon && $0.group != .series }
    guard !places.isEmpty else { return [] }
    return [style.bold("Not in every file")]
      + places.flatMap { place -> [String] in
        let present = place.names.indices.filter { place.names[$0] != nil }
        let metric = place.metrics[0]
        let values = present.map {
          "\(ComparisonText.letter($0)) \(MetricFigures.value(metric.name, metric.values[$0]))"
        }
        let facts = place.facts.compactMap { $0 }.first ?? ""
        return DisplayText.wrapped(
          DisplayText.clean(
            "- \(place.group.rawValue) \(place.name)\(facts.isEmpty ? "" : " (\(facts))"): "
              + "\(MetricFigures.title(metric.name)) \(values.joined(separator: ", "))"),
          to: width, indent: 2)
      }
  }

  private func notes(_ width: Int, _ style: TextStyle) -> [String] {
    let lines = document.protocolLines.flatMap {
      DisplayText.wrapped(DisplayText.clean($0), to: width, indent: 2)
    }.map(style.dim)
    return lines
      + document.remarks.flatMap {
        DisplayText.wrapped("- " + DisplayText.clean($0), to: width, indent: 2)
      }
  }
}
