import MoireTensors

/// Sub-pixel shifts, one-pixel similarity, small rotations and scalings.
extension ShiftCatalog {
  static let subPixel: [Entry] = [
    perturbation(
      "subpixel-fourier", "sub-pixel shifts", "shifts below a pixel, ideal interpolation", below,
      pictures: { _ in "image shifted by ideal Fourier interpolation, periodic" }
    ) { .fourier($0.number(from: -1, to: 1), $0.number(from: -1, to: 1)) },
    perturbation(
      "subpixel-lanczos", "sub-pixel shifts", "shifts below a pixel by Lanczos-3", below,
      pictures: { _ in "image shifted by separable Lanczos-3, border reflected" }
    ) { .lanczos($0.number(from: -1, to: 1), $0.number(from: -1, to: 1)) },
    Entry(
      name: "sis", source: "shift invariance score",
      summary: "cosine of the softmax under four 1-pixel circular shifts", isForClasses: true,
      make: similarity),
    perturbation(
      "rotation", "small rotations", "turned by up to 5° against unturned",
      "angles uniform in ±5°", unmoved: .turned(0), pictures: warped
    ) { .turned($0.number(from: -5, to: 5)) },
    perturbation(
      "scaling", "small scalings", "enlarged or reduced by up to 5 % against unscaled",
      "factors uniform in 0.95 … 1.05", unmoved: .zoomed(1), pictures: warped
    ) { .zoomed($0.number(from: 0.95, to: 1.05)) },
  ]

  private static let below = "both parts uniform in (−1, 1) pixels"

  private static func warped(_ context: ShiftContext) -> String {
    let beyond =
      context.margin == nil
      ? "its border repeated" : "real pixels of its margin, then its border repeated"
    return "input image resampled about its centre, bilinear, beyond it \(beyond)"
  }

  private static func perturbation(
    _ name: String, _ source: String, _ summary: String, _ shifts: String,
    unmoved: ImageView = .plain, pictures: @escaping @Sendable (ShiftContext) -> String,
    draw: @escaping @Sendable (inout SeededGenerator) -> ImageView
  ) -> Entry {
    Entry(name: name, source: source, summary: summary, isForClasses: true) { context in
      againstUnmoved(
        name, source, pictures(context),
        shifts: "\(shifts); \(context.settings.passes) an image",
        pairs: "each against the unchanged image; accuracy over the changed ones", context,
        unmoved: unmoved, draw: draw)
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
