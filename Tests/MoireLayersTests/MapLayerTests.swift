import MoireLayers
import MoireTensors
import Testing

/// A layer on a map of its own size, and behind a convolution that leaves it in blocks.
func checkLayer(
  _ layer: Layer, _ shape: [Int], batch: Int = 2, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  var alone = Network(name: "alone", inputShape: shape)
  alone.append("layer", layer)
  try check(alone, seed: 21, batch: batch, sourceLocation: sourceLocation)
  guard shape.count == 3 else { return }
  var inside = Network(name: "inside", inputShape: [3] + shape.dropFirst())
  inside.append("before", .convolution(Convolution(weight: random([shape[0], 3, 1, 1], seed: 1))))
  let value = inside.append("layer", layer)
  inside.append("relu", .activation(.relu), inputs: [value])
  try check(inside, seed: 22, batch: batch, sourceLocation: sourceLocation)
  try checkEngine(inside, batch: batch, sourceLocation: sourceLocation)
}

/// No step by the reference implementation, and the same bits for any number of threads.
func checkEngine(
  _ network: Network, batch: Int = 1, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let compiled = try CompiledNetwork(network, batch: batch)
  let slow = compiled.implementations.map(\.name).filter { $0.contains("ref") }
  #expect(slow.isEmpty, sourceLocation: sourceLocation)
  let input = random([batch] + network.inputShape, seed: 23)
  let one = try compiled.run(input, threads: 1)
  #expect(try compiled.run(input, threads: 2) == one, sourceLocation: sourceLocation)
  #expect(try compiled.run(input, threads: 5) == one, sourceLocation: sourceLocation)
}

func expectMismatch(
  _ layer: Layer, _ shape: [Int], _ reason: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  var network = Network(name: "bad", inputShape: shape)
  network.append("x", layer)
  #expect(
    throws: LayerError.incompatible(path: "x", reason: reason), sourceLocation: sourceLocation
  ) { try CompiledNetwork(network) }
}

@Suite struct NormalizationTests {
  static let kinds: [Normalization.Kind] = [
    .layer, .layerAll, .group(1), .group(4), .group(20), .instance,
  ]

  @Test(arguments: kinds) func matchesTheDefinition(_ kind: Normalization.Kind) throws {
    for shape in [[20, 7, 5], [20, 1, 9], [20, 1, 1], [40, 6, 11]] {
      let (scale, shift) = (random([shape[0]], seed: 1), random([shape[0]], seed: 2))
      try checkLayer(.normalization(Normalization(kind, epsilon: 1e-3)), shape, batch: 3)
      try checkLayer(
        .normalization(Normalization(kind, scale: scale, shift: shift)), shape, batch: 1)
      if kind != .instance {
        try checkLayer(.normalization(Normalization(kind, scale: scale)), [shape[0]])
      }
    }
  }

  @Test func groupsThatStraddleBlocks() throws {
    try checkLayer(.normalization(Normalization(.group(3))), [33, 5, 6])
    try checkLayer(.normalization(Normalization(.layer)), [3, 17, 3], batch: 3)
    try checkLayer(.normalization(Normalization(.layer)), [96, 14, 13])
  }

  /// A large mean beside a small deviation: the variance must not come from E x² − (E x)², which in
  /// single precision would lose all digits at 1000² beside 1. What is left is the rounding of the
  /// inputs, 1000·2⁻²⁴ = 6e-5.
  @Test func aLargeMeanCostsNoDigits() throws {
    for kind in Self.kinds {
      var network = Network(name: "mean", inputShape: [20, 6, 6])
      network.append("norm", .normalization(Normalization(kind)))
      var input = random([1, 20, 6, 6], seed: 4)
      for index in 0..<input.count { input[index] += 1000 }
      let got = try CompiledNetwork(network).run(input)
      #expect(relativeError(got.values, Oracle.run(network, input)[1].values) < 2e-4)
    }
  }

  @Test func refusesWhatDoesNotFit() {
    let four = Tensor.ones(4)
    expectMismatch(
      .normalization(Normalization(.layer, scale: four)), [5, 3, 3],
      "scale of shape [4], the input has 5 channels")
    expectMismatch(
      .normalization(Normalization(.layer, shift: four)), [5, 3, 3],
      "shift of shape [4], the input has 5 channels")
    expectMismatch(
      .normalization(Normalization(.group(2))), [5, 3, 3],
      "5 channels cannot be put into 2 equal groups")
    expectMismatch(
      .normalization(Normalization(.group(0))), [5, 3, 3],
      "5 channels cannot be put into 0 equal groups")
    expectMismatch(
      .normalization(Normalization(.instance)), [5],
      "instance normalisation takes a map [C, H, W], got shape [5]")
    expectMismatch(
      .normalization(Normalization(.layer, epsilon: -1)), [5, 3, 3],
      "epsilon -1.0 must not be negative")
  }

  /// ConvNeXt's block: depthwise 7×7, layer norm, two linear layers as 1×1 convolutions, layer scale.
  @Test func convNeXtBlock() throws {
    var network = Network(name: "convnext", inputShape: [3, 28, 24])
    network.append(
      "stem", .convolution(Convolution(weight: random([24, 3, 4, 4], seed: 1), stride: 4)))
    let x = network.append("stem.norm", .normalization(Normalization(.layer, epsilon: 1e-6)))
    network.append(
      "dw",
      .convolution(Convolution(weight: random([24, 1, 7, 7], seed: 2), padding: 3, groups: 24)))
    network.append(
      "norm", .normalization(Normalization(.layer, scale: random([24], seed: 3), epsilon: 1e-6)))
    network.append("up", .convolution(Convolution(weight: random([96, 24, 1, 1], seed: 4))))
    network.append("gelu", .activation(.gelu))
    network.append("down", .convolution(Convolution(weight: random([24, 96, 1, 1], seed: 5))))
    network.append("gamma", .batchNormalization(.scale(random([24], seed: 6))))
    network.append("add", .add, inputs: [x, network.output])
    try check(network, seed: 5)
    try checkEngine(network)
    let steps = try CompiledNetwork(network).implementations
    #expect(!steps.contains { $0.path == "gamma" }, "layer scale is folded into the convolution")
    #expect(try network.samplingSites().map(\.chain) == [[]])
  }
}

extension Tensor {
  static func ones(_ count: Int) -> Tensor {
    try! Tensor(shape: [count], values: [Float](repeating: 1, count: count))
  }
}

extension BatchNormalization {
  /// A factor for each channel.
  static func scale(_ factors: Tensor) -> BatchNormalization {
    let ones = Tensor.ones(factors.count)
    let zeros = try! Tensor(shape: factors.shape)
    return BatchNormalization(
      scale: factors, shift: zeros, mean: zeros, variance: ones, epsilon: 0)
  }
}
