import Foundation
import MoireImages
import MoireTensors

/// Azulay and Weiss (JMLR 2019): pairs of images that differ by one pixel.
extension ShiftCatalog {
  static let azulayWeiss: [Entry] = [
    Entry(
      name: "aw-crop", source: "Azulay & Weiss 2019, text",
      summary: "crops of the original photo 1 pixel apart, then resized", isForClasses: true,
      make: photoCrop),
    Entry(
      name: "aw-crop-code", source: "Azulay & Weiss 2019, released code",
      summary: "1-pixel neighbours in a resized random window, by its area", isForClasses: true,
      make: resizedCrop),
    embedding("aw-black", .black, "photo embedded on true black, 1 pixel apart"),
    embedding("aw-gray", .gray, "the same on the normalisation's mean gray"),
    embedding("aw-inpaint", .inpainted, "the same, surroundings inpainted"),
    Entry(
      name: "aw-gray-code", source: "Azulay & Weiss 2019, released code",
      summary: "whole photo squeezed, pasted on mean gray near the middle", isForClasses: true,
      make: pasted),
    Entry(
      name: "aw-scale", source: "Azulay & Weiss 2019, text",
      summary: "photo embedded on black, then 1 pixel larger", isForClasses: true, make: enlarged),
  ]

  private static let neighbourMeasures: [ShiftTrial.Measure] = [
    .change, .mac, .firstAccuracy, .consistencyAmongCorrect,
  ]
  private static let neighbourPairs =
    "each pair is two neighbours: P(top-1 change) is unequal argmax, MAC |p₁(c*) − p₂(c*)| with c* the "
    + "first answer; accuracy over the first of each pair"

  private static func trial(
    _ name: String, _ source: String, _ pictures: String, _ shifts: String,
    _ context: ShiftContext, series: ShiftTrial.Series? = nil,
    views: @escaping @Sendable (AuditInput, Int) throws -> [ImageView]
  ) throws -> ShiftTrial {
    try context.needPhotos()
    let rules = ShiftTrial.Rules(
      name: name, source: source, pictures: pictures, shifts: shifts, pairing: .couples,
      pairs: neighbourPairs, measures: neighbourMeasures, series: series,
      seed: context.settings.seed)
    return ShiftTrial(rules: rules, task: .answers, views: views)
  }

  private static func photoCrop(_ context: ShiftContext) throws -> ShiftTrial {
    try photoCrop("aw-crop", context)
  }

  /// - Parameter name: what the trial is called; its windows are the same whatever it is called.
  static func photoCrop(_ name: String, _ context: ShiftContext) throws -> ShiftTrial {
    let (passes, size) = (context.settings.passes, context.size)
    return try trial(
      name, "Azulay & Weiss 2019, text",
      "random window of the original photo, resized to \(size), all pixels real",
      "longer side uniform in {⌈m/2⌉ … m−1}, m that of the largest window of this shape (the paper leaves"
        + " the law open); second window 1 pixel down and right in the original; \(passes) pairs an image",
      context
    ) { input, index in
      guard let image = input.photo?.image else { throw ShiftError.cannot("it is no photo") }
      let scale = min(
        Double(image.height) / Double(size.height), Double(image.width) / Double(size.width))
      let largest = Int(scale * Double(context.side))
      guard largest >= 2 else {
        throw ShiftError.cannot("\(image.size) pixels are too few for two windows 1 pixel apart")
      }
      return context.views("aw-crop", image: index) { generator in
        let side = generator.integer(in: (largest + 1) / 2..<largest)
        let window = HW(
          max(1, side * size.height / context.side), max(1, side * size.width / context.side))
        let offset = HW(
          generator.integer(in: 0..<image.height - window.height),
          generator.integer(in: 0..<image.width - window.width))
        return [
          ImageView.window(size: window, offset: offset),
          .window(size: window, offset: HW(offset.height + 1, offset.width + 1)),
        ]
      }
    }
  }

  /// The crop branch of the released script.
  private static func resizedCrop(_ context: ShiftContext) throws -> ShiftTrial {
    let areas = [0.1, 0.4, 0.7, 1.0]
    let size = context.size
    let resized = HW(size.height + 10, size.width + 10)
    return try trial(
      "aw-crop-code", "Azulay & Weiss 2019, released code",
      "RandomResizedCrop of the original photo to \(resized), aspect 3/4 … 4/3 before it",
      "area fraction s in {0.1, 0.4, 0.7, 1}, one window for each; pairs of \(size) crops at (c, c) and"
        + " (c+1, c+1) of the resized window, c = 0 … 7",
      context, series: ShiftTrial.Series(name: "area", values: areas)
    ) { input, index in
      guard let image = input.photo?.image else { throw ShiftError.cannot("it is no photo") }
      var views: [ImageView] = []
      for (number, area) in areas.enumerated() {
        var generator = context.generator("aw-crop-code", pass: number, image: index)
        let box = RandomWindow.draw(of: image.size, area: area, &generator)
        views += neighbours(0..<8) { .resizedWindow(box: box, size: resized, offset: HW($0, $0)) }
      }
      return views
    }
  }

  /// For each c the views of c and c + 1.
  private static func neighbours(_ range: Range<Int>, _ view: (Int) -> ImageView) -> [ImageView] {
    range.flatMap { [view($0), view($0 + 1)] }
  }

