import Foundation
import MoireAnalysis
import MoireTensors

/// What shifts do to the prediction for every image, as a table for a terminal.
struct CertificateText {
  private let title: String
  private let images: [(name: String, certificate: ShiftCertificate)]
  /// The shifts in words: "every one of …".
  private let shifts: String
  private let caveat: String

  /// Every circular shift of a circular network, or the stated set of another one; nil for neither.
  init?(_ document: TheoremDocument) {
    if let chain = document.phaseChain, let first = chain.images.first {
      title = "Every circular shift"
      images = chain.images.map { ($0.image, $0.certificate) }
      shifts = "\(Figures.count(first.certificate.represented)) circular shifts"
      caveat = ""
    } else if let set = document.shiftSet, !set.images.isEmpty {
      let size = "{0…\(set.shifts.height - 1)} × {0…\(set.shifts.width - 1)}"
      title = "Brute force over the circular shifts \(size)"
      images = set.images.map { ($0.image, $0.certificate) }
      shifts = "the \(Figures.count(set.shifts.area)) shifts of this set"
      let mean = set.images.reduce(0) { $0 + $1.normalizedTotal } / Double(set.images.count)
      caveat =
        " Logit variance over the set: \(Figures.percent(mean)) of the unshifted logits' spread, mean"
        + " over images. Without a chain of phases nothing follows for other shifts."
    } else {
      return nil
    }
  }

  func table(_ width: Int, _ style: TextStyle) -> [String] {
    var table = TextTable(
      columns: [
        .init(title: "image", isNumeric: false, isFlexible: true, comfortable: 24),
        .init(title: "answer"), .init(title: "changed by"), .init(title: "of shifts"),
        .init(title: "worst shift"), .init(title: "answer"), .init(title: "margin"),
        .init(title: "smallest"),
      ])
    table.rows = images.map { name, found in
      let share = Double(found.changed) / Double(max(1, found.represented))
      return [
        DisplayText.clean(name), "\(found.prediction)",
        Figures.count(found.changed), Figures.percent(share),
        "\(found.worst.shift.height), \(found.worst.shift.width)", "\(found.worst.prediction)",
        Figures.number(found.worst.margin), Figures.number(found.smallestMargin),
      ]
    }
    let key =
      "Changed by: circular shifts with another answer. At the worst shift: the answer, and what the"
      + " unshifted answer's logit is ahead of the best other one by. Smallest: between the two largest"
      + " logits at any shift."
    return [style.bold(title)] + table.render(width: width, style: style)
      + DisplayText.wrapped(key, to: width).map(style.dim)
      + DisplayText.wrapped(words, to: width)
  }

  private var words: String {
    let stable = images.count { $0.certificate.changed == 0 }
    let ties = images.count { !$0.certificate.nearTies.isEmpty }
    return "Certificate: \(stable) of \(Figures.plural(images.count, "image")) keep their answer at"
      + " every one of \(shifts)"
      + (ties == 0
        ? "." : "; at some shifts of \(ties) two classes are within rounding of each other.")
      + caveat
  }
}
