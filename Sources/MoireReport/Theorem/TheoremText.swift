import Foundation
public import MoireAnalysis

/// Theory beside measurement as text for a terminal.
public struct TheoremText {
  private let document: TheoremDocument
  private let showsChannels: Bool

  /// - Parameter showsChannels: list every channel of every site, without filters.
  public init(_ document: TheoremDocument, showsChannels: Bool = false) {
    self.document = document
    self.showsChannels = showsChannels
  }

  /// Header, identities, filters, activations, remarks and a reading in plain words, in lines of at
  /// most `width` columns; `color` as in ``AuditText``.
  public func render(width: Int = 100, color: Bool = false) -> String {
    let style = TextStyle(isColored: color)
    let width = max(60, width)
    let sections =
      [header(width, style), identities(width, style)] + filters(width, style)
      + (showsChannels ? channels(width, style) : [])
      + [
        PhaseChainText(document).levels(width, style),
        CertificateText(document)?.table(width, style) ?? [],
        EstimateText(document).levels(width, style), EstimateText(document).images(width, style),
        CounterfactualText(document).table(width, style),
      ] + ExplanationText(document).tables(width, style) + [
        pointwise(width, style), legend(width, style), notes(width), reading(width),
      ]
    let text = sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
    return text.joined(separator: "\n\n") + "\n"
  }

  private func header(_ width: Int, _ style: TextStyle) -> [String] {
    let facts = DocumentFacts(document)
    let title = "Theory beside measurement: \(DisplayText.clean(document.network.name))"
    let rows = [
      ("network", facts.network), ("images", facts.images), ("input", facts.preprocessing),
      ("padding", document.paddingLine), ("software", facts.versions),
    ]
    return DisplayText.wrapped(title, to: width).map(style.bold)
      + rows.flatMap { label, text in
        DisplayText.wrapped(text, to: width - 9).enumerated().map {
          ($0 == 0 ? label : "").padding(toLength: 9, withPad: " ", startingAt: 0) + $1
        }
      }
  }

  private static let siteColumns: [TextTable.Column] = [
    .init(title: "#"),
    .init(title: "site", isNumeric: false, isFlexible: true, comfortable: 20),
  ]

  // MARK: Identities

  /// The three identities without a filter: a row each.
  private func identities(_ width: Int, _ style: TextStyle) -> [String] {
    var table = TextTable(
      columns: Self.siteColumns + [
        .init(title: "stride"), .init(title: "dense→out"),
        .init(title: "identity", isNumeric: false),
        .init(title: "predicted"), .init(title: "measured"), .init(title: "difference"),
        .init(title: "planes"),
      ])
    for (index, site) in document.sites.enumerated() {
      let start = [
        "\(index + 1)", DisplayText.clean(site.path), Figures.stride(site.stride),
        "\(Figures.side(site.denseSize))→\(Figures.side(site.outputSize))",
      ]
      guard let plain = site.filters.first, plain.planesCompared > 0 else {
        let why = site.exact ? "nothing varies" : "not exact"
        table.rows.append(start + [why] + Array(repeating: Figures.none, count: 4))
        continue
      }
      table.rows.append(
        start + cells("alias fraction", plain.aliasFraction)
          + [Figures.count(plain.planesCompared)])
      let blank = Array(repeating: "", count: 4)
      table.rows.append(blank + cells("equivariance", plain.equivarianceError) + [""])
      table.rows.append(blank + cells("pool leak", plain.poolLeak) + [""])
    }
    return [style.bold("Predicted from one spectrum, measured by shifting")]
      + table.render(width: width, style: style)
  }

  private func cells(_ name: String, _ sides: IdentityReading.Sides?) -> [String] {
    [
      name, Figures.precise(sides?.predicted), Figures.precise(sides?.measured),
      Self.noise(sides?.difference),
    ]
  }

  /// A difference; the last digits of double precision differ from processor to processor.
  private static func noise(_ difference: Double?) -> String {
    guard let difference, difference < 1e-12 else { return Figures.scientific(difference) }
    return "<1e-12"
  }

  // MARK: Filters

  private func filters(_ width: Int, _ style: TextStyle) -> [[String]] {
    guard document.filters.count > 1, document.sites.contains(where: \.exact) else { return [] }
    return [
      table("Equivariance error behind a filter, in % of what passes it", width, style) {
        Self.brief($0.equivarianceError)
      },
      table("Alias fraction behind a filter, %", width, style) { Self.brief($0.aliasFraction) },
      table("Pool leak behind a filter, %", width, style) { Self.brief($0.poolLeak) },
      table("Predicted against measured: largest difference of any plane", width, style) {
        Figures.scientific($0.identityDifference)
      },
    ]
  }

