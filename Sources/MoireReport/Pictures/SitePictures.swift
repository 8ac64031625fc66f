import Foundation
import MoireAnalysis
import MoireTensors

/// The heat maps of one site.
struct SitePictures {
  let site: SiteReading

  /// The pooled power spectrum of the dense map in dB of its total, with the baseband of the stride.
  ///
  /// - Throws: ``ReportError/inconsistent(site:reason:)``, and what the encoder throws.
  func spectrum(_ picture: SitePicture, _ encodePNG: PNGEncoder) throws -> Element? {
    guard picture.size == site.denseSize, picture.power.count == picture.size.area else {
      throw ReportError.inconsistent(
        site: site.path,
        reason: "its spectrum has \(picture.power.count) bins for \(picture.size), expected the"
          + " \(site.denseSize.area) of \(site.denseSize)")
    }
    guard picture.power.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
      throw ReportError.inconsistent(
        site: site.path, reason: "its spectrum holds a power below 0 or not finite")
    }
    let total = picture.power.reduce(0, +)
    // The constant is so far above all else that it would hide the rest: it takes the top colour.
    guard total > 0, let peak = picture.power.dropFirst().max(), peak > 0 else { return nil }
    let top = (decibels(peak / total) / 10).rounded(.up) * 10
    let depth = depth(picture.power, total, below: top)
    let scale = Scale(domain: (top - depth)...top, start: 0, end: 1)
    var cells = SpectrumGrid(size: picture.size, values: picture.power)
    cells.map { scale(decibels($0 / total)) }
    return try HeatFigure(
      label: "Spectrum at \(site.path)", cells: cells, bins: picture.size, colors: .level,
      axisLabel: "horizontal, cycles per dense sample",
      marks: scale.ticks(about: 5).map { level in
        (scale(level), "\(Int(level.rounded()))".replacing("-", with: "−"))
      }, barLabel: "dB",
      box: (
        band(site.denseSize.height, site.outputSize.height),
        band(site.denseSize.width, site.outputSize.width)
      )
    ).draw(encodePNG)
  }

  /// The folded share of the energy in each bin of the output.
  ///
  /// - Throws: ``ReportError/inconsistent(site:reason:)``, and what the encoder throws.
  func foldMap(_ encodePNG: PNGEncoder) throws -> Element? {
    let map = site.foldMap
    guard map.inBand.count == map.size.area, map.folded.count == map.size.area else {
      throw ReportError.inconsistent(
        site: site.path,
        reason: "its fold map has \(map.inBand.count) and \(map.folded.count) values,"
          + " expected \(map.size.area) for \(map.size)")
    }
    guard map.size.area > 0 else { return nil }
    let folded = SpectrumGrid(size: map.size, values: map.folded.map(Double.init))
    var share = SpectrumGrid(size: map.size, values: map.inBand.map(Double.init))
    share.combine(folded) { inBand, folded in
      inBand + folded > 0 ? folded / (inBand + folded) : 0
    }
    return try HeatFigure(
      label: "Fold map at \(site.path)", cells: share, bins: map.size, colors: .share,
      axisLabel: "horizontal, cycles per output sample",
      marks: [0, 0.25, 0.5, 0.75, 1].map { ($0, "\(Int($0 * 100)) %") }, barLabel: "folded"
    ).draw(encodePNG)
  }

  /// Bins of a dense axis that the output's axis has; with sizes that do not divide |k|/N ≤ M/(2N).
  private func band(_ dense: Int, _ output: Int) -> ClosedRange<Int> {
    let low = -(output / 2)
    let high = site.exact ? low + output - 1 : output / 2
    return max(low, -(dense / 2))...max(low, min(high, (dense - 1) / 2))
  }

  /// From the top down to all but the weakest fiftieth of the bins, in tens from 20 to 80 dB.
  private func depth(_ power: [Double], _ total: Double, below top: Double) -> Double {
    let levels = power.filter { $0 > 0 }.sorted()
    let low = decibels(levels[levels.count / 50] / total)
    return min(80, max(20, ((top - low) / 10).rounded(.up) * 10))
  }

  private func decibels(_ ratio: Double) -> Double { 10 * log10(max(ratio, 1e-300)) }
}

extension SpectrumGrid {
  mutating func map(_ transform: (Double) -> Double) { values = values.map(transform) }

  mutating func combine(_ other: SpectrumGrid, _ transform: (Double, Double) -> Double) {
    values = zip(values, other.values).map(transform)
  }
}
