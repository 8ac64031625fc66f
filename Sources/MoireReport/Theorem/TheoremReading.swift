import MoireAnalysis

extension TheoremDocument {
  /// What stands around the network's maps.
  var paddingLine: String {
    guard let circular else {
      return "as the network has it; maps are taken as periodic, --circular makes the network so"
    }
    var text = "circular: \(Figures.plural(circular.changes.count, "change"))"
    if let before = circular.accuracyBefore, let after = circular.accuracy {
      text += ", accuracy \(Figures.percent(before)) before and \(Figures.percent(after)) with it"
    }
    if let agreement = circular.agreement {
      text += ", the same answer for \(Figures.percent(agreement)) of the images"
    }
    return text
  }
}

/// What the numbers come to, in plain words.
struct TheoremReading {
  let sentences: [String]

  init(_ document: TheoremDocument) {
    var lines: [String] = []
    let exact = document.sites.filter { $0.filters.first?.planesCompared ?? 0 > 0 }
    if let largest = document.largestDifference {
      let filters = document.filters.count - 1
      let others = filters > 0 ? " and behind \(Figures.plural(filters, "filter"))" : ""
      let planes = exact.reduce(0) { $0 + ($1.filters.first?.planesCompared ?? 0) }
      lines.append(
        "Over \(Figures.plural(planes, "plane")) of \(Figures.plural(exact.count, "site")), without"
          + " a filter\(others), prediction and measurement differ by at most"
          + " \(Figures.scientific(largest)).")
    }
    let inexact = document.sites.filter { !$0.exact }
    if !inexact.isEmpty {
      let names = inexact.map(\.path).joined(separator: ", ")
      lines.append(
        "Not exact, nothing claimed: \(names). The stride does not divide the map, so shifts do not"
          + " come back to where they began.")
    }
    let errors = exact.compactMap { site in
      site.filters.first?.equivarianceError.map { (site, $0.predicted) }
    }
    if let worst = errors.max(by: { $0.1 < $1.1 }) {
      var text =
        "The largest equivariance error stands at \(worst.0.path): a shift changes the subsampled map"
        + " by \(Figures.percent(worst.1)) of its energy."
      if let best = Self.mildest(worst.0) {
        let error = best.equivarianceErrorLeft ?? 0
        let left = error < 1e-12 ? "nothing" : Figures.percent(error)
        text +=
          " The filter \(best.filter) would leave \(left) of that error and"
          + " \(Figures.percent(best.energyKept)) of the map's energy."
      }
      lines.append(text)
    }
    sentences = lines
  }

  /// The filter that keeps most energy among those that leave at most a tenth of the error.
  private static func mildest(_ site: TheoremSite) -> IdentityReading? {
    site.filters.filter { ($0.equivarianceErrorLeft ?? 1) <= 0.1 }
      .max { ($0.energyKept ?? 0) < ($1.energyKept ?? 0) }
  }
}
