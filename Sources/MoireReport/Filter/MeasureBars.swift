/// Bars of one filter for what it removes, loses and adds, on scales that all filters share.
struct MeasureBars {
  let filters: [FilterDocument.Entry]
  let index: Int
  let width: Double

  static let rowHeight = 56.0
  static let height = 3 * rowHeight

  static let style = [
    ".track { fill: #eef1f5; } .good { fill: #0072b2; } .bad { fill: #d55e00; }",
    ".odd { fill: #cc79a7; } .value { font-size: 15px; font-weight: 650; }",
  ].joined(separator: " ")

  private struct Measure: Sendable {
    let name: String
    let color: String
    let value: @Sendable (FilterDocument.Entry) -> Double
    /// The end of the bars; nil: a round number above the largest.
    let end: Double?
  }

  private static let measures = [
    Measure(
      name: "alias energy removed", color: "good", value: { $0.aliasEnergyRemoved }, end: 1),
    Measure(name: "detail lost", color: "bad", value: { $0.detailLost }, end: nil),
    Measure(name: "ringing", color: "odd", value: { $0.ringing }, end: nil),
  ]

  func draw() -> [Element] {
    MeasureBars.measures.enumerated().flatMap { row, measure in
      let value = max(0, measure.value(filters[index]))
      let largest = filters.map(measure.value).max() ?? 0
      let end = measure.end ?? Scale.ceiling(of: max(largest, 1e-3))
      let y = MeasureBars.rowHeight * Double(row)
      return [
        Element.label("\(measure.name)", x: 0, y: y + 11, class: "label"),
        .label(Figures.percent(value), x: width, y: y + 11, anchor: "end", class: "value"),
        .rectangle(
          x: 0, y: y + 18, width: width, height: 10, class: "track",
          note: "the bar ends at \(Figures.percent(end))"),
        .rectangle(
          x: 0, y: y + 18, width: width * min(1, value / end), height: 10, class: measure.color),
        .label(
          "to \(Figures.tick(end))", x: width, y: y + 39, anchor: "end", class: "tick"),
      ]
    }
  }
}
