import MoireTensors

/// Sub-pixel shifts, one-pixel similarity, small rotations and scalings.
extension ShiftCatalog {
  static let subPixel: [Entry] = [
    Entry(
      name: "subpixel-fourier", source: "sub-pixel shifts",
      summary: "shifts below a pixel, ideal interpolation", isForClasses: true,
      make: { context in
        perturbed(
          "subpixel-fourier", "sub-pixel shifts",
          "image shifted by ideal Fourier interpolation, periodic", below, context
        ) { .fourier($0.number(from: -1, to: 1), $0.number(from: -1, to: 1)) }
      }),
    Entry(
      name: "subpixel-lanczos", source: "sub-pixel shifts",
      summary: "shifts below a pixel by Lanczos-3", isForClasses: true,
      make: { context in
        perturbed(
          "subpixel-lanczos", "sub-pixel shifts",
          "image shifted by separable Lanczos-3, border reflected", below, context
        ) { .lanczos($0.number(from: -1, to: 1), $0.number(from: -1, to: 1)) }
      }),
    Entry(
      name: "sis", source: "shift invariance score",
      summary: "cosine of the softmax under four 1-pixel circular shifts", isForClasses: true,
      make: similarity),
    Entry(
      name: "rotation", source: "small rotations",
      summary: "turned by up to 5° against unturned", isForClasses: true,
      make: { context in
        perturbed(
          "rotation", "small rotations", warped(context),
          "angles uniform in ±5°", context, unmoved: .turned(0)
        ) { .turned($0.number(from: -5, to: 5)) }
      }),
    Entry(
      name: "scaling", source: "small scalings",
      summary: "enlarged or reduced by up to 5 % against unscaled", isForClasses: true,
      make: { context in
        perturbed(
          "scaling", "small scalings", warped(context),
          "factors uniform in 0.95 … 1.05", context, unmoved: .zoomed(1)
        ) { .zoomed($0.number(from: 0.95, to: 1.05)) }
      }),
  ]

  private static let below = "both parts uniform in (−1, 1) pixels"

  private static func warped(_ context: ShiftContext) -> String {
    let beyond =
      context.margin == nil
      ? "its border repeated" : "real pixels of its margin, then its border repeated"
    return "input image resampled about its centre, bilinear, beyond it \(beyond)"
  }

  private static func perturbed(
    _ name: String, _ source: String, _ pictures: String, _ shifts: String,
    _ context: ShiftContext, unmoved: ImageView = .plain,
    draw: @escaping @Sendable (inout SeededGenerator) -> ImageView
  ) -> ShiftTrial {
    let passes = context.settings.passes
    let rules = ShiftTrial.Rules(
      name: name, source: source, pictures: pictures, shifts: "\(shifts); \(passes) an image",
      pairing: .first,
      pairs: "each against the unchanged image; accuracy over the changed ones",
      measures: [
        .consistency, .consistencyAmongCorrect, .mac, .shiftedAccuracy, .worstAccuracy,
      ], seed: context.settings.seed)
    return ShiftTrial(rules: rules, task: .answers) { _, index in
      [unmoved]
        + (0..<passes).map { pass in
          var generator = context.generator(name, pass: pass, image: index)
          return draw(&generator)
        }
    }
  }

  private static func similarity(_ context: ShiftContext) throws -> ShiftTrial {
    let rules = ShiftTrial.Rules(
      name: "sis", source: "shift invariance score", pictures: "image rolled",
      shifts: "(±1, 0) and (0, ±1)", pairing: .first,
      pairs: "each shifted image against the unshifted one: 1 − cosine of the softmax outputs",
      measures: [.sis, .consistency, .mac, .shiftedAccuracy, .worstAccuracy],
      seed: context.settings.seed)
    let size = context.size
    return ShiftTrial(rules: rules, task: .answers) { _, _ in
      [.plain]
        + [HW(1, 0), HW(-1, 0), HW(0, 1), HW(0, -1)].map { .rolled(by: $0, size: size) }
    }
  }
}