  private static func embedding(
    _ name: String, _ background: ImageView.Background, _ summary: String
  ) -> Entry {
    let source =
      background == .gray
      ? "Azulay & Weiss 2019, text, canvas of the code" : "Azulay & Weiss 2019, text"
    return Entry(name: name, source: source, summary: summary, isForClasses: true) { context in
      let (passes, canvas) = (context.settings.passes, context.size)
      let side = context.scaled(100)
      return try trial(
        name, source,
        "whole photo, shorter side \(side), on a \(canvas) canvas of \(around(background))",
        "place uniform on the canvas, second 1 pixel down and right; \(passes) pairs an image",
        context
      ) { input, index in
        let size = try embeddedSize(input, side, canvas, spare: 1)
        // The same places on every background.
        return context.views("aw-black", image: index) { generator in
          let offset = HW(
            generator.integer(in: 0..<canvas.height - size.height),
            generator.integer(in: 0..<canvas.width - size.width))
          return neighbours(0..<1) {
            .embedded(
              size: size, offset: HW(offset.height + $0, offset.width + $0),
              background: background)
          }
        }
      }
    }
  }

  static func around(_ background: ImageView.Background) -> String {
    switch background {
    case .black: "true black (pixel 0)"
    case .gray: "the normalisation's mean gray (input 0)"
    case .inpainted:
      "pixels inpainted by the released code's 12-tap binomial (to ≤ 200 pixels left or 80 rounds)"
    }
  }

  /// The size of the embedded photo, which must leave `spare` pixels of the canvas.
  static func embeddedSize(
    _ input: AuditInput, _ side: Int, _ canvas: HW, spare: Int
  ) throws -> HW {
    guard let photo = input.photo else { throw ShiftError.cannot("it is no photo") }
    let size = photo.size(shorterSide: side)
    guard size.height + spare <= canvas.height, size.width + spare <= canvas.width else {
      throw ShiftError.cannot(
        "embedded at \(size) it leaves no room on the canvas of \(canvas): its sides differ too much"
      )
    }
    return size
  }

  private static func enlarged(_ context: ShiftContext) throws -> ShiftTrial {
    let (passes, canvas) = (context.settings.passes, context.size)
    let side = context.scaled(100)
    return try trial(
      "aw-scale", "Azulay & Weiss 2019, text",
      "whole photo on a \(canvas) canvas of \(around(.black))",
      "shorter side \(side), then \(side + 1), with the same top left corner; place uniform on the "
        + "canvas; \(passes) pairs an image", context
    ) { input, index in
      let large = try embeddedSize(input, side + 1, canvas, spare: 0)
      let small = try embeddedSize(input, side, canvas, spare: 0)
      return context.views("aw-scale", image: index) { generator in
        let offset = HW(
          generator.integer(in: 0..<canvas.height - large.height + 1),
          generator.integer(in: 0..<canvas.width - large.width + 1))
        return [small, large].map {
          ImageView.embedded(size: $0, offset: offset, background: .black)
        }
      }
    }
  }

  /// The embedding branch of the released script.
  private static func pasted(_ context: ShiftContext) throws -> ShiftTrial {
    let sizes = [1.3, 1.6, 1.9]
    let canvas = context.size
    let room = context.shorter - Int(Double(context.shorter) / sizes[0])
    guard room / 2 >= 4 else {
      throw ShiftError.cannot(
        "it moves the photo by 4 pixels to each side on a canvas 1.3 times its size, the network takes "
          + "\(canvas)")
    }
    return try trial(
      "aw-gray-code", "Azulay & Weiss 2019, released code",
      "whole photo squeezed to ⌊\(canvas)/s⌋ (aspect not kept) on a \(canvas) canvas of "
        + around(.gray),
      "s in {1.3, 1.6, 1.9}; pasted at c and c+1 on the diagonal, c = centre−4 … centre+3; 8 pairs an "
        + "image and s",
      context, series: ShiftTrial.Series(name: "size", values: sizes)
    ) { _, _ in
      var views: [ImageView] = []
      for ratio in sizes {
        let size = HW(Int(Double(canvas.height) / ratio), Int(Double(canvas.width) / ratio))
        let center = HW((canvas.height - size.height) / 2, (canvas.width - size.width) / 2)
        views += neighbours(-4..<4) {
          .embedded(
            size: size, offset: HW(center.height + $0, center.width + $0), background: .gray)
        }
      }
      return views
    }
  }
}

/// torchvision's `RandomResizedCrop`: a window of a given share of an image's area.
enum RandomWindow {
  /// Aspect exp(uniform(log ¾, log 4/3)), ten tries; then the largest central window of an allowed
  /// aspect.
  static func draw(
    of image: HW, area: Double, _ generator: inout SeededGenerator
  ) -> ImageView.Box {
    let target = area * Double(image.area)
    for _ in 0..<10 {
      let ratio = exp(generator.number(from: log(0.75), to: log(4.0 / 3)))
      let width = Int((target * ratio).squareRoot().rounded(.toNearestOrEven))
      let height = Int((target / ratio).squareRoot().rounded(.toNearestOrEven))
      guard (1...image.width).contains(width), (1...image.height).contains(height) else { continue }
      let top = generator.integer(in: 0..<image.height - height + 1)
      let left = generator.integer(in: 0..<image.width - width + 1)
      return ImageView.Box(size: HW(height, width), offset: HW(top, left))
    }
    let ratio = Double(image.width) / Double(image.height)
    var size = image
    if ratio < 0.75 {
      size.height = Int((Double(image.width) / 0.75).rounded(.toNearestOrEven))
    } else if ratio > 4.0 / 3 {
      size.width = Int((Double(image.height) * 4 / 3).rounded(.toNearestOrEven))
    }
    return ImageView.Box(
      size: size,
      offset: HW((image.height - size.height) / 2, (image.width - size.width) / 2))
  }
}
