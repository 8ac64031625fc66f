import Foundation
public import MoireAnalysis

/// An audit as text for a terminal.
public struct AuditText {
  private let document: AuditDocument

  public init(_ document: AuditDocument) {
    self.document = document
  }

  /// Header, sites, theory beside measurement, shift metrics, remarks and a reading in plain words.
  ///
  /// Lines keep to `width` columns from 80 on, below 100 without the pre-activation column; long
  /// paths and names are shortened in the middle. With `color` headings and the worst site are set
  /// off by ANSI sequences; without it the text is plain.
  public func render(width: Int = 100, color: Bool = false) -> String {
    let style = TextStyle(isColored: color)
    let width = max(40, width)
    let sections = [
      header(width, style), sites(width, style), theory(width, style), shift(width, style),
      notes(width, style), reading(width, style),
    ]
    let text = sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
    return text.joined(separator: "\n\n") + "\n"
  }

  private func header(_ width: Int, _ style: TextStyle) -> [String] {
    let facts = DocumentFacts(document)
    let title = "Aliasing audit of \(DisplayText.clean(document.network.name))"
    return DisplayText.wrapped(title, to: width).map(style.bold)
      + [
        ("network", facts.network), ("images", facts.images), ("input", facts.preprocessing),
        ("software", facts.versions),
      ].flatMap { label, text in labelled(label, text, width) }
  }

  private func sites(_ width: Int, _ style: TextStyle) -> [String] {
    guard !document.sites.isEmpty else { return ["No sampling site was found."] }
    var table = TextTable(columns: [
      .init(title: "#"),
      .init(title: "site", isNumeric: false, isFlexible: true, comfortable: 24),
      .init(title: "operation", isNumeric: false, isFlexible: true),
      .init(title: "stride"), .init(title: "dense→out"), .init(title: "alias"),
      .init(title: "AC"), .init(title: "AC by channel"),
    ])
    let isWide = width >= 100
    if isWide { table.columns.append(.init(title: "pre-act")) }
    for (index, site) in document.sites.enumerated() {
      let quartiles = site.channelQuartilesAc
      table.rows.append([
        "\(index + 1)", DisplayText.clean(site.path), DisplayText.clean(site.operation),
        Figures.stride(site.stride),
        "\(Figures.side(site.denseSize))→\(Figures.side(site.outputSize))",
        Figures.percent(site.aliasFraction), Figures.percent(site.aliasFractionAc),
        "\(Figures.brief(quartiles.median)) [\(Figures.brief(quartiles.lower))–"
          + "\(Figures.brief(quartiles.upper))]",
      ])
      guard isWide else { continue }
      table.rows[index].append(Figures.percent(site.preactivation.aliasFractionAc))
    }
    if let worst = AuditReading(document).worstIndex { table.emphasized = [worst] }
    return [style.bold("Sites: share of energy that folds when subsampled")]
      + table.render(width: width, style: style)
      + DisplayText.wrapped(
        "AC: the constant left out. By channel: median [quartiles] in %."
          + (isWide ? " Pre-act: AC before the activation." : ""), to: width
      ).map(style.dim)
  }

  private func theory(_ width: Int, _ style: TextStyle) -> [String] {
    guard !document.sites.isEmpty else { return [] }
    let filters = document.filterNames
    var table = TextTable(
      columns: [
        .init(title: "#"),
        .init(title: "site", isNumeric: false, isFlexible: true, comfortable: 24),
        .init(title: "predicted"), .init(title: "measured"), .init(title: "difference"),
      ] + filters.map { .init(title: DisplayText.clean($0)) })
    for (index, site) in document.sites.enumerated() {
      let left = filters.map { name in
        Figures.percent(site.filters.first { $0.filter == name }?.aliasEnergyLeft)
      }
      table.rows.append(
        [
          "\(index + 1)", DisplayText.clean(site.path), Figures.precise(site.identity?.predicted),
          Figures.precise(site.identity?.measured), Figures.scientific(site.identityDifference),
        ] + left)
    }
    let title = "Polyphase identity, and the alias energy each filter would leave"
    return [style.bold(title)] + table.render(width: width, style: style)
  }

  private func shift(_ width: Int, _ style: TextStyle) -> [String] {
    guard !document.shift.isEmpty else { return [] }
    var table = TextTable(
      columns: [.init(title: "shift", isNumeric: false, isFlexible: true)]
        + ShiftRow.titles.compactMap(\.short).map { .init(title: $0) })
    table.rows = document.shift.map { reading in
      let cells = zip(ShiftRow.titles, ShiftRow(reading).cells).filter { $0.0.short != nil }
      return [DisplayText.clean(reading.protocol)] + cells.map(\.1)
    }
    let lines = document.shift.flatMap { reading in
      DisplayText.wrapped(DisplayText.clean(reading.namedLine), to: width, indent: 2)
    }
    let key =
      "1-px change: share of diagonal neighbours whose top answer differs. Rel.: logit variance"
      + " over the spread of the unshifted logits. Worst: right at every shift."
    return [style.bold("Shift sensitivity")] + table.render(width: width, style: style)
      + DisplayText.wrapped(key, to: width).map(style.dim) + lines
  }

  private func notes(_ width: Int, _ style: TextStyle) -> [String] {
    let skipped = document.images.skipped.map { "skipped \($0.name): \($0.reason)" }
    return (document.remarks + skipped).flatMap {
      DisplayText.wrapped("- " + DisplayText.clean($0), to: width, indent: 2)
    }
  }

  private func reading(_ width: Int, _ style: TextStyle) -> [String] {
    let reading = AuditReading(document)
    return (reading.worst + reading.shift).flatMap {
      // A number and its percent sign stay on one line.
      let text = DisplayText.clean($0).replacing(" %", with: "\u{A0}%")
      return DisplayText.wrapped(text, to: width).map { $0.replacing("\u{A0}", with: " ") }
    }
  }

  private func labelled(_ label: String, _ text: String, _ width: Int) -> [String] {
    let head = label.padding(toLength: 9, withPad: " ", startingAt: 0)
    let lines = DisplayText.wrapped(text, to: width - 9)
    return lines.enumerated().map { ($0 == 0 ? head : String(repeating: " ", count: 9)) + $1 }
  }
}
