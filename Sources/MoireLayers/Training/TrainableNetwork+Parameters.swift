import CLayers
public import MoireTensors

extension TrainableNetwork {
  /// The present value of a parameter.
  ///
  /// - Throws: ``LayerError/incompatible(path:reason:)`` for a name that the network does not have.
  public func value(of name: String) throws -> Tensor { try read(index(of: name), from: nil) }

  /// Sets a parameter.
  ///
  /// - Throws: ``LayerError/incompatible(path:reason:)`` for a name that the network does not have and
  ///   for another shape.
  public func setValue(of name: String, to tensor: Tensor) throws {
    try write(tensor, to: index(of: name), in: nil)
  }

  /// The gradient of a parameter that the last way back left.
  ///
  /// - Throws: ``LayerError/incompatible(path:reason:)`` for a name that the network does not have and
  ///   for a statistic, which has none.
  public func gradient(of name: String) throws -> Tensor {
    try value(of: name, in: memory.gradients)
  }

  /// A block of zeros for all trained parameters.
  ///
  /// - Throws: ``LayerError/memory(bytes:)``.
  public func makeBlock() throws -> ParameterBlock {
    try ParameterBlock(count: memory.layout.count)
  }

  /// What a block holds for a parameter.
  ///
  /// - Throws: as ``gradient(of:)``.
  public func value(of name: String, in block: ParameterBlock) throws -> Tensor {
    try read(trained(name), from: block)
  }

  /// Sets what a block holds for a parameter.
  ///
  /// - Throws: as ``setValue(of:to:)``.
  public func setValue(of name: String, in block: ParameterBlock, to tensor: Tensor) throws {
    try write(tensor, to: trained(name), in: block)
  }

  /// A copy of the present values of the trained parameters into a block.
  public func copyValues(to block: ParameterBlock) {
    block.base.update(from: memory.values.base, count: min(memory.layout.count, block.count))
  }

  /// The network with the present parameters; with those of `block` in place of the trained ones where
  /// one is given.
  ///
  /// - Throws: ``LayerError`` when a parameter cannot be read.
  public func network(with block: ParameterBlock? = nil) throws -> Network {
    var result = Network(name: original.name, inputShape: original.inputShape)
    result.remarks = original.remarks
    var tensors: [String: [(TrainableParameter.Role, Tensor)]] = [:]
    for (index, parameter) in parameters.enumerated() {
      let source = parameter.role.isTrained ? block : nil
      tensors[parameter.path, default: []].append(
        (parameter.role, try read(index, from: source)))
    }
    for node in original.nodes {
      var layer = node.layer
      for (role, tensor) in tensors[node.path] ?? [] { layer.set(role, tensor) }
      result.append(node.path, layer, inputs: node.inputs)
    }
    result.output = original.output
    return result
  }

  // MARK: Inside

  private func index(of name: String) throws -> Int {
    guard let index = parameters.firstIndex(where: { $0.name == name }) else {
      throw LayerError.incompatible(
        path: name, reason: "\(original.name) has no parameter of this name")
    }
    return index
  }

  private func trained(_ name: String) throws -> Int {
    let index = try index(of: name)
    guard parameters[index].role.isTrained else {
      throw LayerError.incompatible(path: name, reason: "a statistic has no gradient")
    }
    return index
  }

  func read(_ index: Int, from block: ParameterBlock?) throws -> Tensor {
    let parameter = parameters[index]
    var result = [Float](repeating: 0, count: parameter.count)
    try bound(index, to: block) {
      try program.check(cl_value_read(program.handle, Int32(slots[index].value), &result))
    }
    return try Tensor(shape: parameter.shape, values: result)
  }

  func write(_ tensor: Tensor, to index: Int, in block: ParameterBlock?) throws {
    let parameter = parameters[index]
    guard tensor.shape == parameter.shape else {
      throw LayerError.incompatible(
        path: parameter.name, reason: "has shape \(parameter.shape), got \(tensor.shape)")
    }
    try bound(index, to: block) {
      try program.check(cl_value_write(program.handle, Int32(slots[index].value), tensor.values))
    }
  }

  /// Calls `body` while the parameter's value stands in a block.
  private func bound(
    _ index: Int, to block: ParameterBlock?, _ body: () throws -> Int
  ) throws {
    let value = slots[index].value
    guard let block, let offset = memory.layout.offsets[index] else {
      _ = try body()
      return
    }
    precondition(block.count == memory.layout.count, "a block of another network")
    try program.bind(value, to: block.base + offset)
    defer { try? program.bind(value, to: memory.addresses[value]!) }
    _ = try body()
  }

  /// The tensors of a network in the order of the slots.
  static func tensors(of network: Network, _ slots: [TrainingLowering.Slot]) -> [Tensor] {
    let layers = Dictionary(network.nodes.map { ($0.path, $0.layer) }) { first, _ in first }
    return slots.map { layers[$0.parameter.path]!.tensor($0.parameter.role)! }
  }
}

extension Layer {
  /// The parameter of a layer that has the role.
  func tensor(_ role: TrainableParameter.Role) -> Tensor? {
    switch (self, role) {
    case (.convolution(let layer), .weight): layer.weight
    case (.convolution(let layer), .bias): layer.bias
    case (.transposedConvolution(let layer), .weight): layer.weight
    case (.transposedConvolution(let layer), .bias): layer.bias
    case (.linear(let layer), .weight): layer.weight
    case (.linear(let layer), .bias): layer.bias
    case (.prelu(let slope), .slope): slope
    case (.normalization(let layer), .normalizationScale): layer.scale
    case (.normalization(let layer), .normalizationShift): layer.shift
    case (.batchNormalization(let layer), .normalizationScale): layer.scale
    case (.batchNormalization(let layer), .normalizationShift): layer.shift
    case (.batchNormalization(let layer), .runningMean): layer.mean
    case (.batchNormalization(let layer), .runningVariance): layer.variance
    default: nil
    }
  }

  mutating func set(_ role: TrainableParameter.Role, _ tensor: Tensor) {
    switch (self, role) {
    case (.convolution(var layer), .weight):
      layer.weight = tensor
      self = .convolution(layer)
    case (.convolution(var layer), .bias):
      layer.bias = tensor
      self = .convolution(layer)
    case (.transposedConvolution(var layer), .weight):
      layer.weight = tensor
      self = .transposedConvolution(layer)
    case (.transposedConvolution(var layer), .bias):
      layer.bias = tensor
      self = .transposedConvolution(layer)
    case (.linear(var layer), .weight):
      layer.weight = tensor
      self = .linear(layer)
    case (.linear(var layer), .bias):
      layer.bias = tensor
      self = .linear(layer)
    case (.prelu, .slope): self = .prelu(tensor)
    case (.normalization(var layer), .normalizationScale):
      layer.scale = tensor
      self = .normalization(layer)
    case (.normalization(var layer), .normalizationShift):
      layer.shift = tensor
      self = .normalization(layer)
    case (.batchNormalization(var layer), _):
      switch role {
      case .normalizationScale: layer.scale = tensor
      case .normalizationShift: layer.shift = tensor
      case .runningMean: layer.mean = tensor
      case .runningVariance: layer.variance = tensor
      default: break
      }
      self = .batchNormalization(layer)
    default: break
    }
  }
}
