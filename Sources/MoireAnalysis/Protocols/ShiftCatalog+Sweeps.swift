import MoireImages
import MoireLayers
import MoireTensors

/// Azulay and Weiss: sweeps over positions and sizes.
extension ShiftCatalog {
  static let azulayWeissSweeps: [Entry] = [
    Entry(
      name: "aw-size", source: "Azulay & Weiss 2018 (v1)",
      summary: "accuracy against the size of the embedded photo", isForClasses: true, make: sizes),
    Entry(
      name: "aw-jaggedness", source: "Azulay & Weiss 2018 (v1)",
      summary: "top-5 entries and exits of the true class per 1-pixel step", isForClasses: true,
      make: jaggedness),
    Entry(
      name: "aw-jaggedness-crop", source: "Azulay & Weiss 2018 (v1)",
      summary: "the same as a window moves over the original photo", isForClasses: true,
      make: croppedJaggedness),
    Entry(
      name: "nonshiftability", source: "Azulay & Weiss 2018 (v1), figure 6",
      summary: "how often a map's global sum leaves its mean by 20 %", isForClasses: false,
      make: sums),
  ]

  private static func sizes(_ context: ShiftContext) throws -> ShiftTrial {
    try context.needPhotos()
    let canvas = context.size
    let lengths = [60, 100, 150, 210].map { max(1, context.scaled($0)) }
    guard lengths.allSatisfy({ $0 <= context.shorter }) else {
      throw ShiftError.cannot("the network's input \(canvas) does not hold \(lengths) square")
    }
    let rules = ShiftTrial.Rules(
      name: "aw-size", source: "Azulay & Weiss 2018 (v1)",
      pictures: "whole photo squeezed to S×S (aspect not kept), top left on a \(canvas) canvas of "
        + around(.inpainted),
      shifts: "S in {\(lengths.map(String.init).joined(separator: ", "))}", pairing: .sets,
      pairs: "no pairs: accuracy and top-5 accuracy at each size",
      measures: [.accuracy, .topFive],
      series: ShiftTrial.Series(name: "size", values: lengths.map(Double.init)),
      seed: context.settings.seed)
    return ShiftTrial(rules: rules, task: .answers) { _, _ in
      lengths.map {
        ImageView.embedded(size: HW($0, $0), offset: 0, background: .inpainted)
      }
    }
  }

  private static func jaggedness(_ context: ShiftContext) throws -> ShiftTrial {
    let canvas = context.size
    let side = context.scaled(100)
    let range = -context.scaled(52)..<context.scaled(48) + 1
    return try topFiveSteps(
      "aw-jaggedness",
      "whole photo, longer side \(side), on a \(canvas) canvas of \(around(.inpainted))",
      "from the middle down by \(range.lowerBound) … \(range.upperBound - 1) pixels", context
    ) { try sweep($0, side, range, canvas) }
  }

  /// Windows of the network's size: no pixel is made up or resized.
  private static func croppedJaggedness(_ context: ShiftContext) throws -> ShiftTrial {
    let size = context.size
    let range = -context.scaled(88)..<context.scaled(87) + 1
    let room = HW(size.height, size.width + 2 * context.scaled(88))
    return try topFiveSteps(
      "aw-jaggedness-crop",
      "\(size) window of the original photo, all pixels real, none resized; where the object stands is"
        + " not looked at",
      "from the middle to the right by \(range.lowerBound) … \(range.upperBound - 1) pixels",
      context
    ) { input in
      guard let image = input.photo?.image else { throw ShiftError.cannot("it is no photo") }
      guard image.height >= room.height, image.width >= room.width else {
        throw ShiftError.cannot(
          "\(image.size) pixels leave no room for the windows, which need \(room)")
      }
      let center = HW((image.height - size.height) / 2, (image.width - size.width) / 2)
      return range.map {
        ImageView.window(size: size, offset: HW(center.height, center.width + $0))
      }
    }
  }

  private static func topFiveSteps(
    _ name: String, _ pictures: String, _ shifts: String, _ context: ShiftContext,
    views: @escaping @Sendable (AuditInput) throws -> [ImageView]
  ) throws -> ShiftTrial {
    try context.needPhotos()
    guard context.outputShape[0] > 5 else {
      throw ShiftError.cannot(
        "it counts entries into the top 5, and the network has \(context.outputShape[0]) classes")
    }
    let rules = ShiftTrial.Rules(
      name: name, source: "Azulay & Weiss 2018 (v1)", pictures: pictures, shifts: shifts,
      pairing: .steps,
      pairs:
        "each pair is one 1-pixel step: jaggedness counts entries of the true class into the top 5 "
        + "and exits, for each image; P(top-1 change) and MAC over the steps",
      measures: [.jaggedness, .change, .mac, .accuracy, .variation], seed: context.settings.seed)
    return ShiftTrial(rules: rules, task: .answers) { input, _ in try views(input) }
  }

  private static func sums(_ context: ShiftContext) throws -> ShiftTrial {
    try context.needPhotos()
    guard !context.sites.isEmpty else {
      throw ShiftError.cannot("it reads maps where the network subsamples, and it nowhere does")
    }
    let canvas = context.size
    let side = context.scaled(100)
    let reach = max(1, min(context.scaled(16), (context.shorter - side) / 2))
    let rules = ShiftTrial.Rules(
      name: "nonshiftability", source: "Azulay & Weiss 2018 (v1), figure 6",
      pictures: "whole photo, longer side \(side), on a \(canvas) canvas of \(around(.inpainted))",
      shifts: "from the middle down by \(-reach) … \(reach) pixels", pairing: .sets,
      pairs:
        "share of translations at which the sum of a subsampled map leaves its mean over them by more"
        + " than 20 %, mean over all maps of a site",
      measures: [.nonshiftability],
      series: ShiftTrial.Series(
        name: "subsampling",
        values: context.sites.map {
          Double(max($0.cumulativeStride.height, $0.cumulativeStride.width))
        }, labels: context.sites.map(\.path)), seed: context.settings.seed)
    return ShiftTrial(rules: rules, task: .featureSums) { input, _ in
      try sweep(input, side, -reach..<reach + 1, canvas)
    }
  }

  /// The embedded photo moved down from the middle, pixel by pixel.
  private static func sweep(
    _ input: AuditInput, _ side: Int, _ range: Range<Int>, _ canvas: HW
  ) throws -> [ImageView] {
    guard let photo = input.photo else { throw ShiftError.cannot("it is no photo") }
    let size = photo.size(longerSide: side)
    let center = HW((canvas.height - size.height) / 2, (canvas.width - size.width) / 2)
    return range.map {
      ImageView.embedded(
        size: size, offset: HW(center.height + $0, center.width), background: .inpainted)
    }
  }
}
