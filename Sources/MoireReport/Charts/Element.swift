import Foundation

/// An element of an SVG drawing; text and attributes are escaped when it is written out.
struct Element {
  var name: String
  var attributes: KeyValuePairs<String, any AttributeValue>
  var children: [Element] = []
  var text: String?

  init(
    _ name: String, _ attributes: KeyValuePairs<String, any AttributeValue> = [:],
    text: String? = nil, _ children: [Element] = []
  ) {
    self.name = name
    self.attributes = attributes
    self.children = children
    self.text = text
  }

  /// A drawing that scales with the page, with a name for those who cannot see it.
  static func svg(width: Double, height: Double, label: String, _ children: [Element]) -> Element {
    Element(
      "svg",
      [
        "viewBox": "0 0 \(width.attribute) \(height.attribute)", "role": "img",
        "aria-label": label,
      ], children)
  }

  /// Words with their anchor at (x, y).
  static func label(
    _ text: String, x: Double, y: Double, anchor: String = "start", class: String = "label"
  ) -> Element {
    Element("text", ["x": x, "y": y, "text-anchor": anchor, "class": `class`], text: text)
  }

  static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, class: String) -> Element
  {
    Element("line", ["x1": x1, "y1": y1, "x2": x2, "y2": y2, "class": `class`])
  }

  /// A rectangle; `note` is shown when the pointer rests on it.
  static func rectangle(
    x: Double, y: Double, width: Double, height: Double, class: String, note: String? = nil
  ) -> Element {
    Element(
      "rect", ["x": x, "y": y, "width": max(0, width), "height": max(0, height), "class": `class`],
      note.map { [Element("title", text: $0)] } ?? [])
  }

  /// The drawing as XML.
  var markup: String {
    var result = ""
    write(to: &result)
    return result
  }

  private func write(to result: inout String) {
    result += "<\(name)"
    for (key, value) in attributes {
      result += " \(key)=\"\(Element.escaped(value.attribute))\""
    }
    guard text != nil || !children.isEmpty else {
      result += "/>"
      return
    }
    result += ">"
    if let text { result += Element.escaped(text) }
    for child in children { child.write(to: &result) }
    result += "</\(name)>"
  }

  /// Text fit for XML content and for attributes in double quotes.
  static func escaped(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in DisplayText.clean(text).unicodeScalars {
      switch scalar {
      case "&": result.append(contentsOf: "&amp;".unicodeScalars)
      case "<": result.append(contentsOf: "&lt;".unicodeScalars)
      case ">": result.append(contentsOf: "&gt;".unicodeScalars)
      case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}

/// What an attribute can hold.
protocol AttributeValue {
  var attribute: String { get }
}

extension String: AttributeValue {
  var attribute: String { self }
}

extension Double: AttributeValue {
  /// At most two decimals: a hundredth of a pixel.
  var attribute: String {
    guard isFinite else { return "0" }
    let rounded = (self * 100).rounded() / 100
    return rounded == rounded.rounded() && abs(rounded) < 1e9 ? "\(Int(rounded))" : "\(rounded)"
  }
}
