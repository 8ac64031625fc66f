import MoireAnalysis

/// What would remain without aliasing, as a table for a terminal.
struct CounterfactualText {
  private let reading: CounterfactualReading?

  init(_ document: TheoremDocument) { reading = document.counterfactual }

  func table(_ width: Int, _ style: TextStyle) -> [String] {
    guard let reading, let original = reading.variants.first else { return [] }
    var table = TextTable(
      columns: [
        .init(title: "free of aliasing", isNumeric: false, isFlexible: true, comfortable: 24),
        .init(title: "variance"), .init(title: "remaining"), .init(title: "95 %"),
        .init(title: "of spread"), .init(title: "changed"), .init(title: "accuracy"),
        .init(title: "agreement"),
      ])
    let every = reading.variants.count > 2 ? reading.variants.count - 1 : nil
    table.rows = reading.variants.enumerated().map { index, variant in
      let name =
        index == 0
        ? "none" : index == every ? "all \(variant.replaced.count)" : variant.replaced[0]
      let ends = [variant.remainingLow, variant.remainingHigh].map(Figures.percent)
      let interval =
        index == 0 || variant.remainingLow == nil
        ? Figures.none : "\(ends[0].replacing(" %", with: ""))–\(ends[1])"
      return [
        DisplayText.clean(name), Figures.number(variant.total), Self.share(variant.remaining),
        interval, Figures.percent(variant.normalizedTotal), Figures.percent(variant.changed),
        Figures.percent(variant.accuracy),
        Figures.percent(variant.agreement),
      ]
    }
    let shifts =
      reading.exhaustive
      ? "every circular shift (\(Figures.plural(reading.shifts, "phase")) an image)"
      : "\(Figures.plural(reading.shifts, "random circular shift")) an image, an estimate, seed "
        + "\(reading.seed ?? 0)"
    let key =
      "The site at stride 1 with its pointwise chain, then the ideal low-pass and the subsampling;"
      + " weights stay. Variance of the logits over \(shifts); remaining: relative to the first row,"
      + " with a bootstrap interval over \(Figures.plural(reading.images, "image")); of spread: of the"
      + " unshifted logits'. Changed: shifts"
      + " that change the variant's own prediction. Agreement: images with the same unshifted answer"
      + " as the network as it is (\(Figures.number(original.total)))."
    return [style.bold("Counterfactual: what remains where sites do not alias")]
      + table.render(width: width, style: style)
      + DisplayText.wrapped(key, to: width).map(style.dim)
  }

  /// A ratio, which may exceed 1.
  private static func share(_ ratio: Double?) -> String {
    guard let ratio, ratio > 1 else { return Figures.percent(ratio) }
    return Figures.number(ratio * 100) + " %"
  }
}