  private func table(
    _ title: String, _ width: Int, _ style: TextStyle, _ cell: (IdentityReading) -> String
  ) -> [String] {
    var table = TextTable(
      columns: Self.siteColumns + document.filters.map { .init(title: DisplayText.clean($0)) })
    for index in table.columns.indices.dropFirst(2) {
      table.columns[index].isFlexible = true
      table.columns[index].comfortable = 10
      table.columns[index].minimum = 6
    }
    for (index, site) in document.sites.enumerated() where site.exact {
      table.rows.append(
        ["\(index + 1)", DisplayText.clean(site.path)] + site.filters.map(cell))
    }
    return [style.bold(title)] + table.render(width: width, style: style)
  }

  /// What was measured; predicted is the same to the digits that are shown.
  private static func brief(_ sides: IdentityReading.Sides?) -> String {
    guard let sides else { return Figures.none }
    return sides.measured < 1e-12 ? "0" : Figures.percent(sides.measured).replacing(" %", with: "")
  }

  // MARK: Channels

  private func channels(_ width: Int, _ style: TextStyle) -> [[String]] {
    document.sites.filter(\.exact).map { site in
      var table = TextTable(columns: [.init(title: "channel")])
      for name in ["alias", "equivariance", "pool leak"] {
        table.columns += [.init(title: name), .init(title: "measured")]
      }
      table.columns += [.init(title: "difference"), .init(title: "dead, constant")]
      for (index, readings) in (site.channelReadings ?? []).enumerated() {
        guard let plain = readings.first else { continue }
        let sides = [plain.aliasFraction, plain.equivarianceError, plain.poolLeak]
        table.rows.append(
          ["\(index)"]
            + sides.flatMap { [Figures.precise($0?.predicted), Figures.precise($0?.measured)] }
            + [
              Figures.scientific(plain.identityDifference),
              "\(plain.deadPlanes), \(plain.constantPlanes)",
            ])
      }
      return [style.bold("Channels of \(DisplayText.clean(site.path))")]
        + table.render(width: width, style: style)
    }
  }

  // MARK: Activations

  private func pointwise(_ width: Int, _ style: TextStyle) -> [String] {
    guard !document.pointwise.isEmpty else { return [] }
    var table = TextTable(
      columns: [
        .init(title: "activation", isNumeric: false, isFlexible: true, comfortable: 24),
        .init(title: "function", isNumeric: false), .init(title: "size"),
        .init(title: "channels"), .init(title: "alias"), .init(title: "error"),
        .init(title: "by channel"), .init(title: "dead"),
      ])
    table.rows = document.pointwise.map { reading in
      let quartiles = reading.channelQuartiles
      let dead = reading.deadPlanes + reading.undefinedPlanes
      return [
        DisplayText.clean(reading.path), reading.function, Figures.side(reading.size),
        Figures.count(reading.channels), Figures.percent(reading.aliasFraction),
        Figures.percent(reading.error),
        "\(Figures.brief(quartiles.median)) [\(Figures.brief(quartiles.lower))–"
          + "\(Figures.brief(quartiles.upper))]",
        "\(Figures.count(dead))/\(Figures.count(reading.planes))",
      ]
    }
    if let worst = document.pointwise.indices.max(by: {
      document.pointwise[$0].aliasFraction < document.pointwise[$1].aliasFraction
    }) {
      table.emphasized = [worst]
    }
    let title =
      "Activations: energy that the map's own grid cannot hold (factor \(document.factor ?? 1))"
    return [style.bold(title)] + table.render(width: width, style: style)
  }

  // MARK: Words

  private func legend(_ width: Int, _ style: TextStyle) -> [String] {
    DisplayText.wrapped(document.protocolLine, to: width).map(style.dim)
  }

  private func notes(_ width: Int) -> [String] {
    let changes = Self.abridged(document.circular?.changes ?? []).map { "circular: \($0)" }
    let skipped = document.images.skipped.map { "skipped \($0.name): \($0.reason)" }
    return (document.remarks + changes + skipped).flatMap {
      DisplayText.wrapped("- " + DisplayText.clean($0), to: width, indent: 2)
    }
  }

  /// The first and the last of many; what cannot be circular is said last.
  private static func abridged(_ changes: [String]) -> [String] {
    guard changes.count > 5 else { return changes }
    return changes.prefix(2) + ["… \(changes.count - 4) more, all of them in the JSON …"]
      + changes.suffix(2)
  }

  private func reading(_ width: Int) -> [String] {
    TheoremReading(document).sentences.flatMap {
      let text = DisplayText.clean($0).replacing(" %", with: "\u{A0}%")
      return DisplayText.wrapped(text, to: width).map { $0.replacing("\u{A0}", with: " ") }
    }
  }
}
