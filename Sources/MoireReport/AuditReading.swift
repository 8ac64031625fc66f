import Foundation
import MoireAnalysis
import MoireTensors

/// What the numbers say in plain words; every sentence follows from the document.
struct AuditReading {
  private let document: AuditDocument

  init(_ document: AuditDocument) {
    self.document = document
  }

  /// The site with the largest AC alias fraction, if any site aliases at all.
  var worstIndex: Int? {
    let index = document.sites.indices.max {
      document.sites[$0].aliasFractionAc < document.sites[$1].aliasFractionAc
    }
    return index.flatMap { document.sites[$0].aliasFractionAc > 0 ? $0 : nil }
  }

  /// Where it aliases most, what that means, and what a filter would change.
  var worst: [String] {
    guard !document.sites.isEmpty else {
      return ["No place of this network subsamples by an integer stride, so nothing was measured."]
    }
    guard let worstIndex else {
      return ["No site has energy above what its stride can carry: nothing folds on these images."]
    }
    let site = document.sites[worstIndex]
    return [
      "The worst place is \(site.path) (\(site.operation)): "
        + "\(Figures.percent(site.aliasFractionAc)) of its non-constant energy"
        + " (\(Figures.percent(site.aliasFraction)) of all its energy) lies above what its stride"
        + " of \(Figures.stride(site.stride)) can carry. Subsampling folds that part onto lower"
        + " frequencies, where no later layer can tell it from what belongs there."
        + " White noise would read about \(Figures.brief(site.whiteNoiseShare)) %.",
      remedy(site),
    ].filter { !$0.isEmpty }
  }

  /// How the other sites compare.
  var range: String? {
    guard document.sites.count > 1, let worstIndex,
      let least = document.sites.min(by: { $0.aliasFractionAc < $1.aliasFractionAc })
    else { return nil }
    let worst = document.sites[worstIndex]
    return "Over its \(document.sites.count) sites the share of non-constant energy that folds runs"
      + " from \(Figures.percent(least.aliasFractionAc)) at \(least.path) to"
      + " \(Figures.percent(worst.aliasFractionAc)) at \(worst.path)."
  }

  /// One sentence for each protocol with classification metrics.
  var shift: [String] {
    document.shift.compactMap { reading in
      guard let change = reading.pTop1Change, let consistency = reading.consistency else {
        return nil
      }
      let steps = "\(Figures.plural(reading.pairs, "pair")) under the \(reading.protocol) protocol"
      let neighbours =
        switch change {
        case 0: "the top answer never changed (\(steps))"
        case ..<0.5:
          "the top answer changes for about 1 in \(Int((1 / change).rounded()))"
            + " (\(Figures.percent(change)) of \(steps))"
        default: "the top answer changes for \(Figures.percent(change)) of \(steps)"
        }
      return "When the image moves by one pixel diagonally \(neighbours); two independent shifts"
        + " get the same answer in \(Figures.percent(consistency)) of pairs."
    }
  }

  /// What the numbers do not say.
  var limits: String {
    let read = document.images.read
    let images = read == 1 ? "this image" : "these \(Figures.plural(read, "image"))"
    return "An alias fraction says how much of the energy at a place is folded, not how much harm"
      + " that does: later layers may average the folded part out or may have learned to use it."
      + " The numbers hold for \(images) and this preprocessing. What a filter would leave is"
      + " computed from the spectrum alone; put into a trained network it also changes what the"
      + " following layers were trained on, so check"
      + " the accuracy and expect to fine-tune."
  }

  private func remedy(_ site: SiteReading) -> String {
    let chosen = site.filters.first { $0.filter == "bin-5" } ?? site.filters.first
    guard let chosen else { return "" }
    var text =
      "A \(chosen.filter) filter before the subsampling would leave"
      + " \(Figures.percent(chosen.aliasEnergyLeft)) of that energy and keep"
      + " \(Figures.percent(chosen.basebandEnergyKept)) of the non-constant energy that fits"
    let others = site.filters.filter { $0 != chosen }.map {
      "\($0.filter): \(Figures.percent($0.aliasEnergyLeft)) left,"
        + " \(Figures.percent($0.basebandEnergyKept)) kept"
    }
    if !others.isEmpty { text += " (\(others.joined(separator: "; ")))" }
    return text + "."
  }
}

extension SiteReading {
  /// What a flat spectrum would read: 1 − 1/(s_h s_w) where the sizes divide.
  var whiteNoiseShare: Double {
    guard denseSize.area > 0 else { return 0 }
    return max(0, 1 - Double(outputSize.area) / Double(denseSize.area))
  }
}
