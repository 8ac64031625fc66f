/// A drawing that stands alone as an SVG file, with the look of the report's charts.
struct Drawing {
  var width, height: Double
  /// For those who cannot see it.
  var label: String
  var elements: [Element]
  /// Rules of this drawing's own.
  var style = ""

  /// The file.
  var svg: String {
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + element.markup + "\n"
  }

  /// The drawing as a part of a page.
  var element: Element {
    Element(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": "0 0 \(width.attribute) \(height.attribute)", "width": width,
        "height": height, "role": "img", "aria-label": label,
      ],
      [
        Element("style", text: Drawing.style + style),
        .rectangle(x: 0, y: 0, width: width, height: height, class: "paper"),
      ] + elements)
  }

  // Without line ends: what is written out has no control characters.
  private static let style = [
    "text { font-family: system-ui, sans-serif; font-size: 12px; fill: #1b1f27; }",
    ".title { font-size: 16px; font-weight: 650; } .head { font-weight: 600; }",
    ".tick, .axis, .mark, .soft { fill: #5a6270; } .tick, .mark { font-size: 11px; }",
    ".paper { fill: #ffffff; } .folds { fill: #eef1f5; } .grid { stroke: #d9dde3; }",
    ".frame { fill: none; stroke: #5a6270; } .pixels { image-rendering: pixelated; }",
    ".nyquist { stroke: #1b1f27; stroke-width: 1.2; stroke-dasharray: 5 3; }",
    ".box-under { fill: none; stroke: #000000; stroke-opacity: 0.55; stroke-width: 3.4; }",
    ".box { fill: none; stroke: #ffffff; stroke-width: 1.5; }",
    ".curve { fill: none; stroke-width: 1.3; stroke-linejoin: round; }",
    ".c0 { stroke: #1b1f27; stroke-width: 2.4; } .c1 { stroke: #0072b2; }",
    ".c2 { stroke: #d55e00; } .c3 { stroke: #009e73; } ",
  ].joined(separator: " ")
}

extension Element {
  /// Elements moved by (x, y).
  static func moved(_ x: Double, _ y: Double, _ elements: [Element]) -> Element {
    Element("g", ["transform": "translate(\(x.attribute) \(y.attribute))"], elements)
  }
}
