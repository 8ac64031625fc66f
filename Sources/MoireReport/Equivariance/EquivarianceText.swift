import Foundation
public import MoireAnalysis
import MoireTensors

/// The distances of layers as text for a terminal.
public struct EquivarianceText {
  private let document: EquivarianceDocument

  public init(_ document: EquivarianceDocument) {
    self.document = document
  }

  /// Header, a row for each layer, what the numbers mean, remarks.
  public func render(width: Int = 100, color: Bool = false) -> String {
    let style = TextStyle(isColored: color)
    let width = max(40, width)
    let sections = [header(width, style), table(width, style), notes(width, style)]
    return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
      .joined(separator: "\n\n")
  }

  private func header(_ width: Int, _ style: TextStyle) -> [String] {
    let (network, images) = (document.network, document.images)
    var parts = ["\(Figures.plural(images.read, "image")) read"]
    if !images.skipped.isEmpty { parts.append("\(Figures.count(images.skipped.count)) skipped") }
    if let accuracy = images.accuracy {
      parts.append(
        "\(Figures.count(images.labelled)) labelled, accuracy \(Figures.percent(accuracy))")
    }
    let title = "Internal feature distance of \(DisplayText.clean(network.name))"
    return DisplayText.wrapped(title, to: width).map(style.bold)
      + [
        (
          "network",
          "input \(Figures.shape(network.inputShape)), output "
            + "\(Figures.shape(network.outputShape)), total stride "
            + Figures.stride(document.period)
        ),
        ("images", parts.joined(separator: ", ")), ("input", document.preprocessing.description),
      ].flatMap { label, text in
        let head = label.padding(toLength: 10, withPad: " ", startingAt: 0)
        let lines = DisplayText.wrapped(DisplayText.clean(text), to: width - 10)
        return lines.enumerated().map {
          ($0 == 0 ? head : String(repeating: " ", count: 10)) + $1
        }
      }
  }

  private func table(_ width: Int, _ style: TextStyle) -> [String] {
    guard !document.layers.isEmpty else { return [] }
    var table = TextTable(columns: [
      .init(title: "#"),
      .init(title: "layer", isNumeric: false, isFlexible: true, comfortable: 20),
      .init(title: "operation", isNumeric: false, isFlexible: true, comfortable: 12),
      .init(title: "part", isNumeric: false), .init(title: "map"), .init(title: "mean"),
      .init(title: "95 % interval"), .init(title: "largest"), .init(title: "at Δh,Δw"),
      .init(title: "of other"),
    ])
    for (index, layer) in document.layers.enumerated() {
      let interval =
        layer.low.map { "\(Figures.distance($0)) … \(Figures.distance(layer.high ?? $0))" }
        ?? Figures.none
      table.rows.append([
        "\(index + 1)", DisplayText.clean(layer.path), DisplayText.clean(layer.operation),
        layer.part.rawValue, "\(layer.channels)×\(layer.size)", Figures.distance(layer.mean),
        interval, Figures.distance(layer.largest),
        layer.largest < Figures.smallestDistance
          ? Figures.none : "\(layer.largestAt.height),\(layer.largestAt.width)",
        layer.mean < Figures.smallestDistance ? "0" : Figures.percent(layer.normalized),
      ])
    }
    let worst = document.layers.indices.max {
      document.layers[$0].mean < document.layers[$1].mean
    }
    table.emphasized = worst.map { [$0] } ?? []
    return table.render(width: width, style: style)
  }

  private func notes(_ width: Int, _ style: TextStyle) -> [String] {
    let lines = DisplayText.wrapped(document.protocolLine, to: width, indent: 2).map(style.dim)
    let all = document.circular ?? []
    // The borders are many and alike; what is not circular still is what matters.
    let borders = all.count { $0.hasSuffix("made circular") }
    let changes =
      (borders > 0
        ? ["\(Figures.plural(borders, "border")) made circular, listed in the JSON"] : [])
      + all.filter { !$0.hasSuffix("made circular") }
    let skipped = document.images.skipped.map { "skipped \($0.name): \($0.reason)" }
    return lines
      + (changes + document.remarks + skipped).flatMap {
        DisplayText.wrapped("- " + DisplayText.clean($0), to: width, indent: 2)
      }
  }
}

extension Figures {
  /// Below this a cosine distance is rounding of single precision.
  static let smallestDistance = 1e-6

  /// A cosine distance; "0" for rounding.
  static func distance(_ value: Double) -> String {
    value < smallestDistance ? "0" : number(value)
  }
}
