public import MoireAnalysis

/// Theory beside measurement as a table after RFC 4180: one row for each site, channel and filter;
/// lines end in CR LF.
public struct TheoremCSV {
  private let document: TheoremDocument

  public init(_ document: TheoremDocument) {
    self.document = document
  }

  /// Fractions 0…1 with all their digits; an empty field where nothing was compared. A site that is not
  /// exact has no rows.
  public func render() -> String {
    let rows = document.sites.flatMap { site in
      (site.channelReadings ?? []).enumerated().flatMap { channel, readings in
        readings.map { row(site, channel, $0) }
      }
    }
    return ([Self.header] + rows).map { $0.map(CSVField.quoted).joined(separator: ",") + "\r\n" }
      .joined()
  }

  static let header = [
    "site", "channel", "filter", "planes_compared", "dead_planes", "constant_planes",
    "alias_fraction_predicted", "alias_fraction_measured", "equivariance_error_predicted",
    "equivariance_error_measured", "coherent_share", "pool_leak_predicted", "pool_leak_measured",
    "equivariance_error_left", "energy_kept", "identity_difference",
  ]

  private func row(_ site: TheoremSite, _ channel: Int, _ reading: IdentityReading) -> [String] {
    let values = [
      reading.aliasFraction?.predicted, reading.aliasFraction?.measured,
      reading.equivarianceError?.predicted, reading.equivarianceError?.measured,
      reading.coherentShare, reading.poolLeak?.predicted, reading.poolLeak?.measured,
      reading.equivarianceErrorLeft, reading.energyKept, reading.identityDifference,
    ]
    return [
      site.path, "\(channel)", reading.filter, "\(reading.planesCompared)",
      "\(reading.deadPlanes)", "\(reading.constantPlanes)",
    ] + values.map { $0.map { "\($0)" } ?? "" }
  }
}
