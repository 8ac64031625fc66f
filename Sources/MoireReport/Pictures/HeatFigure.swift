import Foundation
import MoireTensors

/// A heat map over two frequency axes with its colour bar.
struct HeatFigure {
  var label: String
  /// Cells over the whole frequency range, each 0…1.
  var cells: SpectrumGrid
  /// How many bins the axes stand for.
  var bins: HW
  var colors: ColorMap
  var axisLabel: String
  /// Positions 0…1 on the colour bar with what they mean.
  var marks: [(position: Double, text: String)]
  var barLabel: String
  /// Bins that belong to the new grid, drawn as a box.
  var box: (rows: ClosedRange<Int>, columns: ClosedRange<Int>)?

  var side = 200.0
  /// Off where figures stand side by side and share them.
  var hasVerticalAxis = true
  var hasColorBar = true

  private let left = 56.0
  private let top = 26.0

  func draw(_ encodePNG: PNGEncoder) throws -> Element {
    let plot = Plot(
      x: HeatFigure.domain(bins.width), y: HeatFigure.domain(bins.height), left: left, top: top,
      width: side, height: side
    ).downwards
    let ticks = [-0.5, -0.25, 0, 0.25, 0.5]
    let format = { (tick: Double) in String(format: "%g", tick).replacing("-", with: "−") }
    let axes =
      plot.xAxis(ticks.filter(plot.x.domain.contains), label: axisLabel, format: format)
      + (hasVerticalAxis
        ? plot.yAxis(ticks.filter(plot.y.domain.contains), label: "vertical", format: format) : [])
    let picture = HeatFigure.image(
      try encodePNG(pixels), x: left, y: top, width: side, height: side)
    return .svg(
      width: side + 130, height: side + 68, label: label,
      [picture] + boxOutline(plot) + axes + [plot.frame]
        + (hasColorBar ? try colorBar(encodePNG) : []))
  }

  private var pixels: Pixels {
    Pixels(
      width: cells.size.width, height: cells.size.height,
      rgb: cells.values.flatMap { value in
        let color = colors(value)
        return [color.red, color.green, color.blue]
      })
  }

  /// From the edge of the lowest bin to the edge of the highest, in cycles per sample.
  private static func domain(_ count: Int) -> ClosedRange<Double> {
    let low = (-Double(count / 2) - 0.5) / Double(count)
    return low...(low + 1)
  }

  private func boxOutline(_ plot: Plot) -> [Element] {
    guard let box else { return [] }
    let x0 = plot.x((Double(box.columns.lowerBound) - 0.5) / Double(bins.width))
    let x1 = plot.x((Double(box.columns.upperBound) + 0.5) / Double(bins.width))
    let y0 = plot.y((Double(box.rows.lowerBound) - 0.5) / Double(bins.height))
    let y1 = plot.y((Double(box.rows.upperBound) + 0.5) / Double(bins.height))
    return ["box-under", "box"].map {
      .rectangle(x: x0, y: y0, width: x1 - x0, height: y1 - y0, class: $0)
    }
  }

  private func colorBar(_ encodePNG: PNGEncoder) throws -> [Element] {
    let steps = (0..<128).reversed().map { colors(Double($0) / 127) }
    let bar = Pixels(width: 1, height: 128, rgb: steps.flatMap { [$0.red, $0.green, $0.blue] })
    let x = left + side + 12
    return [
      HeatFigure.image(try encodePNG(bar), x: x, y: top, width: 10, height: side),
      .rectangle(x: x, y: top, width: 10, height: side, class: "frame"),
      .label(barLabel, x: x + 10, y: top - 9, anchor: "middle", class: "mark"),
    ]
      + marks.map { mark in
        .label(
          mark.text, x: x + 15, y: top + side * (1 - mark.position) + 4, class: "tick")
      }
  }

  static func image(_ png: [UInt8], x: Double, y: Double, width: Double, height: Double)
    -> Element
  {
    Element(
      "image",
      [
        "x": x, "y": y, "width": width, "height": height, "preserveAspectRatio": "none",
        "class": "pixels", "href": "data:image/png;base64," + Data(png).base64EncodedString(),
      ])
  }
}

extension Plot {
  /// The same frame with the vertical axis growing downwards, as rows do.
  var downwards: Plot {
    var plot = self
    (plot.y.start, plot.y.end) = (y.end, y.start)
    return plot
  }
}
