import CLayers
import MoireTensors

/// Layers that take samples one by one, and sums and products of maps.
extension Lowering {
  /// An activation or a normalisation, in place where nobody else needs the source.
  mutating func apply(_ layer: Layer, _ index: Int, _ source: Int) throws -> Int {
    let reusable =
      isLastUse(network.nodes[index].inputs[0], by: index)
      && program.base(of: source) != program.base(of: input)
    let target = reusable ? source : try newValue(like: source, dims(of: index + 1))
    try pointwise(layer, from: source, to: target)
    return target
  }

  func pointwise(_ layer: Layer, from source: Int, to target: Int) throws {
    switch layer {
    case .activation(let activation):
      try step(
        cl_step_activation(
          program.handle, Int32(source), Int32(target), cl_activation(activation)))
    case .batchNormalization(let layer):
      try step(
        cl_step_batch_normalization(
          program.handle, Int32(source), Int32(target), layer.scale.values, layer.shift.values,
          layer.mean.values, layer.variance.values, layer.epsilon))
    case .prelu(let slope):
      let channels = program.channels(of: source)
      let slopes = slope.count == 1 ? .init(repeating: slope[0], count: channels) : slope.values
      try step(cl_step_prelu(program.handle, Int32(source), Int32(target), slopes))
    default: preconditionFailure("\(layer) is no pointwise layer")
    }
  }

  mutating func lowerBinary(_ index: Int, isSum: Bool) throws {
    let node = network.nodes[index]
    // The larger one first: oneDNN spreads its second source.
    let flipped = shapes[node.inputs[0]].reduce(1, *) < shapes[node.inputs[1]].reduce(1, *)
    let (first, second) = (node.inputs[flipped ? 1 : 0], node.inputs[flipped ? 0 : 1])
    let a = try inBlocks(values[first]!, dims(of: first))
    let b = try inBlocks(values[second]!, dims(of: second))
    let reusable = isLastUse(first, by: index) && a == values[first] && blocked.contains(a)
    let target = reusable ? a : try newValue(like: a, dims(of: index + 1))
    var value = index + 1
    if isSum {
      let activation = cl_activation(takeActivation(after: &value))
      try step(cl_step_add(program.handle, Int32(a), Int32(b), Int32(target), activation))
    } else {
      try step(cl_step_multiply(program.handle, Int32(a), Int32(b), Int32(target)))
    }
    values[value] = target
  }
}
