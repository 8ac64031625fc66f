import CLayers
import MoireTensors

/// Steps that normalise, resize or choose channels.
extension Lowering {
  /// The transposed convolution with the normalisations and the activation that alone read it.
  mutating func lowerTransposedConvolution(_ index: Int, _ layer: TransposedConvolution) throws {
    let input = network.nodes[index].inputs[0]
    var (layer, value) = (layer, index + 1)
    while let normalization = takeNormalization(after: &value) {
      layer = layer.folding(normalization)
    }
    let activation = cl_activation(takeActivation(after: &value))
    let source = try inBlocks(values[input]!, dims(of: input))
    let target = try newBlocked(dims(of: index + 1))
    var geometry = cl_window(layer.window)
    try program.append(layer.weight, layer.bias) { weights, bias in
      cl_step_transposed_convolution(
        program.handle, Int32(source), Int32(target), Int64(layer.groups), &geometry, weights, bias,
        activation)
    }
    values[value] = target
  }

  mutating func lowerNormalization(_ index: Int, _ layer: Normalization) throws {
    let input = network.nodes[index].inputs[0]
    let source = try inBlocks(values[input]!, dims(of: input))
    let reusable =
      isLastUse(input, by: index) && program.base(of: source) != program.base(of: self.input)
    let target = reusable ? source : try newValue(like: source, dims(of: index + 1))
    let channels = shapes[input][0]
    let scale = layer.scale?.values ?? [Float](repeating: 1, count: channels)
    let shift = layer.shift?.values ?? [Float](repeating: 0, count: channels)
    if layer.kind == .layer, shapes[input].count == 3 {
      try step(
        cl_step_position_normalization(
          program.handle, Int32(source), Int32(target), scale, shift, layer.epsilon))
    } else {
      try step(
        cl_step_group_normalization(
          program.handle, Int32(source), Int32(target), Int64(layer.groups(of: channels)), scale,
          shift, layer.epsilon))
    }
    values[index + 1] = target
  }

  mutating func lowerResize(_ index: Int, _ layer: Resize) throws {
    let input = network.nodes[index].inputs[0]
    let rows = try layer.axis(shapes[input][1], \.height)
    let columns = try layer.axis(shapes[input][2], \.width)
    let source = try inBlocks(values[input]!, dims(of: input))
    let target = try newBlocked(dims(of: index + 1))
    let (rowTaps, columnTaps) = (rows.taps(), columns.taps())
    try step(
      cl_step_resample(
        program.handle, Int32(source), Int32(target), Int64(rows.tapCount), rowTaps.indices,
        rowTaps.weights, columnTaps.indices, columnTaps.weights))
    values[index + 1] = target
  }

  mutating func lowerAdaptivePooling(_ index: Int, _ operation: Pooling.Operation) throws {
    let input = network.nodes[index].inputs[0]
    let source = try inBlocks(values[input]!, dims(of: input))
    let target = try newBlocked(dims(of: index + 1))
    try step(
      cl_step_adaptive_pooling(
        program.handle, Int32(source), Int32(target), cl_pooling(operation)))
    values[index + 1] = target
  }

  /// The channels of the input in another order, or some of them.
  mutating func choose(_ index: Int, _ channels: some Sequence<Int>) throws {
    let input = network.nodes[index].inputs[0]
    let source = try inBlocks(values[input]!, dims(of: input))
    let target = try newValue(like: source, dims(of: index + 1))
    var table: [Int32] = []
    for channel in channels { table += [0, Int32(channel)] }
    try step(cl_step_channels(program.handle, [Int32(source)], 1, Int32(target), table))
    values[index + 1] = target
  }

  mutating func lowerConcatenation(_ index: Int) throws {
    let node = network.nodes[index]
    let sources = try node.inputs.map { Int32(try inBlocks(values[$0]!, dims(of: $0))) }
    let isMap = shapes[index + 1].count == 3
    let target =
      isMap ? try newBlocked(dims(of: index + 1)) : try program.plainValue(dims(of: index + 1))
    let channels = node.inputs.map { shapes[$0][0] }
    if isMap, channels.dropLast().contains(where: { $0 % Program.blockSize != 0 }) {
      // oneDNN has no fast concatenation that begins in the middle of a block.
      var table: [Int32] = []
      for (source, count) in channels.enumerated() {
        for channel in 0..<count { table += [Int32(source), Int32(channel)] }
      }
      try step(
        cl_step_channels(program.handle, sources, Int32(sources.count), Int32(target), table))
    } else {
      try step(cl_step_concatenate(program.handle, sources, Int32(sources.count), Int32(target)))
    }
    values[index + 1] = target
  }

  /// The batch normalisation that alone reads a value; it counts as done.
  mutating func takeNormalization(after value: inout Int) -> BatchNormalization? {
    guard let next = soleConsumer(of: value), siteOfNode[next] == nil,
      case .batchNormalization(let normalization) = network.nodes[next].layer
    else { return nil }
    done.insert(next)
    value = next + 1
    return normalization
  }
}

/// The channel that stands at each place of a shuffle.
func shuffled(_ channels: Int, groups: Int) -> [Int] {
  (0..<channels).map { $0 % groups * (channels / groups) + $0 / groups }
}
