import MoireAnalysis

/// The lines that say what was audited and with what.
struct DocumentFacts {
  let network, images, preprocessing, versions: String

  init(_ document: AuditDocument) {
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
    let software = document.versions
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
