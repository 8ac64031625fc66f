import Foundation
public import MoireAnalysis

/// Predicted over measured, a dot for every channel of every site behind every filter, one panel for
/// each identity: on the diagonal where theory holds.
public struct IdentityChart {
  private let document: TheoremDocument

  /// - Parameter document: with the numbers of its channels.
  public init(_ document: TheoremDocument) {
    self.document = document
  }

  private typealias Side = KeyPath<IdentityReading, IdentityReading.Sides?>

  private static var panels: [(title: String, side: Side)] {
    [
      ("alias fraction (polyphase)", \.aliasFraction),
      ("equivariance error", \.equivarianceError), ("pool leak", \.poolLeak),
    ]
  }
  private static let colors = [
    "#1b1f27", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c564b",
    "#7f3fbf", "#b5a900",
  ]
  /// What lies below is zero to the rounding of single precision.
  private static let floor = 1e-12

  /// The drawing as an SVG file.
  public func svg() -> String {
    let name = DisplayText.shortened(DisplayText.clean(document.network.name), to: 60)
    let titles: [Element] = [
      .label("Predicted and measured: \(name)", x: 20, y: 28, class: "title"),
      .label(facts, x: 20, y: 48, class: "soft"),
    ]
    let panels = Self.panels.enumerated().map { index, panel in
      Element.moved(
        20 + 345 * Double(index), 66, self.panel(panel.title, panel.side, isFirst: index == 0))
    }
    return Drawing(
      width: 1060, height: 440, label: "Predicted over measured identities of \(name)",
      elements: titles + panels + legend, style: Self.style
    ).svg
  }

  private var facts: String {
    let sites = document.sites.count(where: \.exact)
    let channels = document.sites.reduce(0) {
      $0 + ($1.channelReadings ?? []).count { $0.contains { $0.planesCompared > 0 } }
    }
    return "\(Figures.plural(channels, "channel")) of \(Figures.plural(sites, "site")) on"
      + " \(Figures.plural(document.images.read, "image")); largest difference"
      + " \(Figures.scientific(document.largestDifference))"
  }

  private func panel(_ title: String, _ side: Side, isFirst: Bool) -> [Element] {
    let series = document.filters.indices.map { points(filter: $0, side) }
    let visible = series.flatMap { $0 }.filter { min($0.x, $0.y) >= Self.floor }
    let heading = Element.label(title, x: 56, y: 14, class: "head")
    guard let least = visible.map({ min($0.x, $0.y) }).min(),
      let most = visible.map({ max($0.x, $0.y) }).max()
    else {
      return [heading, .label("nothing varies", x: 176, y: 150, anchor: "middle", class: "soft")]
    }
    let low = pow(10, (log10(least) - 1e-9).rounded(.down))
    let high = max(low * 10, pow(10, (log10(most) + 1e-9).rounded(.up)))
    var plot = Plot(
      x: low...high, y: low...high, left: 56, top: 24, width: 260, height: 260,
      isYLogarithmic: true)
    plot.x.isLogarithmic = true
    let format = { (value: Double) in "1e\(Int(log10(value).rounded()))" }
    let axes =
      plot.xAxis(plot.x.ticks(about: 6), grid: true, label: "predicted", format: format)
      + plot.yAxis(
        plot.y.ticks(about: 6), grid: true, label: isFirst ? "measured" : "", offset: 44,
        format: format)
    let diagonal = plot.path([(low, low), (high, high)], class: "diagonal")
    let zero = series.reduce(0) { $0 + $1.count } - visible.count
    let note = Element.label(
      zero == 0 ? "" : "\(Figures.count(zero)) below 1e-12 on a side", x: 186, y: 336,
      anchor: "middle", class: "mark")
    let dots = series.enumerated().reversed().map { index, points in
      self.dots(points.filter { min($0.x, $0.y) >= Self.floor }, index, plot)
    }
    return [heading] + axes + [diagonal] + dots + [plot.frame, note]
  }

  private func points(filter: Int, _ side: Side) -> [(x: Double, y: Double)] {
    document.sites.flatMap { site in
      (site.channelReadings ?? []).compactMap { readings -> (x: Double, y: Double)? in
        guard filter < readings.count, let sides = readings[filter][keyPath: side] else {
          return nil
        }
        return (sides.predicted, sides.measured)
      }
    }
  }

  /// One path of strokes without length, round at their ends; dots on one spot are drawn once.
  private func dots(_ points: [(x: Double, y: Double)], _ index: Int, _ plot: Plot) -> Element {
    var spots: Set<String> = []
    var path = ""
    for point in points {
      let tenth = { (value: Double) in ((value * 10).rounded() / 10).attribute }
      let spot = "M\(tenth(plot.x(point.x))) \(tenth(plot.y(point.y)))h0"
      if spots.insert(spot).inserted { path += spot }
    }
    return Element("path", ["d": path, "class": "dots", "stroke": Self.color(index)])
  }

  private static func color(_ index: Int) -> String { colors[index % colors.count] }

  private var legend: [Element] {
    var x = 76.0
    return document.filters.enumerated().flatMap { index, name -> [Element] in
      let text = DisplayText.shortened(DisplayText.clean(name), to: 26)
      let dot: KeyValuePairs<String, any AttributeValue> = [
        "cx": x, "cy": 420.0, "r": 4.0, "fill": Self.color(index),
      ]
      defer { x += 30 + 7 * Double(DisplayText.width(text)) }
      return [Element("circle", dot), .label(text, x: x + 9, y: 424, class: "mark")]
    }
  }

  private static let style =
    " .dots { fill: none; stroke-width: 3.2; stroke-linecap: round; stroke-opacity: 0.55; }"
    + " .diagonal { fill: none; stroke: #9aa2ae; stroke-width: 1; }"
}
