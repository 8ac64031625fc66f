import MoireLayers
import MoireTensors

/// Interpolation.
extension Importer {
  func resize(_ op: Operator) throws {
    let input = try image(op)
    guard shapes[input].count == 3 else {
      throw op.mismatch("an image of shape \(shapes[input]) comes in, need [C, H, W]")
    }
    for name in ["antialias", "exclude_outside"] where op.integer(name, default: 0) != 0 {
      throw op.refuse("\(name) 1 is not supported")
    }
    if let policy = op.string("keep_aspect_ratio_policy"), policy != "stretch" {
      throw op.refuse("keep_aspect_ratio_policy \(policy) is not supported")
    }
    let target = try target(op, shapes[input])
    let layer = Resize(target, mode: try mode(op), coordinates: try coordinates(op))
    if (try? Layer.resize(layer).outputShape(of: [shapes[input]])) == shapes[input],
      layer.coordinates != .asymmetric || target == .size(HW(shapes[input][1], shapes[input][2]))
    {
      return give(op, input)
    }
    try give(op, .resize(layer), inputs: [input])
  }

  private func mode(_ op: Operator) throws -> Resize.Mode {
    switch op.string("mode") ?? "nearest" {
    case "nearest":
      if op.opset < 11 { return .nearest(.floor) }
      switch op.string("nearest_mode") ?? "round_prefer_floor" {
      case "round_prefer_floor": return .nearest(.roundPreferFloor)
      case "round_prefer_ceil": return .nearest(.roundPreferCeil)
      case "floor": return .nearest(.floor)
      case "ceil": return .nearest(.ceil)
      case let other: throw op.refuse("nearest_mode \(other) is unknown")
      }
    case "linear", "bilinear": return .bilinear
    case "cubic":
      return .bicubic(coefficient: Double(op.float("cubic_coeff_a", default: -0.75)))
    case let other: throw op.refuse("mode \(other) is unknown")
    }
  }

  private func coordinates(_ op: Operator) throws -> Resize.Coordinates {
    if op.opset < 11 { return .asymmetric }
    switch op.string("coordinate_transformation_mode") ?? "half_pixel" {
    case "half_pixel": return .halfPixel
    case "pytorch_half_pixel": return .pytorchHalfPixel
    case "align_corners": return .alignCorners
    case "asymmetric": return .asymmetric
    case let other:
      throw op.refuse("coordinate_transformation_mode \(other) is not supported")
    }
  }

  private func target(_ op: Operator, _ shape: [Int]) throws -> Resize.Target {
    let axes = try op.integers("axes")?.map { try op.axis($0, rank: 4) } ?? [0, 1, 2, 3]
    let first = op.opset < 11 ? 1 : 2
    if let sizes = try constant(op, 3), sizes.count > 0 {
      guard let extents = sizes.integers, extents.count == axes.count else {
        throw op.refuse("\(sizes.count) sizes for \(axes.count) dimensions")
      }
      let wanted = Dictionary(zip(axes, extents)) { _, last in last }
      guard wanted[0].map(isBatch) ?? true, wanted[1].map({ $0 == .known(shape[0]) }) ?? true,
        let height = (wanted[2] ?? .known(shape[1])).value,
        let width = (wanted[3] ?? .known(shape[2])).value
      else { throw op.refuse("only height and width can be resized, and to a fixed size") }
      return .size(HW(height, width))
    }
    let scales =
      try op.floats("scales") ?? constant(op, first)?.floats
      ?? { throw op.refuse("scales and sizes are missing") }()
    guard scales.count == axes.count, scales.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw op.refuse("scales \(scales) for \(axes.count) dimensions")
    }
    let wanted = Dictionary(zip(axes, scales)) { _, last in last }
    guard wanted[0] ?? 1 == 1, wanted[1] ?? 1 == 1 else {
      throw op.refuse("scales \(scales), only height and width can be resized")
    }
    return .factors(
      height: Importer.factor(wanted[2] ?? 1, shape[1]),
      width: Importer.factor(wanted[3] ?? 1, shape[2]))
  }

  private func isBatch(_ extent: Extent) -> Bool {
    extent == .batch || extent.value != nil && extent.value == fixedBatch
  }

  /// The factor with which ⌊N·factor⌋ is the size that single precision gives: 1.3 stored as
  /// 1.29999995 makes 10 positions 13.
  private static func factor(_ scale: Float, _ positions: Int) -> Double {
    let size = scale * Float(positions)
    guard size == size.rounded(), size > 0 else { return Double(scale) }
    let exact = Double(size) / Double(positions)
    return (exact * Double(positions)).rounded(.down) == Double(size) ? exact : exact.nextUp
  }
}
