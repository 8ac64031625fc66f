import CLayers
import MoireSpectral
import MoireTensors

/// Sums, products, and layers that choose channels or shapes.
extension TrainingLowering {
  mutating func lowerSum(_ index: Int) throws {
    if try lowerJoinedSum(index) { return }
    let inputs = network.nodes[index].inputs
    var value = index + 1
    // The larger one first: oneDNN spreads its second source.
    let ordered = try inputs.sorted { shape($0).reduce(1, *) > shape($1).reduce(1, *) }
      .map { try source($0) }
    let result = try newValue(for: index + 1)
    let activation = takeClipping(after: &value)
    try step(
      cl_step_add(
        program.handle, Int32(ordered[0]), Int32(ordered[1]), Int32(result),
        cl_activation(activation)))
    maps.values[value] = result
    back(value) { lowering, gradient in
      let gradient = try lowering.behind(activation, result, gradient, like: value)
      for input in inputs {
        try lowering.spreadBack(gradient.value, from: index + 1, to: input, isOwned: false)
      }
    }
  }

  mutating func lowerProduct(_ index: Int) throws {
    let inputs = network.nodes[index].inputs
    let ordered = inputs.sorted { shape($0).reduce(1, *) > shape($1).reduce(1, *) }
    let (large, small) = (try source(ordered[0]), try source(ordered[1]))
    let result = try newValue(for: index + 1)
    try step(
      cl_step_multiply(program.handle, Int32(large), Int32(small), Int32(result)))
    maps.values[index + 1] = result
    back(index + 1) { lowering, gradient in
      for (input, other) in [(ordered[0], small), (ordered[1], large)] {
        guard lowering.wantsGradient(input) else { continue }
        let product = try lowering.newValue(for: index + 1)
        try lowering.step(
          cl_step_multiply(
            lowering.program.handle, Int32(gradient.value), Int32(other), Int32(product)))
        try lowering.spreadBack(product, from: index + 1, to: input, isOwned: true)
      }
    }
  }

  /// The gradient of a value that was spread over a larger one: the sum over what it was spread over.
  private mutating func spreadBack(
    _ gradient: Int, from value: Int, to input: Int, isOwned: Bool
  ) throws {
    guard shape(input) != shape(value) else {
      return contribute(gradient, to: input, isOwned: isOwned)
    }
    guard wantsGradient(input) else { return }
    let target = try newValue(for: input)
    try step(cl_train_reduce(program.handle, Int32(gradient), Int32(target)))
    contribute(target, to: input)
  }

  mutating func lowerReshape(_ index: Int) throws {
    let input = network.nodes[index].inputs[0]
    let (from, to) = (maps.dims(of: input), maps.dims(of: index + 1))
    let base = try maps.plain(maps.values[input]!, from)
    maps.values[index + 1] = try program.view(of: base, to)
    back(index + 1) { lowering, gradient in
      let plain = try lowering.maps.plain(gradient.value, to)
      let view = try lowering.program.view(of: plain, from)
      let target = try lowering.maps.inBlocks(view, from)
      // A view shares its memory with a gradient that others may read.
      lowering.contribute(target, to: input, isOwned: target != view)
    }
  }

  mutating func lowerChannels(_ index: Int) throws {
    let node = network.nodes[index]
    for input in node.inputs { _ = try source(input) }
    switch node.layer {
    case .concatenate: try lowerConcatenation(index)
    case .channels(let range):
      try maps.choose(index, range)
      back(index + 1) { lowering, gradient in
        let target = try lowering.newValue(for: node.inputs[0])
        try lowering.step(
          cl_train_embed(
            lowering.program.handle, Int32(gradient.value), Int32(target), Int64(range.lowerBound)
          ))
        lowering.contribute(target, to: node.inputs[0])
      }
    case .shuffle(let groups):
      let order = shuffled(shape(index + 1)[0], groups: groups)
      try maps.choose(index, order)
      var inverse = order
      for (to, from) in order.enumerated() { inverse[from] = to }
      let channels = inverse
      back(index + 1) { lowering, gradient in
        try lowering.pick(channels, of: gradient.value, for: node.inputs[0])
      }
    default: preconditionFailure("\(node.layer) does not choose channels")
    }
  }

  private mutating func lowerConcatenation(_ index: Int) throws {
    let inputs = network.nodes[index].inputs
    try maps.lowerConcatenation(index)
    back(index + 1) { lowering, gradient in
      var first = 0
      for input in inputs {
        let count = lowering.shape(input)[0]
        try lowering.pick(Array(first..<first + count), of: gradient.value, for: input)
        first += count
      }
    }
  }

  /// Channels of a gradient as the gradient of an input.
  private mutating func pick(_ channels: [Int], of gradient: Int, for input: Int) throws {
    guard wantsGradient(input) else { return }
    let target = try newValue(for: input)
    var table: [Int32] = []
    for channel in channels { table += [0, Int32(channel)] }
    try step(
      cl_step_channels(program.handle, [Int32(gradient)], 1, Int32(target), table))
    contribute(target, to: input)
  }
}
