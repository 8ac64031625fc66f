import CLayers
import MoireTensors

/// Normalisations by statistics of an image's own values.
extension TrainingLowering {
  mutating func lowerNormalization(_ index: Int, _ layer: Normalization) throws {
    let input = network.nodes[index].inputs[0]
    let from = try source(input)
    let channels = shape(input)[0]
    let scale = try affine(
      "weight", .normalizationScale, layer.scale, repeating: 1, channels)
    let shift = try affine("bias", .normalizationShift, layer.shift, repeating: 0, channels)
    let isByPosition = layer.kind == .layer && shape(input).count == 3
    var description = cl_own_normalization(
      scale: Int32(scale.value), shift: Int32(shift.value), kind: isByPosition ? 0 : 1,
      groups: Int64(layer.groups(of: channels)), epsilon: layer.epsilon)
    let result = try newValue(for: index + 1)
    try step(
      cl_train_own_normalization(program.handle, Int32(from), Int32(result), &description))
    maps.values[index + 1] = result
    let kept = description
    back(index + 1) { lowering, gradient in
      var description = kept
      let target = try lowering.newValue(for: input)
      try lowering.step(
        cl_train_own_normalization_back(
          lowering.program.handle, Int32(from), Int32(gradient.value), Int32(target),
          Int32(scale.gradient), Int32(shift.gradient), &description))
      lowering.contribute(target, to: input)
    }
  }

  /// A scale or a shift; one that the layer does not have stays what it is and is no parameter.
  private mutating func affine(
    _ name: String, _ role: TrainableParameter.Role, _ tensor: Tensor?, repeating value: Float,
    _ channels: Int
  ) throws -> (value: Int, gradient: Int) {
    if let tensor { return try vector(name, role, tensor) }
    let place = try program.plainValue([1, channels])
    constants.append((place, value))
    // The kernel writes a gradient that nobody reads.
    return (place, try program.plainValue([1, channels]))
  }
}
