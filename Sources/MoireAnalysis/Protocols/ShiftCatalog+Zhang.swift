import MoireTensors

/// Zhang (ICML 2019), and the protocols of the audit, which join his pairs with Azulay and Weiss's.
extension ShiftCatalog {
  static let zhang: [Entry] = [
    Entry(
      name: "zhang-crop", source: "Zhang 2019, ImageNet",
      summary: "two random crops of the resized image", isForClasses: true,
      make: crops),
    Entry(
      name: "zhang-diagonal", source: "Zhang 2019, released code -ed",
      summary: "crops along the diagonal, pixel by pixel", isForClasses: true, make: diagonal),
    Entry(
      name: "zhang-circular", source: "Zhang 2019, CIFAR",
      summary: "two random circular shifts of any length", isForClasses: true, make: circular),
    Entry(
      name: "zhang-adversary", source: "Zhang 2019, appendix",
      summary: "right at every circular shift up to ±16", isForClasses: true, make: adversary),
    Entry(
      name: "circular", source: "moire audit",
      summary: "the audit's circular pairs and 1-pixel neighbours", isForClasses: true,
      make: {
        try audit(
          .circular(size: $0.size, passes: $0.settings.passes, seed: $0.settings.seed), $0)
      }),
    Entry(
      name: "crop", source: "moire audit",
      summary: "the audit's crop pairs and 1-pixel neighbours", isForClasses: true,
      make: {
        try audit(
          .crop(
            margin: $0.margin(atLeast: 1), passes: $0.settings.passes, seed: $0.settings.seed), $0)
      }),
  ]

  private static func crops(_ context: ShiftContext) throws -> ShiftTrial {
    let range = 0..<(try context.margin(atLeast: 1))
    return couples(
      "zhang-crop", "Zhang 2019, ImageNet", croppedPictures(context),
      places: "offsets in {0…\(range.upperBound - 1)}²", context
    ) { .crop($0.shift(in: range)) }
  }

  static func croppedPictures(_ context: ShiftContext) -> String {
    let margin = context.margin ?? 0
    return "\(context.size) crops of the resized image's central "
      + "\(HW(context.size.height + margin, context.size.width + margin)), all pixels real"
  }

  private static func diagonal(_ context: ShiftContext) throws -> ShiftTrial {
    let margin = try context.margin(atLeast: 1)
    let rules = ShiftTrial.Rules(
      name: "zhang-diagonal", source: "Zhang 2019, released code -ed",
      pictures: croppedPictures(context), shifts: "offsets (d, d), d = 0 … \(margin)",
      pairing: .steps,
      pairs: "each pair is one 1-pixel step; classification variation is the deviation of the true "
        + "class's probability; worst is right at every offset",
      measures: [.change, .mac, .variation, .accuracy, .worstAccuracy, .logitVariance],
      seed: context.settings.seed)
    return ShiftTrial(rules: rules, task: .answers) { _, _ in
      (0...margin).map { .crop(HW($0, $0)) }
    }
  }

  private static func circular(_ context: ShiftContext) throws -> ShiftTrial {
    let size = context.size
    return couples(
      "zhang-circular", "Zhang 2019, CIFAR", "image rolled",
      places: "shifts in {0…\(size.height - 1)}×{0…\(size.width - 1)}", context
    ) { generator in
      let vertical = generator.integer(in: 0..<size.height)
      return .rolled(by: HW(vertical, generator.integer(in: 0..<size.width)), size: size)
    }
  }

  private static func adversary(_ context: ShiftContext) throws -> ShiftTrial {
    let reach = min(16, context.shorter / 2)
    return grid(
      "zhang-adversary", "Zhang 2019, appendix", "image rolled", from: -reach, to: reach, context
    ) { .rolled(by: $0, size: context.size) }
  }

  private static func audit(
    _ shiftProtocol: ShiftProtocol, _ context: ShiftContext
  ) throws -> ShiftTrial {
    let rules = ShiftTrial.Rules(
      name: shiftProtocol.kind.rawValue, source: "moire audit",
      pictures: shiftProtocol.kind == .circular ? "image rolled" : croppedPictures(context),
      shifts:
        "shifts in {\(shiftProtocol.range.lowerBound)…\(shiftProtocol.range.upperBound - 1)}², each "
        + "pair \(ShiftContext.shared); \(shiftProtocol.passes) passes",
      pairing: .triples,
      pairs:
        "a pair of independent shifts (consistency, logit variance) and a 1-pixel diagonal neighbour "
        + "of the first (P(top-1 change), MAC)",
      measures: ShiftProtocol.measures, seed: context.settings.seed)
    return ShiftTrial(rules: rules, task: .answers) { _, index in
      shiftProtocol.views(ofImage: index, size: context.size)
    }
  }
}
