public import MoireTensors

extension NetworkBuilder {
  /// The mean over windows that divide the map into `size` parts, nothing where the map has that size.
  ///
  /// - Throws: ``LayerError/incompatible(path:reason:)``.
  public mutating func adaptiveAveragePool(_ name: String, to size: HW) throws {
    guard try mapSize(for: name) != size else { return }
    try append(name, .adaptivePooling(.average(includesPadding: false), size: size))
  }

  /// A normalisation over the channels of each position, with `NAME.weight` and `NAME.bias`.
  ///
  /// - Throws: what the weight source throws.
  public mutating func layerNormalization(_ name: String, epsilon: Float = 1e-5) throws {
    let channels = [shape[0]]
    try append(
      name,
      .normalization(
        Normalization(
          .layer, scale: parameter(name + ".weight", shape: channels, .constant(1)),
          shift: parameter(name + ".bias", shape: channels, .constant(0)), epsilon: epsilon)))
  }

  /// A fully connected layer over the channels of each position: a 1×1 convolution whose weights are
  /// named and shaped as those of a fully connected layer, `[out, in]`.
  ///
  /// - Throws: ``LayerError/incompatible(path:reason:)``, and what the weight source throws.
  public mutating func channelLinear(_ name: String, outputs: Int) throws {
    _ = try mapSize(for: name)
    let shape = [outputs, shape[0]]
    let weight = try parameter(name + ".weight", shape: shape, scheme.linearWeight)
    try append(
      name,
      .convolution(
        Convolution(
          weight: weight.reshaped(shape + [1, 1]),
          bias: biasParameter(name, weight, scheme.linearBias))))
  }

  /// A factor for each channel, the parameter `NAME` of shape `[C, 1, 1]`.
  ///
  /// - Throws: ``LayerError/incompatible(path:reason:)``, and what the weight source throws.
  public mutating func channelScale(_ name: String, initially value: Float) throws {
    _ = try mapSize(for: name)
    let channels = shape[0]
    let scale = try parameter(name, shape: [channels, 1, 1], .constant(value)).reshaped([channels])
    let (zero, one) = (try Tensor(shape: [channels]), try Tensor(shape: [channels], repeating: 1))
    try append(
      name,
      .batchNormalization(
        BatchNormalization(scale: scale, shift: zero, mean: zero, variance: one, epsilon: 0)))
  }

  /// A transposed convolution that multiplies the sampling rate by `stride`, with `NAME.weight`
  /// (`[in, out, kh, kw]`) and `NAME.bias`.
  ///
  /// - Throws: ``LayerError/incompatible(path:reason:)``, and what the weight source throws.
  public mutating func transposedConvolution(
    _ name: String, channels: Int, kernel: HW, stride: HW, bias: Bool = true
  ) throws {
    _ = try mapSize(for: name)
    let weight = try parameter(
      name + ".weight", shape: [shape[0], channels, kernel.height, kernel.width],
      scheme.convolutionWeight)
    var layer = TransposedConvolution(weight: weight, stride: stride)
    if bias {
      // Fan-in as torch counts it for these weights: dimension 1 and the kernel.
      let fanIn = Double(max(1, channels * kernel.area))
      layer.bias = try parameter(
        name + ".bias", shape: [channels],
        scheme.convolutionBias ?? .uniform(bound: (1 / fanIn).squareRoot()))
    }
    try append(name, .transposedConvolution(layer))
  }
}
