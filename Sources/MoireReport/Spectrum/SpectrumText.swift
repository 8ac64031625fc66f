import Foundation
import MoireAnalysis
import MoireTensors

/// A spectrum document as tables for the terminal, with what their numbers mean.
public struct SpectrumText {
  private let document: SpectrumDocument

  public init(_ document: SpectrumDocument) {
    self.document = document
  }

  /// The text in lines of at most `width` columns; long names are shortened in the middle.
  public func render(color: Bool = false, width: Int = 100) -> String {
    let style = TextStyle(isColored: color)
    let sections = [
      inputs(width), aliases.render(width: width, style: style),
      filters.render(width: width, style: style),
      entries.contains { $0.identities != nil }
        ? identities.render(width: width, style: style) : [],
      bandwidths.render(width: width, style: style),
      DisplayText.wrapped(document.protocolLine, to: width).map(style.dim),
    ]
    return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(
      separator: "\n\n")
  }

  private var entries: [SpectrumDocument.Entry] {
    document.inputs + (document.pooled.map { [$0] } ?? [])
  }

  /// What was read, and what stands in the way of exact numbers.
  private func inputs(_ width: Int) -> [String] {
    document.inputs.flatMap { entry -> [String] in
      let shape = entry.shape.map { "[\($0.map(String.init).joined(separator: ", "))]" } ?? ""
      let name = DisplayText.clean(entry.name)
      var line = "\(name): \(entry.values) \(shape), keeps \(entry.outputSize)"
      if entry.deadPlanes + entry.constantPlanes > 0 {
        line += "; \(entry.deadPlanes) dead and \(entry.constantPlanes) constant planes count as 0"
      }
      if !entry.exact {
        line += "; the stride does not divide \(entry.size): box by frequency, no identities"
      }
      return DisplayText.wrapped(line, to: width, indent: 2)
    }
  }

  private func table(_ first: String, _ titles: [String]) -> TextTable {
    let name = TextTable.Column(title: first, isNumeric: false, isFlexible: true, comfortable: 16)
    return TextTable(columns: [name] + titles.map { TextTable.Column(title: $0) })
  }

  private var aliases: TextTable {
    var table = table(
      "input", ["size", "planes", "alias", "¼ %", "½ %", "¾ %", "AC", "¼ %", "½ %", "¾ %"])
    table.rows = entries.map { entry in
      let quartiles = [entry.channelQuartiles, entry.channelQuartilesAc].map {
        [$0.lower, $0.median, $0.upper].map(Figures.brief)
      }
      return [
        DisplayText.clean(entry.name), entry.size.description, Figures.count(entry.planes),
        Figures.percent(entry.aliasFraction),
      ] + quartiles[0] + [Figures.percent(entry.aliasFractionAc)] + quartiles[1]
    }
    return table
  }

  private var filters: TextTable {
    var table = table("input", ["filter", "alias", "left", "kept"])
    table.columns[1].isNumeric = false
    table.rows = entries.flatMap { entry in
      entry.filters.enumerated().map { index, filter in
        [
          index == 0 ? DisplayText.clean(entry.name) : "", filter.filter,
          Figures.percent(filter.aliasFraction), Figures.percent(filter.aliasEnergyLeft),
          Figures.percent(filter.basebandEnergyKept),
        ]
      }
    }
    return table
  }

  private var identities: TextTable {
    var table = table("identity", ["predicted", "measured", "difference", "largest", "planes"])
    table.rows = entries.flatMap { entry -> [[String]] in
      guard let found = entry.identities else {
        return [[DisplayText.clean(entry.name)] + Array(repeating: Figures.none, count: 5)]
      }
      let sides = [
        ("polyphase", found.polyphase), ("shift", found.shift), ("pool leak", found.pool),
      ]
      return sides.enumerated().map { index, side in
        [
          "\(DisplayText.clean(entry.name)), \(side.0)", Figures.precise(side.1.predicted),
          Figures.precise(side.1.measured), Figures.scientific(side.1.difference),
          index == 0 ? Figures.scientific(found.largestDifference) : "",
          index == 0 ? Figures.count(found.planesCompared) : "",
        ]
      }
    }
    return table
  }

  private var bandwidths: TextTable {
    var table = table(
      "input", ["95 %: h", "w", "radius", "rms: h", "w", "radius", "noise: h", "w"])
    table.rows = entries.map { entry in
      guard let found = entry.bandwidth else {
        return [DisplayText.clean(entry.name)] + Array(repeating: Figures.none, count: 8)
      }
      let cells =
        found.containing + [found.containingRadius] + found.rms + [found.rmsRadius] + found.noise
      return [DisplayText.clean(entry.name)] + cells.map { String(format: "%.4f", $0) }
    }
    return table
  }
}
