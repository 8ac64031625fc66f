import Foundation
import MoireAnalysis
import MoireTensors

extension HeatFigure {
  /// The levels in dB that show a spectrum: to all but the weakest fiftieth of its bins, in tens, 20 to
  /// 80 dB deep.
  ///
  /// - Parameter power: of each bin relative to all energy, zero frequency first; the constant is so
  ///   far above all else that it would hide the rest: it takes the top colour.
  /// - Returns: nil without variation.
  static func levels(_ power: [Double]) -> ClosedRange<Double>? {
    guard let peak = power.dropFirst().max(), peak > 0 else { return nil }
    let top = (decibels(peak) / 10).rounded(.up) * 10
    let positive = power.filter { $0 > 0 }.sorted()
    let low = decibels(positive[positive.count / 50])
    let depth = min(80, max(20, ((top - low) / 10).rounded(.up) * 10))
    return (top - depth)...top
  }

  /// A power spectrum in dB of all energy.
  ///
  /// - Parameters:
  ///   - power: `[H][W]` relative to all energy, zero frequency first.
  ///   - box: bins that the new grid has.
  static func spectrum(
    _ power: [Double], size: HW, levels: ClosedRange<Double>, label: String,
    axisLabel: String = "horizontal, cycles per dense sample",
    box: (rows: ClosedRange<Int>, columns: ClosedRange<Int>)
  ) -> HeatFigure {
    let scale = Scale(domain: levels, start: 0, end: 1)
    var cells = SpectrumGrid(size: size, values: power)
    cells.map { scale(decibels($0)) }
    return HeatFigure(
      label: label, cells: cells, bins: size, colors: .level, axisLabel: axisLabel,
      marks: scale.ticks(about: 5).map { level in
        (scale(level), "\(Int(level.rounded()))".replacing("-", with: "−"))
      }, barLabel: "dB", box: box)
  }

  /// The folded share of the energy in each bin of the output, which is not empty.
  static func foldMap(_ map: SiteReading.FoldMap, label: String) -> HeatFigure {
    let folded = SpectrumGrid(size: map.size, values: map.folded.map(Double.init))
    var share = SpectrumGrid(size: map.size, values: map.inBand.map(Double.init))
    share.combine(folded) { inBand, folded in
      inBand + folded > 0 ? folded / (inBand + folded) : 0
    }
    return HeatFigure(
      label: label, cells: share, bins: map.size, colors: .share,
      axisLabel: "horizontal, cycles per output sample",
      marks: [0, 0.25, 0.5, 0.75, 1].map { ($0, "\(Int($0 * 100)) %") }, barLabel: "folded")
  }

  /// Bins of an axis that the output's axis has; with sizes that do not divide |k|/N ≤ M/(2N).
  static func band(_ bins: Int, output: Int, exact: Bool) -> ClosedRange<Int> {
    let low = -(output / 2)
    let high = exact ? low + output - 1 : output / 2
    return max(low, -(bins / 2))...max(low, min(high, (bins - 1) / 2))
  }

  private static func decibels(_ ratio: Double) -> Double { 10 * log10(max(ratio, 1e-300)) }
}
