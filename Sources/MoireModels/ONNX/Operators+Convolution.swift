import MoireLayers
import MoireTensors

/// Convolution, the windows of convolutions and pools, and batch normalisation.
extension Importer {
  func convolution(_ op: Operator) throws {
    let path = path(of: op, weight: op.input(1))
    var input = try image(op)
    guard let weight = try weight(op, 1, layer: path) else { throw op.refuse("no weight") }
    guard weight.shape.count == 4, !weight.shape.contains(0) else {
      throw op.mismatch("weight \(weight.shape), need [out, in/groups, kh, kw]")
    }
    let bias = try weightVector(op, 2, layer: path, count: weight.shape[0])
    let groups = op.integer("group", default: 1)
    guard groups > 0, weight.shape[0] % groups == 0 else {
      throw op.mismatch("\(weight.shape[0]) output channels in \(groups) groups")
    }
    let kernel = HW(weight.shape[2], weight.shape[3])
    if let declared = op.integers("kernel_shape"), declared != [kernel.height, kernel.width] {
      throw op.mismatch("kernel_shape \(declared) of a weight \(weight.shape)")
    }
    let window = try window(op, kernel: kernel, input: shapes[input])
    var layer = Convolution(
      weight: weight, bias: bias, stride: window.stride, padding: window.padding,
      dilation: window.dilation, groups: groups)
    if try giveFilter(op, path, layer, input) { return }
    input = takePads(into: &layer, input)
    try give(op, .convolution(layer), inputs: [input], path: path)
  }

  /// Takes the pads before a convolution into it and returns what they read: any number of zero pads,
  /// or those of another mode, each axis once.
  private func takePads(into layer: inout Convolution, _ input: Int) -> Int {
    var input = input
    while let before = step(input), case .pad(let outer, let mode)? = before.layer, outer.isGrowing
    {
      let isFirst = layer.padding.isZero
      let isSame = mode == layer.paddingMode && !isFirst
      let isZero = mode == .constant(0)
      if case .constant(let value) = mode, value != 0 { break }
      guard isFirst || isSame && (isZero || !layer.padding.sharesAxis(with: outer)) else { break }
      layer.paddingMode = mode
      layer.padding = layer.padding + outer
      input = before.inputs[0]
    }
    return input
  }

  /// A vector of `count` numbers among the inputs, or `nil` where it is left out.
  func weightVector(_ op: Operator, _ index: Int, layer: String, count: Int) throws -> Tensor? {
    guard let tensor = try weight(op, index, layer: layer) else { return nil }
    guard tensor.shape == [count] else {
      throw op.mismatch("'\(op.input(index) ?? "")' is \(tensor.shape), need [\(count)]")
    }
    return tensor
  }

  struct Window {
    var stride: HW
    var dilation: HW
    var padding: Padding
  }

  /// The attributes that convolutions and pools share.
  func window(_ op: Operator, kernel: HW, input: [Int]) throws -> Window {
    guard input.count == 3 else {
      throw op.mismatch("an image of shape \(input) comes in, need [C, H, W]")
    }
    let stride = try op.pair("strides")
    let dilation = try op.pair("dilations")
    switch op.string("auto_pad") ?? "NOTSET" {
    case "NOTSET", "":
      let pads = op.integers("pads") ?? [0, 0, 0, 0]
      guard pads.count == 4, pads.allSatisfy(Operator.sizes.contains) else {
        throw op.refuse("pads is \(pads), need four numbers of 0 or more")
      }
      let padding = Padding(top: pads[0], left: pads[1], bottom: pads[2], right: pads[3])
      return Window(stride: stride, dilation: dilation, padding: padding)
    case "VALID": return Window(stride: stride, dilation: dilation, padding: 0)
    case "SAME_UPPER":
      return Window(
        stride: stride, dilation: dilation,
        padding: Importer.same(input, kernel, stride, dilation, lower: false))
    case "SAME_LOWER":
      return Window(
        stride: stride, dilation: dilation,
        padding: Importer.same(input, kernel, stride, dilation, lower: true))
    case let other: throw op.refuse("auto_pad \(other) is unknown")
    }
  }

  /// The padding for ⌈n/s⌉ outputs; an odd one out goes to the end, with `lower` to the beginning.
  private static func same(
    _ input: [Int], _ kernel: HW, _ stride: HW, _ dilation: HW, lower: Bool
  ) -> Padding {
    func split(_ n: Int, _ k: Int, _ s: Int, _ d: Int) -> (Int, Int) {
      let total = max((n - 1) / s * s + (k - 1) * d + 1 - n, 0)
      return lower ? (total - total / 2, total / 2) : (total / 2, total - total / 2)
    }
    let (top, bottom) = split(input[1], kernel.height, stride.height, dilation.height)
    let (left, right) = split(input[2], kernel.width, stride.width, dilation.width)
    return Padding(top: top, left: left, bottom: bottom, right: right)
  }

  func batchNormalization(_ op: Operator) throws {
    let path = path(of: op, weight: op.input(1))
    let input = try image(op)
    guard op.integer("training_mode", default: 0) == 0 else {
      throw op.refuse("is in training mode; export the model in evaluation mode")
    }
    guard op.integer("spatial", default: 1) == 1 else {
      throw op.refuse("spatial 0 is not supported")
    }
    let epsilon = op.float("epsilon", default: 1e-5)
    let channels = shapes[input].first ?? 0
    let parts = try (1...4).map { index -> Tensor in
      guard let part = try weightVector(op, index, layer: path, count: channels) else {
        throw op.refuse("input \(index) is missing")
      }
      return part
    }
    // Written so that NaN is refused too.
    guard let least = parts[3].values.min(), least + epsilon > 0 else {
      throw op.refuse(
        "the variance \(parts[3].values.min() ?? 0) and epsilon \(epsilon) must have a sum above 0")
    }
    let layer = BatchNormalization(
      scale: parts[0], shift: parts[1], mean: parts[2], variance: parts[3], epsilon: epsilon)
    try give(op, .batchNormalization(layer), inputs: [input], path: path)
  }
}

extension Padding {
  /// Whether no side takes anything away.
  var isGrowing: Bool { min(top, left, bottom, right) >= 0 }

  /// Whether both change the height, or both the width.
  func sharesAxis(with other: Padding) -> Bool {
    (top != 0 || bottom != 0) && (other.top != 0 || other.bottom != 0)
      || (left != 0 || right != 0) && (other.left != 0 || other.right != 0)
  }
}
