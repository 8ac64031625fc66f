import Foundation
public import MoireAnalysis
import MoireTensors

/// An inspection as text for a terminal.
public struct InspectionText {
  private let inspection: Inspection

  public init(_ inspection: Inspection) {
    self.inspection = inspection
  }

  /// Layers, totals, sampling sites, stages and remarks in lines of at most `width` columns, as far as
  /// paths can be shortened; `color` as in ``AuditText``.
  public func render(width: Int = 100, color: Bool = false) -> String {
    let style = TextStyle(isColored: color)
    let sections = [
      layers(width, style), totals(), sites(width, style), stages(width, style), remarks(width),
    ]
    return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
      .joined(separator: "\n\n")
  }

  private func layers(_ width: Int, _ style: TextStyle) -> [String] {
    var table = TextTable(columns: [
      .init(title: "layer", isNumeric: false, isFlexible: true, comfortable: 24),
      .init(title: "operation", isNumeric: false, isFlexible: true, comfortable: 16),
      .init(title: "output"), .init(title: "parameters"), .init(title: "multiply-adds"),
    ])
    table.rows = inspection.layers.map { layer in
      [
        DisplayText.clean(layer.path), layer.operation, Figures.shape(layer.outputShape),
        layer.parameters == 0 ? Figures.none : Figures.count(layer.parameters),
        layer.multiplyAdds == 0 ? Figures.none : Figures.count(layer.multiplyAdds),
      ]
    }
    let name = DisplayText.clean(inspection.name)
    let title =
      "\(name): \(Figures.shape(inspection.inputShape)) → "
      + Figures.shape(inspection.outputShape)
    return [style.bold(title)] + table.render(width: width, style: style)
  }

  private func totals() -> [String] {
    let statistics =
      inspection.statistics == 0 ? "" : " and \(Figures.count(inspection.statistics)) statistics"
    return [
      "parameters     \(Figures.count(inspection.parameters))\(statistics), "
        + "\(bytes(inspection.parameterBytes))",
      "multiply-adds  \(Figures.count(inspection.multiplyAdds))",
      "feature maps   \(bytes(inspection.plannedBytes)) planned for one image; all of them side by "
        + "side \(bytes(inspection.activationBytes))",
    ]
  }

  private func sites(_ width: Int, _ style: TextStyle) -> [String] {
    guard !inspection.sites.isEmpty else { return ["No sampling site was found."] }
    var table = TextTable(columns: [
      .init(title: "site", isNumeric: false, isFlexible: true, comfortable: 24),
      .init(title: "operation", isNumeric: false), .init(title: "stride"),
      .init(title: "dense→out"), .init(title: "cumulative"),
    ])
    table.rows = inspection.sites.map { site in
      [
        DisplayText.clean(site.path), site.operation, Figures.stride(site.stride),
        "\(Figures.side(site.denseSize))→\(Figures.side(site.outputSize))",
        Figures.stride(site.cumulativeStride),
      ]
    }
    return [style.bold("Sampling sites")] + table.render(width: width, style: style)
  }

  private func stages(_ width: Int, _ style: TextStyle) -> [String] {
    guard !inspection.stages.isEmpty else { return [] }
    var table = TextTable(columns: [
      .init(title: "stage up to", isNumeric: false, isFlexible: true, comfortable: 24),
      .init(title: "size"), .init(title: "step"), .init(title: "first sample"),
      .init(title: "drift"), .init(title: "edge gain"), .init(title: "corner gain"),
    ])
    table.rows = inspection.stages.map { stage in
      [
        DisplayText.clean(stage.lastLayer), Figures.side(stage.size), pair(stage.step),
        pair(stage.origin), pair(stage.drift), String(format: "%.3f", stage.edgeGain),
        String(format: "%.3f", stage.cornerGain),
      ]
    }
    let split = inspection.stages.filter { $0.disagreement > 1e-9 }.map {
      "at \(DisplayText.clean($0.lastLayer)) paths have met whose samples stand up to "
        + "\(number($0.disagreement)) px apart"
    }
    let legend =
      "Input pixels: step of the samples, centre of the first, and how far the grid has drifted from "
      + "the centre of the image. Gain: what is left of a constant where windows hang over the border, "
      + "weights left out."
    return [style.bold("Stages")] + table.render(width: width, style: style)
      + (split + [legend]).flatMap { DisplayText.wrapped($0, to: width) }.map(style.dim)
  }

  private func remarks(_ width: Int) -> [String] {
    inspection.remarks.flatMap { DisplayText.wrapped("remark: \($0)", to: width, indent: 2) }
  }

  /// "2", or "2, 1" where rows and columns differ.
  private func pair(_ values: [Double]) -> String {
    let texts = values.map(number)
    return texts.allSatisfy { $0 == texts[0] } ? texts[0] : texts.joined(separator: ", ")
  }

  private func number(_ value: Double) -> String { String(format: "%g", value) }

  private func bytes(_ count: Int) -> String {
    count < 1_000_000
      ? String(format: "%.1f kB", Double(count) / 1e3)
      : String(format: "%.1f MB", Double(count) / 1e6)
  }
}
