import CLayers
import MoireTensors

/// Layers with weights, functions of values, sums and products.
extension TrainingLowering {
  mutating func lower(_ index: Int) throws {
    let node = network.nodes[index]
    maps.done.insert(index)
    switch node.layer.concrete(for: shape(node.inputs[0])) {
    case .convolution(let layer): try lowerConvolution(index, layer)
    case .linear(let layer): try lowerLinear(index, layer)
    case .batchNormalization: try lowerBatchNormalization(index)
    case .activation(let activation): try lowerActivation(index, activation)
    case .prelu(let slope): try lowerPReLU(index, slope)
    case .softmax: try lowerSoftmax(index)
    case .add: try lowerSum(index)
    case .multiply: try lowerProduct(index)
    case .flatten, .reshape: try lowerReshape(index)
    case .concatenate, .channels, .shuffle: try lowerChannels(index)
    case .pooling, .globalPooling, .adaptivePooling, .pad, .subsample, .resize:
      try lowerWindows(index)
    case .blurPool, .separablePool, .idealPool, .spectralPool, .filteredActivation,
      .polyphaseDecision, .oneHotArgmax, .polyphase, .polyphaseUpsample:
      try lowerAntiAliasing(index)
    case .normalization(let layer): try lowerNormalization(index, layer)
    case .transposedConvolution(let layer): try lowerTransposed(index, layer)
    case .adaptiveFilter(let layer): try lowerAdaptiveFilter(index, layer)
    }
  }

  /// The activation that alone reads a value and whose slope its result tells; it counts as done.
  mutating func takeClipping(after value: inout Int) -> Activation? {
    guard let next = maps.soleConsumer(of: value),
      case .activation(let activation) = network.nodes[next].layer, activation.isToldByResult
    else { return nil }
    maps.done.insert(next)
    value = next + 1
    return activation
  }

  /// The gradient before an activation that was applied to `result` in place.
  mutating func behind(
    _ activation: Activation?, _ result: Int, _ gradient: Gradient, like value: Int
  ) throws -> Gradient {
    guard let activation else { return gradient }
    let target = gradient.isOwned ? gradient.value : try newValue(for: value)
    try step(
      cl_train_activation_back(
        program.handle, Int32(result), Int32(gradient.value), Int32(target),
        cl_activation(activation)))
    return Gradient(value: target, isOwned: true)
  }

  private mutating func lowerConvolution(_ index: Int, _ layer: Convolution) throws {
    let input = network.nodes[index].inputs[0]
    var (value, window, from) = (index + 1, layer.window, maps.values[input]!)
    let border = inputBorder(of: layer, input)
    let isBordered = bordered[input] != nil
    if let border {
      window.padding = 0
      from =
        try bordered[input] ?? maps.pad(source(input), border.padding, border.mode, to: border.dims)
    }
    let activation = takeClipping(after: &value)
    let result = try maps.newBlocked(maps.dims(of: index + 1))
    var (geometry, weights) = (cl_window(window), cl_weights(weights: -1, bias: -1))
    try step(
      cl_train_convolution(
        program.handle, Int32(from), Int32(result), Int64(layer.groups), &geometry,
        layer.bias == nil ? 0 : 1, cl_activation(activation), &weights))
    let gradients = try register(weights, layer.weight, layer.bias)
    maps.values[value] = result
    back(value) { lowering, gradient in
      let gradient = try lowering.behind(activation, result, gradient, like: value)
      var geometry = geometry
      try lowering.step(
        cl_train_convolution_weights(
          lowering.program.handle, Int32(from), Int32(gradient.value), &geometry, gradients))
      guard lowering.wantsGradient(input) else { return }
      let target =
        border != nil
        ? try lowering.program.check(cl_value_like(lowering.program.handle, Int32(from)))
        : try lowering.newValue(for: input)
      try lowering.step(
        cl_train_convolution_source(
          lowering.program.handle, Int32(gradient.value), Int32(target), &geometry, weights.weights
        ))
      if let border, !isBordered {
        try lowering.unpad(target, border.padding, border.mode, input)
      } else {
        lowering.contribute(target, to: input)
      }
    }
  }

  private mutating func register(
    _ values: cl_weights, _ weight: Tensor, _ bias: Tensor?
  ) throws -> cl_weights {
    var gradients = cl_weights(weights: -1, bias: -1)
    gradients.weights = Int32(
      try register("weight", .weight, weight.shape, Int(values.weights)))
    if let bias {
      gradients.bias = Int32(try register("bias", .bias, bias.shape, Int(values.bias)))
    }
    return gradients
  }

