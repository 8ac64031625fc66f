import MoireTensors

/// The variants of consistency: APS, LPS, AFC, FLC, Zou.
extension ShiftCatalog {
  static let polyphase: [Entry] = [
    Entry(
      name: "aps-circular", source: "Chaman & Dokmanić 2021",
      summary: "two random circular shifts", isForClasses: true,
      make: { rolled("aps-circular", "Chaman & Dokmanić 2021", small: -3..<3, $0) }),
    Entry(
      name: "lps-crop", source: "Rojas-Gomez et al. 2022, S-Cons",
      summary: "several crops or zero-padded shifts that must all agree", isForClasses: true,
      make: standardConsistency),
    Entry(
      name: "lps-circular", source: "Rojas-Gomez et al. 2022, C-Cons",
      summary: "two random circular shifts, symmetric range", isForClasses: true,
      make: { rolled("lps-circular", "Rojas-Gomez et al. 2022, C-Cons", small: -3..<4, $0) }),
    Entry(
      name: "zou-crop", source: "Zou et al. 2020",
      summary: "several random crops that must all agree", isForClasses: true, make: zouCrops),
    Entry(
      name: "afc-integer", source: "Michaeli et al. 2023",
      summary: "circular shifts against the unshifted image", isForClasses: true,
      make: { try againstUnshifted("afc-integer", half: 0, $0) }),
    Entry(
      name: "afc-half", source: "Michaeli et al. 2023",
      summary: "half-pixel ideal shifts against the unshifted image", isForClasses: true,
      make: { try againstUnshifted("afc-half", half: 0.5, $0) }),
    Entry(
      name: "afc-adversary", source: "Michaeli et al. 2023",
      summary: "right at every circular shift of 1 … 31", isForClasses: true,
      make: { context in
        grid(
          "afc-adversary", "Michaeli et al. 2023", "image rolled", from: 1,
          to: longest(context), context
        ) { .rolled(by: $0, size: context.size) }
      }),
    Entry(
      name: "afc-adversary-half", source: "Michaeli et al. 2023",
      summary: "right at every half-pixel shift of 1½ … 31½", isForClasses: true,
      make: { context in
        grid(
          "afc-adversary-half", "Michaeli et al. 2023",
          "image shifted by whole numbers + ½, ideal Fourier interpolation, periodic", from: 1,
          to: longest(context), context
        ) { .fourier(Double($0.height) + 0.5, Double($0.width) + 0.5) }
      }),
    Entry(
      name: "afc-adversary-crop", source: "Michaeli et al. 2023",
      summary: "right at every crop of the resized image, real pixels", isForClasses: true,
      make: { context in
        let margin = try context.margin(atLeast: 1)
        return grid(
          "afc-adversary-crop", "Michaeli et al. 2023", croppedPictures(context), from: 0,
          to: margin - 1, context
        ) { .crop($0) }
      }),
    Entry(
      name: "flc-crop", source: "Grabinski et al. 2022",
      summary: "two random crops of the image enlarged by 9/8", isForClasses: true,
      make: enlargedCrops),
  ]

  /// CIFAR-sized inputs have ranges of their own in these papers.
  private static func isSmall(_ context: ShiftContext) -> Bool { context.side <= 64 }
  private static func longest(_ context: ShiftContext) -> Int { min(31, context.shorter - 1) }

  private static func rolled(
    _ name: String, _ source: String, small: Range<Int>, _ context: ShiftContext
  ) -> ShiftTrial {
    let reach = max(1, context.shorter / 7)
    return shifted(
      name, source, "image rolled", range: isSmall(context) ? small : -reach..<reach, context
    ) { .rolled(by: $0, size: context.size) }
  }

  private static func shifted(
    _ name: String, _ source: String, _ pictures: String, range: Range<Int>,
    _ context: ShiftContext, view: @escaping @Sendable (HW) -> ImageView
  ) -> ShiftTrial {
    couples(
      name, source, pictures, places: "shifts in {\(range.lowerBound)…\(range.upperBound - 1)}²",
      context
    ) { view($0.shift(in: range)) }
  }

  private static func enlargedCrops(_ context: ShiftContext) throws -> ShiftTrial {
    try context.needPhotos()
    let size = context.size
    let enlarged = HW(size.height * 9 / 8, size.width * 9 / 8)
    let margin = min(enlarged.height - size.height, enlarged.width - size.width)
    guard margin >= 3 else {
      throw ShiftError.cannot("enlarged by 9/8 an input of \(size) has no margin of 3 pixels")
    }
    return shifted(
      "flc-crop", "Grabinski et al. 2022",
      "\(size) crops of the input image resized to \(enlarged) (bilinear)", range: 0..<4, context
    ) { .enlarged(size: enlarged, offset: $0) }
  }

  // MARK: All must agree

  private static func sets(
    _ name: String, _ source: String, _ pictures: String, range: Range<Int>,
    _ context: ShiftContext, view: @escaping @Sendable (HW) -> ImageView
  ) -> ShiftTrial {
    let count = max(2, context.settings.passes)
    let rules = ShiftTrial.Rules(
      name: name, source: source, pictures: pictures,
      shifts:
        "\(count) shifts in {\(range.lowerBound)…\(range.upperBound - 1)}², \(ShiftContext.shared)",
      pairing: .sets, pairs: "consistency: equal argmax at all \(count); accuracy over all views",
      measures: [.allAgree, .accuracy, .worstAccuracy, .variation, .logitVariance],
      seed: context.settings.seed)
    return ShiftTrial(rules: rules, task: .answers) { _, index in
      var generator = context.generator(name, pass: 0, image: index, shared: true)
      return (0..<count).map { _ in view(generator.shift(in: range)) }
    }
  }

  private static func zouCrops(_ context: ShiftContext) throws -> ShiftTrial {
    sets(
      "zou-crop", "Zou et al. 2020", croppedPictures(context),
      range: 0..<(try context.margin(atLeast: 1)), context
    ) { .crop($0) }
  }

  private static func standardConsistency(_ context: ShiftContext) throws -> ShiftTrial {
    let source = "Rojas-Gomez et al. 2022, S-Cons"
    guard isSmall(context) else {
      return sets(
        "lps-crop", source, croppedPictures(context),
        range: 0..<(try context.margin(atLeast: 1)), context
      ) { .crop($0) }
    }
    return sets(
      "lps-crop", source, "input padded with 3 zeros (after the normalisation) and cropped",
      range: -3..<4, context
    ) { .zeroPadded($0) }
  }

  // MARK: Against the unshifted image

  private static func againstUnshifted(
    _ name: String, half: Double, _ context: ShiftContext
  ) throws -> ShiftTrial {
    let range = 1..<longest(context) + 1
    guard !range.isEmpty else {
      throw ShiftError.cannot("it shifts by 1 pixel or more, the network takes \(context.size)")
    }
    let isWhole = half == 0
    return againstUnmoved(
      name, "Michaeli et al. 2023",
      isWhole ? "image rolled" : "image shifted by ideal Fourier interpolation, periodic",
      shifts:
        "shifts in {1…\(range.upperBound - 1)}²\(isWhole ? "" : " + ½"), \(ShiftContext.shared); "
        + "\(context.settings.passes) passes",
      pairs: "each shifted image against the unshifted one; accuracy over the shifted ones",
      context,
      shared: true
    ) { generator in
      let shift = generator.shift(in: range)
      return isWhole
        ? .rolled(by: shift, size: context.size)
        : .fourier(Double(shift.height) + half, Double(shift.width) + half)
    }
  }
}
