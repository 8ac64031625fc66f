/// The frame of a chart: two scales, their axes and the grid behind the data.
struct Plot {
  var x, y: Scale

  /// The frame with its origin at the lower left corner.
  init(
    x: ClosedRange<Double>, y: ClosedRange<Double>, left: Double, top: Double, width: Double,
    height: Double, isYLogarithmic: Bool = false
  ) {
    self.x = Scale(domain: x, start: left, end: left + width)
    self.y = Scale(domain: y, start: top + height, end: top, isLogarithmic: isYLogarithmic)
  }

  /// Ticks under the frame, with lines through it where `grid`.
  func xAxis(_ ticks: [Double], grid: Bool = false, label: String, format: (Double) -> String)
    -> [Element]
  {
    let bottom = max(y.start, y.end)
    var result = ticks.flatMap { tick in
      let position = x(tick)
      return [
        .line(position, grid ? min(y.start, y.end) : bottom, position, bottom + 4, class: "grid"),
        Element.label(format(tick), x: position, y: bottom + 17, anchor: "middle", class: "tick"),
      ]
    }
    result.append(
      .label(label, x: (x.start + x.end) / 2, y: bottom + 34, anchor: "middle", class: "axis"))
    return result
  }

  /// Ticks left of the frame, with lines through it where `grid`; the label stands `offset` left.
  func yAxis(
    _ ticks: [Double], grid: Bool = false, label: String, offset: Double = 40,
    format: (Double) -> String
  ) -> [Element] {
    var result = ticks.flatMap { tick in
      let position = y(tick)
      return [
        .line(x.start - 4, position, grid ? x.end : x.start, position, class: "grid"),
        Element.label(format(tick), x: x.start - 8, y: position + 4, anchor: "end", class: "tick"),
      ]
    }
    let middle = (y.start + y.end) / 2
    result.append(.upright(label, x: x.start - offset, y: middle))
    return result
  }

  /// The outline of the frame.
  var frame: Element {
    .rectangle(
      x: x.start, y: min(y.start, y.end), width: x.end - x.start, height: abs(y.end - y.start),
      class: "frame")
  }

  /// A line through points in values of the scales.
  func path(_ points: [(x: Double, y: Double)], class: String) -> Element {
    let steps = points.enumerated().map { index, point in
      "\(index == 0 ? "M" : "L")\(x(point.x).attribute) \(y(point.y).attribute)"
    }
    return Element("path", ["d": steps.joined(), "class": `class`])
  }
}

extension Element {
  /// Words that read upwards, centred on (x, y).
  static func upright(_ text: String, x: Double, y: Double) -> Element {
    Element(
      "text",
      [
        "x": x, "y": y, "text-anchor": "middle", "class": "axis",
        "transform": "rotate(-90 \(x.attribute) \(y.attribute))",
      ], text: text)
  }
}
