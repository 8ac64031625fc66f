import MoireAnalysis

/// The lines that say what was measured and with what.
struct DocumentFacts {
  let network, images, preprocessing, versions: String

  init(_ document: AuditDocument) {
    self.init(document.network, document.images, document.preprocessing, document.versions)
  }

  init(_ document: TheoremDocument) {
    self.init(document.network, document.images, document.preprocessing, document.versions)
  }

  private init(
    _ summary: AuditDocument.NetworkSummary, _ read: AuditDocument.ImageSummary,
    _ input: AuditDocument.PreprocessingSummary, _ software: AuditDocument.Versions
  ) {
    network =
      "\(Figures.plural(summary.parameters, "parameter")), "
      + "\(Figures.plural(summary.layers, "layer")), input \(Figures.shape(summary.inputShape)), "
      + "output \(Figures.shape(summary.outputShape))"
    var parts = ["\(Figures.plural(read.read, "image")) read"]
    if !read.skipped.isEmpty { parts.append("\(Figures.count(read.skipped.count)) skipped") }
    parts.append("\(Figures.count(read.labelled)) labelled")
    if let accuracy = read.accuracy { parts.append("accuracy \(Figures.percent(accuracy))") }
    images = parts.joined(separator: ", ")
    preprocessing = DisplayText.clean(input.description)
    versions = "Moire \(software.moire), FFTW \(software.fftw), oneDNN \(software.onednn)"
  }
}

extension AuditDocument {
  /// The filters of all sites in the order of their first mention.
  var filterNames: [String] {
    var names: [String] = []
    for name in sites.flatMap(\.filters).map(\.filter) where !names.contains(name) {
      names.append(name)
    }
    return names
  }
}
