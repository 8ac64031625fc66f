import MoireAnalysis

/// The AC alias fraction of each site from the input down: bar, channel quartiles, pre-activation.
struct OverviewChart {
  let sites: [SiteReading]

  private let left = 250.0
  private let width = 900.0
  private let rowHeight = 30.0

  func draw() -> Element {
    let readings = sites.flatMap {
      [$0.aliasFractionAc, $0.preactivation.aliasFractionAc, $0.channelQuartilesAc.upper]
    }
    let limit = min(1, Scale.ceiling(of: readings.filter(\.isFinite).max() ?? 1))
    let plot = Plot(
      x: 0...limit, y: 0...1, left: left, top: 34, width: width - left - 80,
      height: Double(sites.count) * rowHeight)
    let axis = plot.xAxis(
      plot.x.ticks(about: 6), grid: true, label: "share of non-constant energy that folds"
    ) { Figures.tick($0) }
    let rows = sites.enumerated().flatMap { index, site in
      row(site, plot, y: 34 + Double(index) * rowHeight)
    }
    return .svg(
      width: width, height: 34 + Double(sites.count) * rowHeight + 42,
      label: "Alias fraction without the constant, site by site", legend + axis + rows)
  }

  private func row(_ site: SiteReading, _ plot: Plot, y: Double) -> [Element] {
    let zero = plot.x.start
    let middle = y + rowHeight / 2
    let quartiles = site.channelQuartilesAc
    let ends = [site.aliasFractionAc, quartiles.upper, site.preactivation.aliasFractionAc]
    return [
      .label(
        DisplayText.shortened(DisplayText.clean(site.path), to: 34), x: left - 10, y: middle + 4,
        anchor: "end"),
      .rectangle(
        x: zero, y: y + 6, width: plot.x(site.aliasFractionAc) - zero, height: rowHeight - 12,
        class: "bar", note: "\(site.path): \(Figures.percent(site.aliasFractionAc))"),
    ] + whisker(plot.x(quartiles.lower), plot.x(quartiles.median), plot.x(quartiles.upper), middle)
      + [
        marker(plot.x(site.preactivation.aliasFractionAc), middle),
        .label(
          Figures.percent(site.aliasFractionAc), x: plot.x(ends.max() ?? 0) + 10, y: middle + 4,
          class: "value"),
      ]
  }

  private var legend: [Element] {
    [
      .rectangle(x: left, y: 5, width: 26, height: 12, class: "bar"),
      .label("all channels together", x: left + 33, y: 15),
    ] + whisker(left + 195, left + 209, left + 223, 11) + [
      .label("channels: quartiles, median", x: left + 230, y: 15), marker(left + 428, 11),
      .label("before the activation", x: left + 438, y: 15),
    ]
  }

  private func whisker(_ low: Double, _ middle: Double, _ high: Double, _ y: Double) -> [Element] {
    [
      .line(low, y, high, y, class: "whisker"), .line(low, y - 4, low, y + 4, class: "whisker"),
      .line(high, y - 4, high, y + 4, class: "whisker"),
      Element("circle", ["cx": middle, "cy": y, "r": 2.6, "class": "median"]),
    ]
  }

  private func marker(_ x: Double, _ y: Double) -> Element {
    let corners = [(x, y - 6), (x + 5, y), (x, y + 6), (x - 5, y)]
    let points = corners.map { "\($0.0.attribute),\($0.1.attribute)" }.joined(separator: " ")
    return Element("polygon", ["points": points, "class": "marker"])
  }
}
