import MoireAnalysis
import MoireTensors

/// Brings one site into the words and drawings of its section.
struct SiteSectionBuilder {
  let site: SiteReading
  let index: Int
  let picture: SitePicture?
  let encodePNG: PNGEncoder

  func build() throws -> PageModel.SiteSection {
    let pictures = SitePictures(site: site)
    return PageModel.SiteSection(
      anchor: "site-\(index + 1)", path: DisplayText.clean(site.path), lead: lead,
      planes: planes, readings: readings,
      spectrumSVG: try picture.flatMap { try pictures.spectrum($0, encodePNG)?.markup },
      foldSVG: try pictures.foldMap(encodePNG)?.markup,
      radialSVG: RadialChart(site: site).draw()?.markup,
      whiteNoise: Figures.brief(site.whiteNoiseShare) + "\u{A0}%", filters: filters,
      identity: identity)
  }

  var row: PageModel.SiteRow {
    let channels = site.channelQuartilesAc
    return PageModel.SiteRow(
      anchor: "site-\(index + 1)", path: DisplayText.clean(site.path),
      place: place, alias: Figures.percent(site.aliasFraction),
      aliasAC: Figures.percent(site.aliasFractionAc), median: Figures.percent(channels.median),
      quartiles: quartiles(channels),
      preactivation: Figures.percent(site.preactivation.aliasFractionAc),
      identity: Figures.scientific(site.identityDifference), isWorst: false)
  }

  private var place: String {
    "\(DisplayText.clean(site.operation)), stride \(Figures.stride(site.stride)),"
      + " \(site.denseSize) → \(site.outputSize)"
  }

  private var lead: String {
    place + ", \(Figures.plural(site.channels, "channel")),"
      + " cumulative stride \(Figures.stride(site.cumulativeStride))"
  }

  private var readings: [PageModel.ReadingRow] {
    let (all, withoutConstant) = (site.channelQuartiles, site.channelQuartilesAc)
    let before = site.preactivation
    return [
      reading("all channels together", site.aliasFraction, site.aliasFractionAc),
      reading("median of the channels", all.median, withoutConstant.median),
      .init(
        label: "quartiles of the channels", all: quartiles(all),
        withoutConstant: quartiles(withoutConstant)),
      reading("before the activation", before.aliasFraction, before.aliasFractionAc),
    ]
  }

  private var planes: String {
    let phase = site.phase.map(Figures.number).joined(separator: ", ")
    let position = phase.isEmpty ? "" : "Output 0 stands at (\(phase)) pixels of the site's input. "
    return position + "\(Figures.plural(site.planes, "plane")) read,"
      + " \(Figures.count(site.deadPlanes)) without energy, \(Figures.count(site.constantPlanes))"
      + " constant."
  }

  private func reading(_ label: String, _ all: Double, _ withoutConstant: Double)
    -> PageModel.ReadingRow
  {
    .init(
      label: label, all: Figures.percent(all), withoutConstant: Figures.percent(withoutConstant))
  }

  private var filters: [PageModel.FilterRow] {
    site.filters.map { filter in
      PageModel.FilterRow(
        filter: DisplayText.clean(filter.filter), alias: Figures.percent(filter.aliasFraction),
        left: Figures.percent(filter.aliasEnergyLeft),
        kept: Figures.percent(filter.basebandEnergyKept))
    }
  }

  private var identity: String {
    guard site.exact else {
      return "The dense size is not stride × output size here, so the polyphase identity is not"
        + " claimed and the alias fraction follows the rule |k|/N > M/(2N)."
    }
    guard let identity = site.identity else { return "The polyphase identity was not measured." }
    let difference = site.identityDifference.map {
      "; largest difference of a plane, relative: \(Figures.scientific($0))"
    }
    return "Polyphase identity: predicted from the spectrum \(Figures.precise(identity.predicted)),"
      + " measured by subsampling at every phase \(Figures.precise(identity.measured)), over"
      + " \(Figures.plural(identity.planesCompared, "plane"))\(difference ?? "")."
  }

  private func quartiles(_ value: SiteReading.Quartiles) -> String {
    "\(Figures.percent(value.lower).replacing(" %", with: "")) – \(Figures.percent(value.upper))"
  }
}
