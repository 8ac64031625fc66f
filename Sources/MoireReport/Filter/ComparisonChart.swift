import Foundation
import MoireAnalysis
import MoireSpectral
import MoireTensors

/// Filters side by side: the picture, a magnified part, the spectrum with the box of the stride, the
/// fold map, and bars for what is removed, lost and added.
public struct ComparisonChart {
  let document: FilterDocument
  let reading: FilterReading
  let encodePNG: PNGEncoder
  let picture: MapPicture

  let side = 236.0
  let pitch = 270.0
  let left = 80.0
  let detailHeight = 150.0

  /// - Parameter range: the values shown black and white.
  public init(
    _ document: FilterDocument, _ reading: FilterReading, range: ClosedRange<Float>,
    encodePNG: @escaping PNGEncoder
  ) {
    self.document = document
    self.reading = reading
    self.encodePNG = encodePNG
    picture = MapPicture(range: range)
  }

  /// The drawing as an SVG file.
  ///
  /// - Throws: `SpectralError`, and what the encoder throws.
  public func svg() throws -> String {
    let detail = try detailWindow()
    var elements = title
    for index in reading.results.indices {
      elements.append(.moved(left + pitch * Double(index), 0, try column(index, detail)))
    }
    elements += rowLabels
    let words = DisplayText.wrapped(document.protocolLine, to: Int(width / 6.8))
    elements += words.enumerated().map { index, line in
      .label(line, x: 24, y: notesTop + 17 * Double(index), class: "soft")
    }
    return Drawing(
      width: width, height: notesTop + 17 * Double(words.count) + 8,
      label: "Filters on \(document.input): "
        + document.filters.map(\.name).joined(separator: ", "),
      elements: elements, style: MeasureBars.style
    ).svg
  }

  private var width: Double { left + pitch * Double(reading.results.count) + 52 }

  // Where the rows begin.
  private var imageTop: Double { 116 }
  private var detailTop: Double { imageTop + imageSize.height + 12 }
  private var spectrumTop: Double { detailTop + detailHeight + 30 }
  private var foldTop: Double { spectrumTop + side + 66 }
  private var barsTop: Double { foldTop + side + 60 }
  private var notesTop: Double { barsTop + MeasureBars.height + 22 }

  private var title: [Element] {
    let kept = document.downsampled ? "" : ", shown at full rate"
    return [
      .label(DisplayText.shortened(document.input, to: 80), x: 24, y: 30, class: "title"),
      .label(
        "\(document.values), \(document.size), judged by stride \(Figures.stride(document.stride))"
          + kept + ": alias \(Figures.percent(document.aliasFraction)) of all energy,"
          + " \(Figures.percent(document.aliasFractionAc)) without the constant", x: 24, y: 52,
        class: "soft"),
    ]
  }

  private var rowLabels: [Element] {
    let rows = [
      ("filtered" + (document.downsampled ? ", subsampled" : ""), imageTop, imageSize.height),
      ("magnified", detailTop, detailHeight),
    ]
    return rows.map { .upright($0.0, x: 62, y: $0.1 + $0.2 / 2) }
      + [
        .label(
          "spectrum before the subsampling, dB of the input's energy; the box is what stays",
          x: left, y: spectrumTop - 10, class: "head"),
        .label(
          "fold map: share of each output frequency's energy that has folded onto it", x: left,
          y: foldTop - 10, class: "head"),
      ]
  }

  private func column(
    _ index: Int, _ detail: (rows: Range<Int>, columns: Range<Int>)
  ) throws -> [Element] {
    let result = reading.results[index]
    let isFirst = index == 0
    let isLast = index == reading.results.count - 1
    let box = imageSize
    let images = [
      HeatFigure.image(
        try encodePNG(picture.pixels(result.output.kept)), x: (side - box.width) / 2, y: imageTop,
        width: box.width, height: box.height),
      HeatFigure.image(
        try encodePNG(picture.pixels(result.output.kept, window: detail)), x: 0, y: detailTop,
        width: side, height: detailHeight),
      Element.rectangle(x: 0, y: detailTop, width: side, height: detailHeight, class: "frame"),
      mark(detail, in: box),
    ]
    var spectrum = self.spectrum(result)
    (spectrum.side, spectrum.hasVerticalAxis, spectrum.hasColorBar) = (side, isFirst, isLast)
    var figures: [Element] = [
      .moved(-56, spectrumTop - 26, try spectrum.draw(encodePNG).children)
    ]
    if var fold = foldMap(result) {
      (fold.side, fold.hasVerticalAxis, fold.hasColorBar) = (side, isFirst, isLast)
      figures.append(.moved(-56, foldTop - 26, try fold.draw(encodePNG).children))
    } else {
      figures.append(
        .label(
          "the stride does not divide the size", x: side / 2, y: foldTop + side / 2,
          anchor: "middle", class: "soft"))
    }
    let bars = MeasureBars(filters: document.filters, index: index, width: side).draw()
    return header(result.entry) + images + figures + [.moved(0, barsTop, bars)]
  }

  private func header(_ entry: FilterDocument.Entry) -> [Element] {
    let taps = entry.taps.map { "\(Figures.stride($0)) tap\($0 == 1 ? "" : "s")" } ?? "by response"
    return [
      .label(DisplayText.shortened(entry.name, to: 30), x: 0, y: 86, class: "title"),
      .label("\(taps), \(entry.border), \(entry.outputSize)", x: 0, y: 105, class: "soft"),
    ]
  }
}
