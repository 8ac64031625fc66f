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
    guard total > 0 else { return nil }
    let power = picture.power.map { $0 / total }
    guard let levels = HeatFigure.levels(power) else { return nil }
    return try HeatFigure.spectrum(
      power, size: picture.size, levels: levels, label: "Spectrum at \(site.path)",
      box: (
        HeatFigure.band(
          site.denseSize.height, output: site.outputSize.height, exact: site.exact),
        HeatFigure.band(site.denseSize.width, output: site.outputSize.width, exact: site.exact)
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
    return try HeatFigure.foldMap(map, label: "Fold map at \(site.path)").draw(encodePNG)
  }
}

extension SpectrumGrid {
  mutating func map(_ transform: (Double) -> Double) { values = values.map(transform) }

  mutating func combine(_ other: SpectrumGrid, _ transform: (Double, Double) -> Double) {
    values = zip(values, other.values).map(transform)
  }
}
