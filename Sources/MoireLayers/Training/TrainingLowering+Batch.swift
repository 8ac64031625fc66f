import CLayers
import MoireTensors

/// Batch normalisations, with the relu behind them and the sum between the two.
extension TrainingLowering {
  mutating func lowerBatchNormalization(_ index: Int) throws {
    if let sum = maps.soleConsumer(of: index + 1), joins(sum),
      !network.nodes[sum].inputs.contains(where: { deferred.contains($0) })
    {
      // The sum takes it into its own step, when its other term is there.
      deferred.insert(index + 1)
      return
    }
    var value = index + 1
    let isRectified = takeRectification(after: &value)
    try normalize(index, to: value, isRectified: isRectified, residual: nil)
  }

  /// Whether a sum is one of maps of one shape with a relu behind it.
  private func joins(_ node: Int) -> Bool {
    guard case .add = network.nodes[node].layer, let next = maps.soleConsumer(of: node + 1),
      case .activation(.relu) = network.nodes[next].layer
    else { return false }
    let inputs = network.nodes[node].inputs
    return shape(inputs[0]) == shape(inputs[1]) && inputs[0] != inputs[1]
  }

  private mutating func takeRectification(after value: inout Int) -> Bool {
    guard let next = maps.soleConsumer(of: value),
      case .activation(.relu) = network.nodes[next].layer
    else { return false }
    maps.done.insert(next)
    value = next + 1
    return true
  }

  /// A sum with a normalisation that waits for it, and the relu behind them; false where none waits.
  mutating func lowerJoinedSum(_ index: Int) throws -> Bool {
    let inputs = network.nodes[index].inputs
    guard let waiting = inputs.first(where: { deferred.contains($0) }),
      let other = inputs.first(where: { $0 != waiting })
    else { return false }
    var value = index + 1
    let isRectified = takeRectification(after: &value)
    let path = program.path
    defer { program.path = path }
    program.path = network.nodes[waiting - 1].path
    try normalize(waiting - 1, to: value, isRectified: isRectified, residual: other)
    return true
  }

  private mutating func normalize(
    _ index: Int, to value: Int, isRectified: Bool, residual: Int?
  ) throws {
    guard case .batchNormalization(let layer) = network.nodes[index].layer else { return }
    let input = network.nodes[index].inputs[0]
    let from = try source(input)
    // A factor for each channel, see NetworkBuilder.channelScale: it has no statistics.
    let isFactor = program.path.hasSuffix("layer_scale") && layer.epsilon == 0
    let scale = try vector(isFactor ? "" : "weight", .normalizationScale, layer.scale)
    let shift = try vector("bias", .normalizationShift, layer.shift)
    let mean = try vector("running_mean", .runningMean, layer.mean)
    let variance = try vector("running_var", .runningVariance, layer.variance)
    let border = residual == nil ? border(of: value) : nil
    var spec = cl_batch_normalization(
      scale: Int32(scale.value), shift: Int32(shift.value), mean: Int32(mean.value),
      variance: Int32(variance.value),
      saved: try program.check32(cl_train_normalization_saved(program.handle, Int32(from))),
      partial: try program.check32(cl_train_normalization_partial(program.handle, Int32(from))),
      mode: Int32(isFactor ? frozen : mode),
      residual: try residual.map { Int32(try source($0)) } ?? -1, epsilon: layer.epsilon,
      momentum: momentum, relu: isRectified ? 1 : 0,
      border: cl_sides(border?.padding ?? 0), border_mode: (border?.mode ?? .circular).kernel.0)
    let result = try maps.newValue(like: from, border?.dims ?? maps.dims(of: index + 1))
    if border != nil { bordered[value] = result }
    try step(cl_train_batch_normalization(program.handle, Int32(from), Int32(result), &spec))
    // With a border its only reader takes it from there.
    maps.values[value] = result
    spec.partial = try program.check32(
      cl_train_normalization_partial(program.handle, Int32(from)))
    // What a convolution gave nobody looks at again, so that its gradient may stand there.
    let isLastReader: Bool
    if input > 0, case .convolution = network.nodes[input - 1].layer {
      isLastReader = maps.soleConsumer(of: input) == index
    } else {
      isLastReader = false
    }
    let kept = spec
    back(value) { lowering, gradient in
      var description = kept
      var behind: Int?
      if residual != nil {
        behind = gradient.isOwned ? gradient.value : try lowering.newValue(for: input)
      }
      let target =
        if gradient.isOwned && residual == nil && border == nil {
          gradient.value
        } else {
          isLastReader ? from : try lowering.newValue(for: input)
        }
      try lowering.step(
        cl_train_batch_normalization_back(
          lowering.program.handle, Int32(from), Int32(result), Int32(gradient.value),
          Int32(target), Int32(behind ?? -1), Int32(scale.gradient),
          Int32(isFactor ? -1 : shift.gradient), &description))
      lowering.contribute(target, to: input)
      if let residual, let behind { lowering.contribute(behind, to: residual) }
    }
  }
}

/// Borders that stand around the result of a normalisation.
extension TrainingLowering {
  struct Border {
    let padding: Padding
    let mode: PaddingMode
    /// Of the map with the border.
    let dims: [Int]
  }

  /// What a convolution's input is padded by before it is read; nil where it needs no border or one of
  /// zeros, which a convolution adds itself.
  func inputBorder(of layer: Convolution, _ input: Int) -> Border? {
    let padding = layer.window.padding
    guard layer.paddingMode != .constant(0), !padding.isZero else { return nil }
    let size = size(input)
    return Border(
      padding: padding, mode: layer.paddingMode,
      dims: [
        maps.batch, shape(input)[0], size.height + padding.top + padding.bottom,
        size.width + padding.left + padding.right,
      ])
  }

  /// The border that the only reader of a value, a convolution, would put around it.
  private func border(of value: Int) -> Border? {
    guard let next = maps.soleConsumer(of: value),
      case .convolution(let layer) = network.nodes[next].layer.concrete(for: shape(value)),
      let border = inputBorder(of: layer, value)
    else { return nil }
    if case .constant = border.mode { return nil }
    return border
  }
}

extension Program {
  func check32(_ status: Int32) throws -> Int32 { Int32(try check(status)) }
}
