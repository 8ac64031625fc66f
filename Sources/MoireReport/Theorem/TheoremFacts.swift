import MoireAnalysis

/// The lines that say what theory was held against.
struct TheoremFacts {
  let network, images, preprocessing, padding, versions: String

  init(_ document: TheoremDocument) {
    let summary = document.network
    network =
      "\(Figures.plural(summary.parameters, "parameter")), "
      + "\(Figures.plural(summary.layers, "layer")), input \(Figures.shape(summary.inputShape)), "
      + "output \(Figures.shape(summary.outputShape))"
    let read = document.images
    var parts = ["\(Figures.plural(read.read, "image")) read"]
    if !read.skipped.isEmpty { parts.append("\(Figures.count(read.skipped.count)) skipped") }
    parts.append("\(Figures.count(read.labelled)) labelled")
    if let accuracy = read.accuracy { parts.append("accuracy \(Figures.percent(accuracy))") }
    images = parts.joined(separator: ", ")
    preprocessing = DisplayText.clean(document.preprocessing.description)
    padding = Self.padding(document.circular)
    let software = document.versions
    versions = "Moire \(software.moire), FFTW \(software.fftw), oneDNN \(software.onednn)"
  }

  private static func padding(_ circular: TheoremDocument.Circular?) -> String {
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
