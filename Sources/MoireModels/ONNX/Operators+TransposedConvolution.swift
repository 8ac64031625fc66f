import MoireLayers
import MoireTensors

/// Transposed convolution, by its pads or by the size of what it gives.
extension Importer {
  func transposedConvolution(_ op: Operator) throws {
    let path = path(of: op, weight: op.input(1))
    let input = try image(op)
    guard let weight = try weight(op, 1, layer: path) else { throw op.refuse("no weight") }
    guard weight.shape.count == 4, !weight.shape.contains(0), shapes[input].count == 3 else {
      throw op.mismatch(
        "weight \(weight.shape) and an image of shape \(shapes[input]), need [in, out/groups, kh, kw] "
          + "and [C, H, W]")
    }
    let groups = op.integer("group", default: 1)
    guard groups > 0, let outputs = try? Tensor.count(of: [groups, weight.shape[1]]) else {
      throw op.mismatch("\(weight.shape[0]) channels in \(groups) groups")
    }
    let bias = try weightVector(op, 2, layer: path, count: outputs)
    let kernel = HW(weight.shape[2], weight.shape[3])
    if let declared = op.integers("kernel_shape"), declared != [kernel.height, kernel.width] {
      throw op.mismatch("kernel_shape \(declared) of a weight \(weight.shape)")
    }
    let extra = op.integers("output_padding") ?? [0, 0]
    guard extra.count == 2, extra.allSatisfy(Operator.sizes.contains) else {
      throw op.refuse("output_padding is \(extra), need two numbers of 0 or more")
    }
    var layer = TransposedConvolution(
      weight: weight, bias: bias, stride: try op.pair("strides"),
      outputPadding: HW(extra[0], extra[1]), dilation: try op.pair("dilations"), groups: groups)
    layer.padding = try transposedPadding(op, layer, shapes[input])
    try give(op, .transposedConvolution(layer), inputs: [input], path: path)
  }

  /// The pads given, or those that lead to the output shape given.
  private func transposedPadding(
    _ op: Operator, _ layer: TransposedConvolution, _ input: [Int]
  ) throws -> Padding {
    let mode = op.string("auto_pad") ?? "NOTSET"
    var wanted = op.integers("output_shape")
    if wanted == nil, mode.hasPrefix("SAME") {
      wanted = [input[1] * layer.stride.height, input[2] * layer.stride.width]
    }
    guard let wanted else {
      let pads = mode == "VALID" ? [0, 0, 0, 0] : op.integers("pads") ?? [0, 0, 0, 0]
      guard pads.count == 4, pads.allSatisfy(Operator.sizes.contains) else {
        throw op.refuse("pads is \(pads), need four numbers of 0 or more")
      }
      return Padding(top: pads[0], left: pads[1], bottom: pads[2], right: pads[3])
    }
    let full = try layer.fullSize(of: input, op)
    let size = Array(wanted.suffix(2))
    guard size.count == 2, size[0] > 0, size[1] > 0, size[0] <= full.height, size[1] <= full.width
    else { throw op.refuse("an output of \(wanted), without pads it is \(full)") }
    func split(_ total: Int) -> (Int, Int) {
      mode == "SAME_UPPER" ? (total / 2, total - total / 2) : (total - total / 2, total / 2)
    }
    let (top, bottom) = split(full.height - size[0])
    let (left, right) = split(full.width - size[1])
    return Padding(top: top, left: left, bottom: bottom, right: right)
  }
}

extension TransposedConvolution {
  /// The size of the result without pads.
  fileprivate func fullSize(of input: [Int], _ op: Operator) throws -> HW {
    do {
      let shape = try Layer.transposedConvolution(self).outputShape(of: [input])
      return HW(shape[1], shape[2])
    } catch { throw op.mismatch("\(error)") }
  }
}
