import CLayers
import MoireTensors

/// Convolutions with what goes into the same primitive.
extension Lowering {
  /// The convolution with the normalisations that alone read it folded in; `value` moves behind them.
  mutating func folded(_ layer: Convolution, _ value: inout Int) -> Convolution {
    var result = layer
    while let normalization = takeNormalization(after: &value) {
      result = result.folding(normalization)
    }
    return result
  }

  mutating func lowerConvolution(_ index: Int, _ layer: Convolution) throws {
    var value = index + 1
    let convolution = folded(layer, &value)
    var target: Int?
    let node = network.nodes[index]
    let source = values[node.inputs[0]]!
    if let sum = soleConsumer(of: value), let other = residual(of: sum, beside: value, source) {
      target = values[other]
      done.insert(sum)
      value = sum + 1
    }
    let activation = takeActivation(after: &value)
    let result = try target ?? newResult(value)
    var (from, window) = (source, convolution.window)
    if convolution.paddingMode != .constant(0), !window.padding.isZero {
      from = try padInput(of: convolution, node.inputs[0], &window)
    }
    try convolve(convolution, window, from, result, accumulate: target != nil, activation)
    values[value] = result
  }

  /// The input of a convolution with its padding made real; the window keeps none.
  mutating func padInput(
    of layer: Convolution, _ input: Int, _ window: inout Window
  ) throws -> Int {
    let padding = window.padding
    window.padding = 0
    let shape = shapes[input]
    return try pad(
      values[input]!, padding, layer.paddingMode,
      to: [
        batch, shape[0], shape[1] + padding.top + padding.bottom,
        shape[2] + padding.left + padding.right,
      ])
  }

  /// The other term of a sum, when the convolution of `source` may add itself to it in place.
  func residual(of sum: Int, beside value: Int, _ source: Int) -> Int? {
    guard siteOfNode[sum] == nil, case .add = network.nodes[sum].layer,
      let other = network.nodes[sum].inputs.first(where: { $0 != value }),
      let target = values[other], blocked.contains(target), target != source,
      shapes[other] == shapes[value],
      isLastUse(other, by: sum)
    else { return nil }
    return other
  }

  func convolve(
    _ layer: Convolution, _ window: Window, _ source: Int, _ target: Int, accumulate: Bool,
    _ activation: Activation?
  ) throws {
    var geometry = cl_window(window)
    try program.append(layer.weight, layer.bias) { weights, bias in
      cl_step_convolution(
        program.handle, Int32(source), Int32(target), Int64(layer.outputChannels),
        Int64(layer.groups), &geometry, weights, bias, accumulate ? 1 : 0,
        cl_activation(activation))
    }
  }
}
