import Foundation
import MoireAnalysis
import MoireTensors

/// A row for each input: its spectrum with the box of the stride, profiles, and fold map.
public struct SpectrumChart {
  private let document: SpectrumDocument
  private let encodePNG: PNGEncoder
  private let rowHeight = 342.0

  public init(_ document: SpectrumDocument, encodePNG: @escaping PNGEncoder) {
    self.document = document
    self.encodePNG = encodePNG
  }

  /// The drawing as an SVG file.
  ///
  /// - Throws: what the encoder throws.
  public func svg() throws -> String {
    let entries = document.inputs + (document.pooled.map { [$0] } ?? [])
    let rows = try entries.enumerated().map { index, entry in
      Element.moved(0, rowHeight * Double(index), try row(entry))
    }
    return Drawing(
      width: 1040, height: rowHeight * Double(rows.count) + 10,
      label: "Spectra of \(entries.map(\.name).joined(separator: ", "))", elements: rows
    ).svg
  }

  private func row(_ entry: SpectrumDocument.Entry) throws -> [Element] {
    let name = DisplayText.shortened(DisplayText.clean(entry.name), to: 60)
    let facts =
      "\(entry.size), \(Figures.plural(entry.planes, "plane")), stride"
      + " \(Figures.stride(document.stride)), \(document.boundary): alias"
      + " \(Figures.percent(entry.aliasFraction)), without the constant"
      + " \(Figures.percent(entry.aliasFractionAc))"
    let panels = [
      ("power spectrum, dB of all energy", try spectrum(entry)),
      ("profiles, dB of all energy", ProfileChart(entry: entry, limits: limits).draw()),
      ("fold map: share that folds onto a bin", try foldMap(entry)),
    ]
    let titles: [Element] = [
      .label(name, x: 20, y: 26, class: "title"), .label(facts, x: 20, y: 46, class: "soft"),
    ]
    return titles
      + panels.enumerated().flatMap { index, panel -> [Element] in
        let x = 10 + 345 * Double(index)
        let none = [Element.label("none", x: 156, y: 130, anchor: "middle", class: "soft")]
        return [
          .label(panel.0, x: x + 56, y: 70, class: "head"),
          .moved(x, 70, panel.1 ?? none),
        ]
      }
  }

  private func spectrum(_ entry: SpectrumDocument.Entry) throws -> [Element]? {
    guard let levels = HeatFigure.levels(entry.power) else { return nil }
    let stride = document.stride
    let divides = entry.gridSize.isMultiple(of: stride)
    let figure = HeatFigure.spectrum(
      entry.power, size: entry.gridSize, levels: levels, label: "Spectrum of \(entry.name)",
      axisLabel: "horizontal, cycles per sample",
      box: (
        HeatFigure.band(
          entry.gridSize.height, output: entry.gridSize.height / stride.height, exact: divides),
        HeatFigure.band(
          entry.gridSize.width, output: entry.gridSize.width / stride.width, exact: divides)
      ))
    return try figure.draw(encodePNG).children
  }

  private func foldMap(_ entry: SpectrumDocument.Entry) throws -> [Element]? {
    guard let map = entry.foldMap, map.size.area > 0 else { return nil }
    return try HeatFigure.foldMap(map, label: "Fold map of \(entry.name)").draw(encodePNG).children
  }

  private var limits: [(frequency: Double, text: String)] {
    let strides: [Int] = Set([document.stride.height, document.stride.width]).sorted()
    return strides.filter { $0 > 1 }.map { stride in
      (frequency: 0.5 / Double(stride), text: "1/\(2 * stride)")
    }
  }
}
