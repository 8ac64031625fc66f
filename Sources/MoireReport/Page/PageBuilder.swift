import MoireAnalysis

/// Brings a document and its pictures into the model of the page.
struct PageBuilder {
  let document: AuditDocument
  let pictures: [SitePicture]
  let encodePNG: PNGEncoder

  func build() throws -> PageModel {
    let byPath = Dictionary(pictures.map { ($0.path, $0) }) { first, _ in first }
    let builders = document.sites.enumerated().map { index, site in
      SiteSectionBuilder(
        site: site, index: index, picture: byPath[site.path], encodePNG: encodePNG)
    }
    let reading = AuditReading(document)
    var rows = builders.map(\.row)
    if let worst = reading.worstIndex { rows[worst].isWorst = true }
    return PageModel(
      title: DisplayText.clean(document.network.name), facts: facts, cards: cards,
      summary: ([reading.worst, [reading.range].compactMap { $0 }, reading.shift, [reading.limits]]
        .flatMap { $0 }).map(prose),
      remarks: document.remarks.map(DisplayText.clean), hasRemarks: !document.remarks.isEmpty,
      overviewSVG: document.sites.isEmpty
        ? nil : OverviewChart(sites: document.sites).draw().markup,
      siteTable: rows, shift: shift, sites: try builders.map { try $0.build() },
      predictions: document.images.predictions.map(row),
      skipped: document.images.skipped.map {
        .init(name: DisplayText.clean($0.name), reason: DisplayText.clean($0.reason))
      })
  }

  private var facts: [PageModel.Fact] {
    let facts = DocumentFacts(document)
    return [
      .init(label: "Network", value: facts.network), .init(label: "Images", value: facts.images),
      .init(label: "Input", value: facts.preprocessing),
      .init(label: "Software", value: facts.versions),
    ]
  }

  private var cards: [PageModel.Card] {
    var cards: [PageModel.Card] = []
    if let worst = AuditReading(document).worstIndex {
      let site = document.sites[worst]
      cards.append(
        .init(
          value: Figures.percent(site.aliasFractionAc), label: "folds at the worst site",
          note: DisplayText.shortened(DisplayText.clean(site.path), to: 40)))
    }
    if let reading = document.shift.first(where: { $0.pTop1Change != nil }) {
      let note = "\(DisplayText.clean(reading.protocol)) protocol"
      cards.append(
        .init(
          value: Figures.percent(reading.pTop1Change), label: "changes at 1 pixel",
          note: note))
      cards.append(
        .init(value: Figures.percent(reading.consistency), label: "consistency", note: note))
    }
    if let accuracy = document.images.accuracy {
      cards.append(
        .init(
          value: Figures.percent(accuracy), label: "accuracy, unshifted",
          note: Figures.plural(document.images.labelled, "labelled image")))
    }
    return cards
  }

  private var shift: PageModel.Shift? {
    guard !document.shift.isEmpty || !document.sweeps.isEmpty else { return nil }
    return PageModel.Shift(
      titles: ShiftRow.titles.map(\.long),
      rows: document.shift.map { shift in
        PageModel.Row(
          name: DisplayText.clean(shift.protocol), line: DisplayText.clean(shift.namedLine),
          cells: ShiftRow(shift).cells, span: ShiftRow.titles.count)
      }, sweeps: document.sweeps.map(sweep),
      agreementSVG: AgreementChart(predictions: document.images.predictions).draw()?.markup)
  }

  private func sweep(_ sweep: ShiftSweep) -> PageModel.Sweep {
    let chart = SweepChart(sweep: sweep)
    let steps = max(0, sweep.predictions.count - 1)
    return PageModel.Sweep(
      image: DisplayText.clean(sweep.image), answer: name(of: sweep.class, sweep.className),
      changes: "\(Figures.plural(chart.changeCount, "change")) of answer in"
        + " \(Figures.plural(steps, "step"))", sweepSVG: chart.draw().markup)
  }

  private func row(_ prediction: AuditDocument.Prediction) -> PageModel.PredictionRow {
    PageModel.PredictionRow(
      image: DisplayText.clean(prediction.image),
      label: prediction.label.map(String.init) ?? Figures.none,
      prediction: name(of: prediction.prediction, prediction.className),
      probability: Figures.percent(prediction.probability),
      agreement: Figures.percent(prediction.agreement),
      isWrong: prediction.label.map { $0 != prediction.prediction } ?? false)
  }

  private func name(of index: Int, _ name: String?) -> String {
    name.map { "\(DisplayText.clean($0)) (\(index))" } ?? "class \(index)"
  }

  /// A number and its percent sign stay on one line.
  private func prose(_ text: String) -> String {
    DisplayText.clean(text).replacing(" %", with: "\u{A0}%")
  }
}