  /// The adjoint of a convolution: forth as its way back, back as its way forth.
  private mutating func lowerTransposed(_ index: Int, _ layer: TransposedConvolution) throws {
    let input = network.nodes[index].inputs[0]
    let (from, result) = (try source(input), try newValue(for: index + 1))
    let filters = try program.check(
      cl_train_filters(
        program.handle, Int64(layer.groups), Int64(layer.weight.shape[0]),
        Int64(layer.outputChannels), cl_pair(layer.kernel)))
    var geometry = cl_window(layer.window)
    let weightGradient = try register("weight", .weight, layer.weight.shape, filters)
    try step(
      cl_train_convolution_source(
        program.handle, Int32(from), Int32(result), &geometry, Int32(filters)))
    var bias: (value: Int, gradient: Int)?
    if let tensor = layer.bias {
      let own = try vector("bias", .bias, tensor)
      bias = own
      try step(cl_train_bias(program.handle, Int32(result), Int32(own.value)))
    }
    maps.values[index + 1] = result
    let (window, biasGradient) = (geometry, bias?.gradient)
    back(index + 1) { lowering, gradient in
      var geometry = window
      let handle = lowering.program.handle
      if let biasGradient {
        try lowering.step(
          cl_train_bias_back(handle, Int32(gradient.value), Int32(biasGradient)))
      }
      try lowering.step(
        cl_train_convolution_weights(
          handle, Int32(gradient.value), Int32(from), &geometry,
          cl_weights(weights: Int32(weightGradient), bias: -1)))
      guard lowering.wantsGradient(input) else { return }
      let target = try lowering.newValue(for: input)
      var weights = cl_weights(weights: Int32(filters), bias: -1)
      try lowering.step(
        cl_train_convolution(
          handle, Int32(gradient.value), Int32(target), Int64(layer.groups), &geometry, 0, .none,
          &weights))
      lowering.contribute(target, to: input)
    }
  }

  private mutating func lowerLinear(_ index: Int, _ layer: Linear) throws {
    let input = network.nodes[index].inputs[0]
    var value = index + 1
    let from = try source(input)
    let activation = takeClipping(after: &value)
    let result = try program.plainValue(maps.dims(of: index + 1))
    var weights = cl_weights(weights: -1, bias: -1)
    try step(
      cl_train_linear(
        program.handle, Int32(from), Int32(result), layer.bias == nil ? 0 : 1,
        cl_activation(activation), &weights))
    let gradients = try register(weights, layer.weight, layer.bias)
    maps.values[value] = result
    back(value) { lowering, gradient in
      let gradient = try lowering.behind(activation, result, gradient, like: value)
      try lowering.step(
        cl_train_linear_weights(
          lowering.program.handle, Int32(from), Int32(gradient.value), gradients))
      guard lowering.wantsGradient(input) else { return }
      let target = try lowering.newValue(for: input)
      try lowering.step(
        cl_train_linear_source(
          lowering.program.handle, Int32(gradient.value), Int32(target), weights.weights))
      lowering.contribute(target, to: input)
    }
  }

  private mutating func lowerActivation(_ index: Int, _ activation: Activation) throws {
    let input = network.nodes[index].inputs[0]
    let from = try source(input)
    let result = try newValue(for: index + 1)
    try step(
      cl_step_activation(
        program.handle, Int32(from), Int32(result), cl_activation(activation)))
    maps.values[index + 1] = result
    let saved = activation.isToldByResult ? result : from
    back(index + 1) { lowering, gradient in
      let before = try lowering.behind(activation, saved, gradient, like: input)
      lowering.contribute(before.value, to: input)
    }
  }

  private mutating func lowerPReLU(_ index: Int, _ slope: Tensor) throws {
    let input = network.nodes[index].inputs[0]
    let from = try source(input)
    let slopes = try vector("weight", .slope, slope)
    let result = try newValue(for: index + 1)
    try step(
      cl_train_prelu(program.handle, Int32(from), Int32(result), Int32(slopes.value)))
    maps.values[index + 1] = result
    back(index + 1) { lowering, gradient in
      let target = try lowering.newValue(for: input)
      try lowering.step(
        cl_train_prelu_back(
          lowering.program.handle, Int32(from), Int32(gradient.value), Int32(target),
          Int32(slopes.value), Int32(slopes.gradient)))
      lowering.contribute(target, to: input)
    }
  }

  private mutating func lowerSoftmax(_ index: Int) throws {
    let input = network.nodes[index].inputs[0]
    let dims = maps.dims(of: input)
    let from = try maps.plain(maps.values[input]!, dims)
    let result = try program.plainValue(dims)
    try step(cl_step_softmax(program.handle, Int32(from), Int32(result)))
    maps.values[index + 1] = result
    back(index + 1) { lowering, gradient in
      let plain = try lowering.maps.plain(gradient.value, dims)
      let target = try lowering.program.plainValue(dims)
      try lowering.step(
        cl_train_softmax_back(
          lowering.program.handle, Int32(result), Int32(plain), Int32(target)))
      lowering.contribute(try lowering.maps.inBlocks(target, dims), to: input)
    }
  }
}

extension Activation {
  /// Whether its slope can be read from its result: then the result may take the place of its source.
  var isToldByResult: Bool {
    switch self {
    case .relu, .clip: true
    case .leakyRelu(let slope): slope >= 0
    default: false
    }
  }
}
