import MoireTensors

/// Networks that answer with maps: StyleGAN3's equivariance, segmentation consistency.
extension ShiftCatalog {
  static let maps: [Entry] = [
    Entry(
      name: "eq-t", source: "Karras et al. 2021",
      summary: "PSNR of the moved output, whole shifts", isForClasses: false,
      make: { try equivariance("eq-t", isWhole: true, $0) }),
    Entry(
      name: "eq-t-frac", source: "Karras et al. 2021",
      summary: "PSNR of the moved output, fractional shifts", isForClasses: false,
      make: { try equivariance("eq-t-frac", isWhole: false, $0) }),
    Entry(
      name: "massc", source: "Zou et al. 2020",
      summary: "equal classes of pixels where two crops overlap", isForClasses: false,
      make: overlap),
  ]

  /// StyleGAN3's I_max, images from −1 to 1.
  static let maximum = 2.0

  private static func needMaps(_ context: ShiftContext) throws {
    let (size, shape) = (context.size, context.outputShape)
    guard shape.count == 3, shape[1] == size.height, shape[2] == size.width else {
      throw ShiftError.cannot(
        "it needs an answer [C, \(size.height), \(size.width)] of the input's size, the network gives "
          + "\(shape)")
    }
  }

  private static func equivariance(
    _ name: String, isWhole: Bool, _ context: ShiftContext
  ) throws -> ShiftTrial {
    try needMaps(context)
    let size = context.size
    let reach = HW(max(1, size.height / 8), max(1, size.width / 8))
    guard min(size.height - reach.height, size.width - reach.width) > (isWhole ? 0 : 6) else {
      throw ShiftError.cannot("an input of \(size) leaves no valid pixels after such shifts")
    }
    let moved =
      isWhole
      ? "input rolled, output rolled"
      : "input shifted by ideal Fourier interpolation, output by separable Lanczos-3"
    return againstUnmoved(
      name, "Karras et al. 2021",
      "\(moved); pixels that wrapped"
        + "\(isWhole ? "" : " or lie within the 3 lobes of the border") are left out",
      shifts:
        "shifts \(isWhole ? "" : "uniform ")in ±\(reach.height) × ±\(reach.width); "
        + "\(context.settings.passes) an image",
      pairs:
        "output of the moved input against the moved output: 10 log₁₀(I²/mean squared difference) dB "
        + "with I = 2, over all valid values of all pairs",
      context, measures: [.equivariance, .equivarianceError, .relativeError],
      task: .equivariance(maximum: maximum)
    ) { generator in
      guard isWhole else {
        return .fourier(
          generator.number(from: -Double(reach.height), to: Double(reach.height)),
          generator.number(from: -Double(reach.width), to: Double(reach.width)))
      }
      let vertical = generator.integer(in: -reach.height..<reach.height + 1)
      return .rolled(HW(vertical, generator.integer(in: -reach.width..<reach.width + 1)))
    }
  }

  private static func overlap(_ context: ShiftContext) throws -> ShiftTrial {
    try needMaps(context)
    guard context.outputShape[0] > 1 else {
      throw ShiftError.cannot("it compares classes of pixels, the network gives one channel")
    }
    let range = 0..<(try context.margin(atLeast: 1))
    return couples(
      "massc", "Zou et al. 2020", croppedPictures(context),
      places: "offsets in {0…\(range.upperBound - 1)}²", context,
      pairs: "pairs of independent crops: share of the pixels of their overlap with equal argmax",
      measures: [.overlap], task: .overlap
    ) { .crop($0.shift(in: range)) }
  }
}
