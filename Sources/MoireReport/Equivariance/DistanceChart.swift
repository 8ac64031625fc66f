import MoireAnalysis
import MoireTensors

/// Distance against depth, and a heat map over (Δh, Δw) for each layer, on one scale of colours.
struct DistanceChart {
  private let document: EquivarianceDocument
  private let encodePNG: PNGEncoder

  private let columns = 5
  private let side = 150.0
  private let pitch = 200.0
  private let rowPitch = 218.0
  private let mapsTop = 420.0

  init(_ document: EquivarianceDocument, encodePNG: @escaping PNGEncoder) {
    self.document = document
    self.encodePNG = encodePNG
  }

  private var width: Double { 60 + pitch * Double(columns) + 30 }
  private var rowCount: Int { (document.layers.count + columns - 1) / columns }

  /// Where the colours end.
  private var limit: Double {
    Scale.ceiling(of: max(document.layers.map(\.largest).max() ?? 0, Figures.smallestDistance))
  }

  /// The drawing as an SVG file.
  ///
  /// - Throws: what the encoder throws.
  func svg() throws -> String {
    var elements: [Element] = [
      .label(
        DisplayText.shortened(
          "Internal feature distance of \(DisplayText.clean(document.network.name))", to: 90),
        x: 24, y: 32, class: "title"),
      .label(
        "mean distance over all shifts, layer by layer: ● output, ■ dense half, ◆ subsampled half",
        x: 24, y: 56, class: "soft"),
    ]
    elements += depth
    elements += try bar()
    for (index, layer) in document.layers.enumerated() {
      let x = 60 + pitch * Double(index % columns)
      let y = mapsTop + rowPitch * Double(index / columns)
      elements.append(.moved(x, y, try heatMap(layer, index)))
    }
    let bottom = mapsTop + rowPitch * Double(rowCount)
    let words = DisplayText.wrapped(document.protocolLine, to: Int(width / 6.8))
    elements += words.enumerated().map { index, line in
      .label(line, x: 24, y: bottom + 8 + 17 * Double(index), class: "soft")
    }
    return Drawing(
      width: width, height: bottom + 20 + 17 * Double(words.count),
      label: "Internal feature distance over shifts, layer by layer", elements: elements,
      style: ".dot { fill: #0072b2; } .half { fill: #009e73; } .taken { fill: #d55e00; } "
        + ".whisker { stroke: #1b1f27; stroke-width: 1; }"
    ).svg
  }

  // MARK: Against depth

  private var depth: [Element] {
    let layers = document.layers
    let top = layers.map { $0.high ?? $0.mean }.max() ?? 0
    let plot = Plot(
      x: 0.5...(Double(max(layers.count, 1)) + 0.5),
      y: 0...Scale.ceiling(of: max(top, Figures.smallestDistance)), left: 84, top: 74,
      width: width - 120, height: 220)
    let step = max(1, (layers.count + 29) / 30)
    let ticks = stride(from: 1, through: max(1, layers.count), by: step).map(Double.init)
    let axes =
      plot.xAxis(ticks, label: "layer, in order of execution") { "\(Int($0))" }
      + plot.yAxis(plot.y.ticks(about: 5), grid: true, label: "mean distance", offset: 58) {
        Figures.number($0)
      }
    let line = plot.path(
      layers.enumerated().map { (Double($0.offset + 1), $0.element.mean) }, class: "curve c0")
    let points = layers.enumerated().flatMap { index, layer -> [Element] in
      let (x, y) = (plot.x(Double(index + 1)), plot.y(layer.mean))
      var elements: [Element] = []
      if let low = layer.low, let high = layer.high {
        elements.append(.line(x, plot.y(low), x, plot.y(high), class: "whisker"))
      }
      return elements + [marker(layer, x, y)]
    }
    return axes + [line] + points + [plot.frame]
  }

  private func marker(_ layer: EquivarianceDocument.Layer, _ x: Double, _ y: Double) -> Element {
    let title = Element(
      "title", text: "\(layer.path), \(layer.part.rawValue): \(Figures.distance(layer.mean))")
    switch layer.part {
    case .output: return Element("circle", ["cx": x, "cy": y, "r": 4.0, "class": "dot"], [title])
    case .dense:
      return Element(
        "rect", ["x": x - 4, "y": y - 4, "width": 8.0, "height": 8.0, "class": "half"], [title])
    case .subsampled:
      let corners = [(x, y - 6), (x + 6, y), (x, y + 6), (x - 6, y)]
      let points = corners.map { "\($0.0.attribute),\($0.1.attribute)" }.joined(separator: " ")
      return Element("polygon", ["points": points, "class": "taken"], [title])
    }
  }

  // MARK: Over shifts

  /// Where the colours of a layer end: at half of what is between different images, as in Zhang's figure;
  /// nil where one layer has no such number, then all share one scale.
  private func calibrated(_ layer: EquivarianceDocument.Layer) -> Double? {
    guard document.layers.allSatisfy({ $0.normalized != nil }) else { return nil }
    return layer.between.map { $0 / 2 }
  }

  private func heatMap(
    _ layer: EquivarianceDocument.Layer, _ index: Int
  ) throws -> [Element] {
    let range = document.range
    let pixels = Pixels(
      width: range.width, height: range.height,
      rgb: layer.distances.flatMap { distance in
        let color = ColorMap.level(distance / (calibrated(layer) ?? limit))
        return [color.red, color.green, color.blue]
      })
    let name = DisplayText.shortened(DisplayText.clean(layer.path), to: 20)
    return [
      .label("\(index + 1)  \(name)", x: 0, y: -20, class: "head"),
      .label(
        "\(layer.part.rawValue), mean \(Figures.distance(layer.mean))"
          + (layer.normalized.map { ", \(Figures.percent($0)) of other" } ?? ""),
        x: 0, y: -6, class: "tick"),
      HeatFigure.image(try encodePNG(pixels), x: 0, y: 0, width: side, height: side),
      .rectangle(
        x: 0, y: 0, width: side, height: side, class: "frame",
        note: "\(layer.path), \(layer.part.rawValue), \(layer.size)"),
      .label("0", x: 0, y: side + 14, class: "tick"),
      .label("\(range.width - 1)", x: side, y: side + 14, anchor: "end", class: "tick"),
      .label("Δw", x: side / 2, y: side + 14, anchor: "middle", class: "tick"),
      .label("Δh", x: -6, y: side / 2, anchor: "end", class: "tick"),
    ]
  }

  private func bar() throws -> [Element] {
    let steps = (0..<128).map { ColorMap.level(Double($0) / 127) }
    let pixels = Pixels(
      width: 128, height: 1, rgb: steps.flatMap { [$0.red, $0.green, $0.blue] })
    let (x, y) = (60.0, 356.0)
    let isCalibrated = document.layers.first.flatMap(calibrated) != nil
    return [
      .label("distance", x: x, y: y - 6, class: "head"),
      HeatFigure.image(try encodePNG(pixels), x: x + 70, y: y - 15, width: 260, height: 10),
      .label("0", x: x + 70, y: y + 9, class: "tick"),
      .label(
        isCalibrated ? "½ of that between different images" : Figures.number(limit), x: x + 330,
        y: y + 9, anchor: "end", class: "tick"),
    ]
  }
}
