import Foundation

/// |H(f)| of the filters of a document in decibels and linearly, the new Nyquist frequency marked,
/// as one drawing that stands alone.
public struct ResponseChart {
  private let document: ResponseDocument
  private let top = 34.0
  private let height = 280.0
  private let panel = 370.0

  public init(_ document: ResponseDocument) {
    self.document = document
  }

  /// The drawing as an SVG file.
  public func svg() -> String {
    let legend = self.legend
    let height = top + self.height + 60 + 20 * Double((document.filters.count + 1) / 2)
    let root = Element(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 920 \(height.attribute)",
        "width": 920.0, "height": height, "role": "img",
        "aria-label":
          "Frequency response of \(document.filters.map(\.name).joined(separator: ", "))",
      ],
      [
        Element("style", text: ResponseChart.style),
        .rectangle(x: 0, y: 0, width: 920, height: height, class: "paper"),
      ] + decibels + linear + legend)
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + root.markup + "\n"
  }

  private var decibels: [Element] {
    let plot = Plot(x: 0...0.5, y: floor...5, left: 66, top: top, width: panel, height: height)
    let ticks = Array(stride(from: 0, through: floor, by: floor < -100 ? -20 : -10))
    // Far below the frame a gain of 0 leaves it as steeply as it should.
    return panel(plot, name: "decibels", ticks: ticks, label: "|H(f)|, dB", offset: 46) {
      $0 == 0 ? floor - 200 : max(20 * log10(abs($0)), floor - 200)
    }
  }

  private var linear: [Element] {
    let plot = Plot(x: 0...0.5, y: 0...highest, left: 526, top: top, width: panel, height: height)
    return panel(
      plot, name: "linear", ticks: [0, 0.25, 0.5, 0.75, 1], label: "|H(f)|", offset: 40, value: abs)
  }

  /// 20 dB below the lowest stop-band that is one, in steps of 20 dB, -60 to -160 dB.
  private var floor: Double {
    let lowest = document.filters.compactMap { $0.sideLobeDecibels ?? $0.stopBandDecibels }.min()
    let below = ((lowest ?? -60) / 20).rounded(.down) * 20 - 20
    return min(max(below, -160), -60)
  }

  private var highest: Double {
    let gain = document.filters.flatMap(\.response.amplitude).map(abs).max() ?? 1
    return max(1.05, gain * 1.02)
  }

  private func panel(
    _ plot: Plot, name: String, ticks: [Double], label: String, offset: Double,
    value: (Double) -> Double
  ) -> [Element] {
    let clip = Element(
      "clipPath", ["id": name],
      [
        .rectangle(
          x: plot.x.start, y: top, width: plot.x.end - plot.x.start, height: height, class: "clip")
      ])
    let curves = document.filters.indices.map { index in
      let response = document.filters[index].response
      let points = zip(response.frequency, response.amplitude).map { (x: $0, y: value($1)) }
      return plot.path(points, class: ResponseChart.lineClass(index))
    }
    return [clip] + beyond(plot)
      + plot.xAxis(plot.x.ticks(about: 5), grid: true, label: "f, cycles per sample") {
        String(format: "%g", ($0 * 100).rounded() / 100)
      }
      + plot.yAxis(ticks, grid: true, label: label, offset: offset) { String(format: "%g", $0) }
      + [Element("g", ["clip-path": "url(#\(name))"], curves)] + nyquist(plot) + [plot.frame]
  }

  private func beyond(_ plot: Plot) -> [Element] {
    let start = plot.x(document.nyquist)
    return [
      .rectangle(x: start, y: top, width: plot.x.end - start, height: height, class: "folds")
    ]
  }

  private func nyquist(_ plot: Plot) -> [Element] {
    let position = plot.x(document.nyquist)
    return [
      .line(position, top, position, top + height, class: "nyquist"),
      .label(
        "new Nyquist 1/\(2 * document.stride)",
        x: min(max(position, plot.x.start + 54), plot.x.end - 54),
        y: top - 8, anchor: "middle", class: "mark"),
    ]
  }

  private var legend: [Element] {
    document.filters.indices.flatMap { index -> [Element] in
      let left = index.isMultiple(of: 2) ? 66.0 : 526
      let y = top + height + 60 + 20 * Double(index / 2)
      let name = DisplayText.shortened(document.filters[index].name, to: 52)
      return [
        .line(left, y - 4, left + 26, y - 4, class: ResponseChart.lineClass(index)),
        .label(name, x: left + 34, y: y),
      ]
    }
  }

  /// Six colours that stay apart for the colour-blind, then the same dashed and dotted.
  private static func lineClass(_ index: Int) -> String {
    "curve c\(index % 6)" + ["", " dashed", " dotted"][index / 6 % 3]
  }

  // Without line ends: what is written out has no control characters.
  private static let style = [
    "text { font-family: system-ui, sans-serif; font-size: 12px; fill: #1b1f27; }",
    ".tick, .axis, .mark { fill: #5a6270; } .tick, .mark { font-size: 11px; }",
    ".paper { fill: #ffffff; } .folds { fill: #eef1f5; } .grid { stroke: #d9dde3; stroke-width: 1; }",
    ".frame { fill: none; stroke: #5a6270; stroke-width: 1; }",
    ".nyquist { stroke: #1b1f27; stroke-width: 1.2; stroke-dasharray: 5 3; }",
    ".curve { fill: none; stroke-width: 1.8; stroke-linejoin: round; }",
    ".dashed { stroke-dasharray: 7 4; } .dotted { stroke-dasharray: 2 3; }",
    ".c0 { stroke: #0072b2; } .c1 { stroke: #d55e00; } .c2 { stroke: #009e73; }",
    ".c3 { stroke: #cc79a7; } .c4 { stroke: #c49000; } .c5 { stroke: #56b4e9; }",
  ].joined(separator: " ")
}
