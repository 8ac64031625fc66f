public import MoireTensors

extension NetworkBuilder {
  /// A convolution with the parameters `NAME.weight` and `NAME.bias`.
  ///
  /// - Parameters:
  ///   - channels: how many maps it gives.
  ///   - role: what it is where it subsamples.
  ///   - chain: the normalisation and activation behind it; they come before a filter where the
  ///     network's downsampling has one.
  /// - Throws: ``LayerError/incompatible(path:reason:)``, and what the weight source throws.
  public mutating func convolution(
    _ name: String, channels: Int, kernel: HW, stride: HW = 1, padding: Padding = 0,
    dilation: HW = 1, groups: Int = 1, bias: Bool = false, role: DownsamplingRole = .convolution,
    then chain: (inout NetworkBuilder) throws -> Void = { _ in }
  ) throws {
    let inputs = try inputChannels(name, channels: channels, groups: groups, kernel: kernel)
    let weight = try parameter(
      name + ".weight", shape: [channels, inputs / groups, kernel.height, kernel.width],
      scheme.convolutionWeight)
    var layer = Convolution(weight: weight, dilation: dilation, groups: groups)
    if bias {
      layer.bias = try biasParameter(name, weight, scheme.convolutionBias)
    }
    let add = { (builder: inout NetworkBuilder, stride: HW) throws in
      var layer = layer
      layer.stride = stride
      layer.padding = padding
      layer.paddingMode = builder.border.mode
      try builder.append(name, .convolution(layer))
    }
    if stride == 1 {
      try add(&self, 1)
      try chain(&self)
    } else {
      try downsample(name, by: stride, role: role, operation: add, then: chain)
    }
  }

  /// A fully connected layer with the parameters `NAME.weight` and `NAME.bias`.
  ///
  /// - Throws: ``LayerError/incompatible(path:reason:)``, and what the weight source throws.
  public mutating func linear(_ name: String, outputs: Int, bias: Bool = true) throws {
    guard shape.count == 1, outputs > 0 else {
      throw LayerError.incompatible(
        path: path(name), reason: "\(outputs) outputs of an input of shape \(shape): need [F]")
    }
    let weight = try parameter(name + ".weight", shape: [outputs, shape[0]], scheme.linearWeight)
    var layer = Linear(weight: weight)
    if bias { layer.bias = try biasParameter(name, weight, scheme.linearBias) }
    try append(name, .linear(layer))
  }

  /// A batch normalisation with the parameters `NAME.weight`, `NAME.bias`, `NAME.running_mean` and
  /// `NAME.running_var`.
  ///
  /// - Throws: what the weight source throws.
  public mutating func batchNormalization(_ name: String, epsilon: Float = 1e-5) throws {
    let channels = [shape[0]]
    try append(
      name,
      .batchNormalization(
        BatchNormalization(
          scale: parameter(name + ".weight", shape: channels, .constant(1)),
          shift: parameter(name + ".bias", shape: channels, .constant(0)),
          mean: parameter(name + ".running_mean", shape: channels, .constant(0)),
          variance: parameter(name + ".running_var", shape: channels, .constant(1)),
          epsilon: epsilon)))
  }

  public mutating func activation(_ name: String, _ function: Activation) throws {
    try append(name, .activation(function))
  }

  /// The largest value of each window; padding never wins.
  ///
  /// - Throws: ``LayerError/incompatible(path:reason:)``.
  public mutating func maxPool(
    _ name: String, kernel: HW, stride: HW, padding: Padding = 0, ceilMode: Bool = false
  ) throws {
    try pool(
      name, Pooling(.max, kernel: kernel, stride: stride, padding: padding, ceilMode: ceilMode),
      .maxPool)
  }

  /// The mean of each window without padding.
  ///
  /// - Throws: ``LayerError/incompatible(path:reason:)``.
  public mutating func averagePool(_ name: String, kernel: HW, stride: HW) throws {
    try pool(
      name, Pooling(.average(includesPadding: false), kernel: kernel, stride: stride), .averagePool)
  }

  private mutating func pool(
    _ name: String, _ layer: Pooling, _ role: DownsamplingRole
  ) throws {
    let add = { (builder: inout NetworkBuilder, stride: HW) throws in
      var layer = layer
      layer.stride = stride
      try builder.borderPool(name, &layer)
      try builder.append(name, .pooling(layer))
    }
    if layer.stride == 1 {
      try add(&self, 1)
    } else {
      try downsample(name, by: layer.stride, role: role, operation: add)
    }
  }

  /// The mean over each map, `[C, H, W]` → `[C]`.
  public mutating func globalAveragePool(_ name: String) throws {
    try append(name, .globalPooling(.average(includesPadding: false)))
    try append(name + ".flatten", .flatten)
  }

  // MARK: Parameters

  private func inputChannels(
    _ name: String, channels: Int, groups: Int, kernel: HW
  ) throws -> Int {
    _ = try mapSize(for: name)
    guard groups > 0, channels > 0, shape[0] % groups == 0, channels % groups == 0 else {
      throw LayerError.incompatible(
        path: path(name),
        reason: "\(groups) groups must divide its \(shape[0]) input and \(channels) output channels"
      )
    }
    guard kernel.height > 0, kernel.width > 0 else {
      throw LayerError.incompatible(path: path(name), reason: "a kernel of \(kernel) is empty")
    }
    return shape[0]
  }

  mutating func biasParameter(
    _ name: String, _ weight: Tensor, _ initializer: Initializer?
  ) throws -> Tensor {
    let fanIn = Double(weight.count / weight.shape[0])
    return try parameter(
      name + ".bias", shape: [weight.shape[0]],
      initializer ?? .uniform(bound: (1 / fanIn).squareRoot()))
  }
}
