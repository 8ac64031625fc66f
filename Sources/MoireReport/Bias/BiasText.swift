public import MoireAnalysis
import MoireTensors

/// The tests of photographer's bias as text for a terminal.
public struct BiasText {
  private let document: BiasDocument
  private let rows: Int

  /// - Parameter rows: classes to list at most, the most unequal ones first.
  public init(_ document: BiasDocument, rows: Int = 20) {
    self.document = document
    self.rows = max(1, rows)
  }

  /// Header, how many classes are non-uniform, the classes, what the numbers mean, remarks.
  public func render(width: Int = 100, color: Bool = false) -> String {
    let style = TextStyle(isColored: color)
    let width = max(40, width)
    let header = [
      style.bold("Photographer's bias"),
      "\(Figures.plural(document.boxes, "box").replacing("boxs", with: "boxes")), "
        + "\(document.classes.count) classes tested",
    ]
    let notes =
      DisplayText.wrapped(document.protocolLine, to: width, indent: 2).map(style.dim)
      + document.remarks.flatMap {
        DisplayText.wrapped("- " + DisplayText.clean($0), to: width, indent: 2)
      }
    return [header, summary(width, style), classes(width, style), notes]
      .map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
  }

  private func summary(_ width: Int, _ style: TextStyle) -> [String] {
    var table = TextTable(columns: [
      .init(title: "tested", isNumeric: false), .init(title: "classes"),
      .init(title: "non-uniform"), .init(title: "surely so"),
    ])
    let counts = [
      ("position", document.position), ("size", document.size), ("place", document.place),
    ]
    table.rows = counts.map { name, count in
      [
        name, Figures.count(count.classes), Figures.count(count.nonUniform),
        Figures.count(count.surely),
      ]
    }
    return table.render(width: width, style: style)
  }

  private func classes(_ width: Int, _ style: TextStyle) -> [String] {
    var table = TextTable(columns: [
      .init(title: "class", isNumeric: false, isFlexible: true, comfortable: 16),
      .init(title: "boxes"), .init(title: "mean x"), .init(title: "mean y"),
      .init(title: "mean height"), .init(title: "position p"), .init(title: "size p"),
      .init(title: "place p"),
    ])
    let order = document.classes.sorted {
      let (a, b) = ($0.place ?? 1, $1.place ?? 1)
      return a == b ? $0.name < $1.name : a < b
    }
    table.rows = order.prefix(rows).map { item in
      [
        DisplayText.clean(item.name), Figures.count(item.boxes), Figures.number(item.meanX),
        Figures.number(item.meanY), Figures.number(item.meanHeight),
        Figures.number(item.position), Figures.number(item.size), Figures.number(item.place),
      ]
    }
    let left = order.count - table.rows.count
    return table.render(width: width, style: style)
      + (left > 0 ? [style.dim("and \(Figures.count(left)) more, in the JSON and the CSV")] : [])
  }
}
