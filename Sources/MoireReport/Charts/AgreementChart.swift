import MoireAnalysis

/// For each image the share of all shifts with the unshifted answer, least stable first.
struct AgreementChart {
  let predictions: [AuditDocument.Prediction]

  private var sorted: [(name: String, agreement: Double)] {
    predictions.compactMap { prediction in prediction.agreement.map { (prediction.image, $0) } }
      .sorted { ($0.1, $0.0) < ($1.1, $1.0) }
  }

  /// Rows with names for up to 40 images, thin columns beyond; nil when nothing was measured.
  func draw() -> Element? {
    let images = sorted
    guard !images.isEmpty else { return nil }
    return images.count <= 40 ? rows(images) : columns(images)
  }

  private let label = "Share of shifts with the unshifted answer, image by image"

  private func rows(_ images: [(name: String, agreement: Double)]) -> Element {
    let rowHeight = 21.0
    let height = Double(images.count) * rowHeight
    let plot = Plot(x: 0...1, y: 0...1, left: 250, top: 4, width: 570, height: height)
    let axis = plot.xAxis([0, 0.25, 0.5, 0.75, 1], grid: true, label: "share of shifts") {
      Figures.tick($0)
    }
    let bars = images.enumerated().flatMap { index, image -> [Element] in
      let top = 4 + Double(index) * rowHeight
      let end = plot.x(image.agreement)
      let name = DisplayText.shortened(DisplayText.clean(image.name), to: 34)
      return [
        .label(name, x: 240, y: top + 15, anchor: "end"),
        .rectangle(
          x: 250, y: top + 4, width: end - 250, height: rowHeight - 8, class: "bar",
          note: image.name),
        .label(Figures.percent(image.agreement), x: end + 8, y: top + 15, class: "value"),
      ]
    }
    return .svg(width: 900, height: height + 46, label: label, axis + bars)
  }

  private func columns(_ images: [(name: String, agreement: Double)]) -> Element {
    let plot = Plot(
      x: 0...Double(images.count), y: 0...1, left: 66, top: 10, width: 820, height: 200)
    let axes =
      plot.xAxis(plot.x.ticks(about: 8), label: "images, least stable first") {
        Figures.count(Int($0.rounded()))
      }
      + plot.yAxis([0, 0.25, 0.5, 0.75, 1], grid: true, label: "share of shifts", offset: 52) {
        Figures.tick($0)
      }
    let bars = images.enumerated().map { index, image in
      let (start, end) = (plot.x(Double(index)), plot.x(Double(index + 1)))
      let top = plot.y(image.agreement)
      return Element.rectangle(
        x: start, y: top, width: end - start, height: plot.y.start - top, class: "bar",
        note: "\(image.name): \(Figures.percent(image.agreement))")
    }
    return .svg(width: 900, height: 252, label: label, axes + bars)
  }
}
