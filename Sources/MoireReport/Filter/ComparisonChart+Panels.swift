import MoireAnalysis
import MoireSpectral
import MoireTensors

extension ComparisonChart {
  /// The picture within a square of ``side``.
  var imageSize: (width: Double, height: Double) {
    let size = reading.size
    let longer = Double(max(size.height, size.width))
    return (side * Double(size.width) / longer, side * Double(size.height) / longer)
  }

  /// The part of every output that is shown magnified.
  func detailWindow() throws -> (rows: Range<Int>, columns: Range<Int>) {
    let step: HW = document.downsampled ? document.stride : 1
    let size = reading.size
    let across = max(1, size.width / 5 / step.width)
    let down = max(1, Int(Double(size.width / 5) * detailHeight / side) / step.height)
    // The smallest output decides what there is to show.
    let least = reading.results.map(\.output.kept.shape).reduce(HW(down, across)) {
      HW(min($0.height, $1[2]), min($0.width, $1[3]))
    }
    let corner = try DetailWindow.corner(
      of: reading.input, stride: document.stride,
      extent: HW(
        min(size.height, least.height * step.height), min(size.width, least.width * step.width)))
    let (row, column) = (corner.height / step.height, corner.width / step.width)
    return (row..<row + least.height, column..<column + least.width)
  }

  /// The outline of the magnified part on the picture.
  func mark(
    _ window: (rows: Range<Int>, columns: Range<Int>), in box: (width: Double, height: Double)
  ) -> Element {
    let step: HW = document.downsampled ? document.stride : 1
    let scale = box.width / Double(reading.size.width)
    return Element(
      "rect",
      [
        "x": (side - box.width) / 2 + scale * Double(window.columns.lowerBound * step.width),
        "y": 116 + scale * Double(window.rows.lowerBound * step.height),
        "width": scale * Double(window.columns.count * step.width),
        "height": scale * Double(window.rows.count * step.height), "class": "box",
      ])
  }

  /// The spectrum behind a filter on the scale of the input's.
  func spectrum(_ result: FilterReading.Result) -> HeatFigure {
    let total = reading.before.energies.total
    let scale = total > 0 ? 1 / total : 0
    let before = reading.before.full.map { $0 * scale }
    let size = result.power.size
    let stride = document.stride
    let divides = size.isMultiple(of: stride)
    return HeatFigure.spectrum(
      result.power.full.map { $0 * scale }, size: size,
      levels: HeatFigure.levels(before) ?? -80...0,
      label: "Spectrum behind \(result.entry.name)",
      axisLabel: "horizontal, cycles per sample",
      box: (
        HeatFigure.band(size.height, output: size.height / stride.height, exact: divides),
        HeatFigure.band(size.width, output: size.width / stride.width, exact: divides)
      ))
  }

  /// Nil where the stride does not divide the grid.
  func foldMap(_ result: FilterReading.Result) -> HeatFigure? {
    let total = reading.before.energies.total
    let scale = total > 0 ? 1 / total : 0
    return result.power.foldMap.map { map in
      // What a transform in single precision leaves of nothing is not folded energy.
      let floor = 1e-14
      let cut = { (value: Double) in Float(value * scale > floor ? value * scale : 0) }
      return HeatFigure.foldMap(
        SiteReading.FoldMap(
          size: map.size, inBand: map.inBand.map { Float($0 * scale) }, folded: map.folded.map(cut)
        ), label: "Fold map behind \(result.entry.name)")
    }
  }
}
