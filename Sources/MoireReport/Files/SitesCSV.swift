public import MoireAnalysis
import MoireTensors

/// The sites of an audit as a table after RFC 4180: a header, one row a site, lines end in CR LF.
public struct SitesCSV {
  private let document: AuditDocument

  public init(_ document: AuditDocument) {
    self.document = document
  }

  /// Fractions 0…1 with all their digits; an empty field where there is no value.
  public func render() -> String {
    let filters = document.filterNames
    let rows = [header(filters)] + document.sites.map { row($0, filters) }
    return rows.map { $0.map(CSVField.quoted).joined(separator: ",") + "\r\n" }.joined()
  }

  private func header(_ filters: [String]) -> [String] {
    [
      "path", "operation", "stride_h", "stride_w", "channels", "dense_h", "dense_w", "output_h",
      "output_w", "phase_h", "phase_w", "cumulative_stride_h", "cumulative_stride_w", "exact",
      "alias_fraction", "alias_fraction_ac", "channel_lower", "channel_median", "channel_upper",
      "channel_lower_ac", "channel_median_ac", "channel_upper_ac", "preactivation_alias_fraction",
      "preactivation_alias_fraction_ac", "planes", "dead_planes", "constant_planes",
      "identity_predicted", "identity_measured", "identity_planes", "identity_difference",
    ]
      + filters.flatMap { name in
        let prefix = name.replacing("-", with: "_")
        return ["alias_fraction", "alias_energy_left", "baseband_energy_kept"].map {
          "\(prefix)_\($0)"
        }
      }
  }

  private func row(_ site: SiteReading, _ filters: [String]) -> [String] {
    let phase = site.phase.map { Optional($0) } + [nil, nil]
    var cells = [site.path, site.operation]
    cells += pair(site.stride) + ["\(site.channels)"] + pair(site.denseSize) + pair(site.outputSize)
    cells += [field(phase[0]), field(phase[1])] + pair(site.cumulativeStride) + ["\(site.exact)"]
    cells += [site.aliasFraction, site.aliasFractionAc].map(field)
    for quartiles in [site.channelQuartiles, site.channelQuartilesAc] {
      cells += [quartiles.lower, quartiles.median, quartiles.upper].map(field)
    }
    cells += [site.preactivation.aliasFraction, site.preactivation.aliasFractionAc].map(field)
    cells += [site.planes, site.deadPlanes, site.constantPlanes].map { "\($0)" }
    cells += [
      field(site.identity?.predicted), field(site.identity?.measured),
      site.identity.map { "\($0.planesCompared)" } ?? "", field(site.identityDifference),
    ]
    for name in filters {
      let filter = site.filters.first { $0.filter == name }
      let values = [filter?.aliasFraction, filter?.aliasEnergyLeft, filter?.basebandEnergyKept]
      cells += values.map(field)
    }
    return cells
  }

  private func pair(_ value: HW) -> [String] { ["\(value.height)", "\(value.width)"] }

  private func field(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
}
