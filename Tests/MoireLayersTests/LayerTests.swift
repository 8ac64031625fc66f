import MoireLayers
import MoireTensors
import Testing

/// Normal values in a tensor, the same for the same seed.
func random(_ shape: [Int], seed: UInt64, scale: Double = 1) -> Tensor {
  var generator = SeededGenerator(seed: seed)
  let values = (0..<shape.reduce(1, *)).map { _ in Float(generator.normal() * scale) }
  return try! Tensor(shape: shape, values: values)
}

/// The largest difference relative to the largest magnitude of the expected values.
func relativeError(_ got: [Float], _ expected: [Double]) -> Double {
  guard got.count == expected.count else { return .infinity }
  let scale = expected.map(abs).max() ?? 0
  let error = zip(got, expected).map { abs(Double($0) - $1) }.max() ?? 0
  return scale > 0 ? error / scale : error
}

/// Runs a network with the engine and by definition, plain and with all its sites dense.
///
/// Tolerance: sums of K terms in single precision err by about ε·√K relative to the largest value;
/// the largest K here is a few thousand, and layers follow each other: 64 ε√K < 3e-5 is ample while a
/// wrong tap or pad shows at 1e-2.
func check(
  _ network: Network, seed: UInt64, batch: Int = 2, tolerance: Double = 3e-5,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let input = random([batch] + network.inputShape, seed: seed)
  let expected = Oracle.run(network, input)
  let answer = expected[network.output]
  let plain = try CompiledNetwork(network, batch: batch)
  let got = try plain.run(input)
  #expect(got.shape == answer.shape, sourceLocation: sourceLocation)
  #expect(relativeError(got.values, answer.values) < tolerance, sourceLocation: sourceLocation)
  #expect(
    try plain.run(input) == got, "a second run gives the same bits", sourceLocation: sourceLocation)

  let sites = try network.samplingSites()
  guard !sites.isEmpty else { return }
  let dense = try CompiledNetwork(network, batch: batch, sites: sites)
  var finals: [Int: Tensor] = [:]
  let again = try dense.run(input) { map in
    if map.isFinal { finals[map.site] = map.tensor() }
  }
  #expect(relativeError(again.values, answer.values) < tolerance, sourceLocation: sourceLocation)
  for (index, site) in sites.enumerated() {
    let value = (site.chain.last ?? site.node) + 1
    let map = try #require(finals[index], sourceLocation: sourceLocation)
    #expect(
      map.shape == [batch, site.channels, site.denseSize.height, site.denseSize.width],
      sourceLocation: sourceLocation)
    let taken =
      site.operation == .polyphase
      ? Oracle.polyphase(
        site.stride, Oracle.Map(map), expected[network.nodes[site.node].inputs[1]])
      : Oracle.apply(.subsample(stride: site.stride, offset: 0), [Oracle.Map(map)])
    #expect(
      relativeError(taken.values.map(Float.init), expected[value].values) < tolerance,
      "every stride-th position of the dense map is the strided output",
      sourceLocation: sourceLocation)
  }
}

@Suite struct ConvolutionTests {
  struct Case: Sendable {
    var channels = 3, outputs = 8, kernel: HW = 3, stride: HW = 1, padding: Padding = 0
    var dilation: HW = 1, groups = 1, size: HW = [11, 9], bias = true
  }

  static let cases: [Case] = [
    Case(), Case(stride: 2, padding: 1),
    Case(padding: Padding(top: 0, left: 1, bottom: 2, right: 0)),
    Case(stride: 2, padding: Padding(top: 0, left: 0, bottom: 1, right: 1)),
    Case(kernel: [1, 5], stride: [2, 1], padding: Padding(left: 2, right: 2)),
    Case(channels: 16, outputs: 32, kernel: 1),
    Case(channels: 16, outputs: 32, kernel: 1, stride: 2),
    Case(channels: 24, outputs: 40, kernel: 3, stride: 2, padding: 1, size: [7, 14]),
    Case(channels: 32, outputs: 32, padding: 1, groups: 32),
    Case(channels: 24, outputs: 24, stride: 2, padding: 1, groups: 24),
    Case(channels: 24, outputs: 24, kernel: 5, stride: [3, 2], padding: 2, groups: 24),
    Case(channels: 12, outputs: 8, padding: 1, groups: 4),
    Case(channels: 64, outputs: 64, stride: 2, padding: 1, groups: 16),
    Case(channels: 16, outputs: 16, padding: 2, dilation: 2),
    // Where Winograd's filtering takes over: 32 channels and 14 x 14 positions, and just below.
    Case(channels: 32, outputs: 32, padding: 1, size: [14, 14]),
    Case(
      channels: 40, outputs: 33, padding: Padding(top: 1, left: 0, bottom: 0, right: 2),
      size: [15, 17]),
    Case(channels: 31, outputs: 32, padding: 1, size: [14, 14]),
    Case(channels: 32, outputs: 160, padding: 1, size: [28, 29], bias: false),
    Case(channels: 64, outputs: 64, stride: [1, 2], padding: 1, size: [14, 14]),
    Case(channels: 66, outputs: 64, size: [13, 20], bias: false),
    Case(channels: 64, outputs: 64, padding: 1, size: [13, 14]),
    Case(
      channels: 16, outputs: 16, stride: 2, padding: Padding(top: 3, left: 1, bottom: 3, right: 1),
      dilation: [3, 1]),
    Case(channels: 1, outputs: 10, kernel: 7, stride: 4, padding: 3, size: [29, 31], bias: false),
    Case(channels: 3, outputs: 16, kernel: 11, stride: 4, padding: 2, size: [35, 39]),
    Case(channels: 16, outputs: 16, kernel: 2, stride: 3, size: [8, 10]),
    Case(channels: 3, outputs: 5, kernel: 1, stride: 3, size: [1, 13]),
  ]

  @Test(arguments: cases) func matchesTheDefinition(_ c: Case) throws {
    var network = Network(name: "one", inputShape: [c.channels, c.size.height, c.size.width])
    let weight = random(
      [c.outputs, c.channels / c.groups, c.kernel.height, c.kernel.width], seed: 5)
    network.append(
      "conv",
      .convolution(
        Convolution(
          weight: weight, bias: c.bias ? random([c.outputs], seed: 6) : nil, stride: c.stride,
          padding: c.padding, dilation: c.dilation, groups: c.groups)))
    try check(network, seed: 7)
  }

  static let modes: [PaddingMode] = [.constant(1.5), .reflect, .replicate, .circular]

  @Test(arguments: modes) func paddingModes(_ mode: PaddingMode) throws {
    for (index, c) in Self.cases.enumerated() where !c.padding.isZero && c.channels < 64 {
      let weight = random(
        [c.outputs, c.channels / c.groups, c.kernel.height, c.kernel.width], seed: 5)
      let layer = Layer.convolution(
        Convolution(
          weight: weight, bias: random([c.outputs], seed: 6), stride: c.stride, padding: c.padding,
          dilation: c.dilation, groups: c.groups, paddingMode: mode))
      try checkLayer(
        layer, [c.channels, c.size.height, c.size.width], batch: index % 2 == 0 ? 1 : 3)
    }
  }

  /// On a circular grid whose size the stride divides, the dense map is the map at stride 1.
  @Test func theDenseMapOfACircularConvolutionIsCircular() throws {
    func network(_ stride: HW) -> Network {
      var network = Network(name: "circular", inputShape: [3, 12, 8])
      network.append(
        "conv",
        .convolution(
          Convolution(
            weight: random([20, 3, 3, 5], seed: 1), stride: stride,
            padding: Padding(top: 1, left: 2, bottom: 1, right: 2), paddingMode: .circular)))
      return network
    }
    let input = random([2, 3, 12, 8], seed: 2)
    let strided = network([3, 2])
    let dense = try CompiledNetwork(strided, batch: 2, sites: strided.samplingSites())
    var map: Tensor?
    _ = try dense.run(input) { map = $0.tensor() }
    #expect(try map == CompiledNetwork(network(1), batch: 2).run(input))
  }

  @Test func rejectsWrongShapes() throws {
    var network = Network(name: "bad", inputShape: [4, 8, 8])
    network.append("a", .convolution(Convolution(weight: random([8, 3, 3, 3], seed: 1))))
    #expect(
      throws: LayerError.incompatible(
        path: "a",
        reason: "weights [8, 3, 3, 3] in 1 groups need 3 input channels, the input has 4")
    ) { try network.valueShapes() }
    var large = Network(name: "bad", inputShape: [3, 2, 8])
    large.append("b", .convolution(Convolution(weight: random([8, 3, 3, 3], seed: 1))))
    #expect(throws: LayerError.self) { try CompiledNetwork(large) }
    let good = Network(name: "empty", inputShape: [3, 4, 4])
    #expect(throws: LayerError.input(expected: [3, 4, 4], got: [1, 3, 4, 5])) {
      try CompiledNetwork(good).run(Tensor(shape: [1, 3, 4, 5]))
    }
  }
}

@Suite struct PoolingTests {
  struct Case: Sendable {
    var kernel: HW = 2, stride: HW = 2, padding: Padding = 0, dilation: HW = 1, ceilMode = false
    var size: HW = [10, 13], channels = 20
  }

  static let cases: [Case] = [
    Case(), Case(kernel: 3, padding: 1), Case(kernel: 3, ceilMode: true),
    Case(kernel: 3, padding: 1, ceilMode: true, size: [9, 12]),
    Case(kernel: [3, 2], stride: [1, 2]), Case(stride: 1, padding: Padding(bottom: 1, right: 1)),
    Case(kernel: 2, stride: 3, size: [7, 8]), Case(kernel: 1, stride: 2, size: [7, 9]),
    Case(kernel: 2, stride: 3, ceilMode: true, size: [8, 10], channels: 3),
    Case(kernel: 5, stride: 4, padding: 2, size: [21, 1], channels: 1),
  ]

  @Test(arguments: cases) func matchesTheDefinition(_ c: Case) throws {
    let operations: [Pooling.Operation] = [
      .max, .average(includesPadding: true), .average(includesPadding: false),
    ]
    for operation in operations {
      var network = Network(name: "pool", inputShape: [c.channels, c.size.height, c.size.width])
      network.append(
        "pool",
        .pooling(
          Pooling(
            operation, kernel: c.kernel, stride: c.stride, padding: c.padding, dilation: c.dilation,
            ceilMode: c.ceilMode)))
      try check(network, seed: 3)
    }
  }

  @Test func maxPoolDilates() throws {
    var network = Network(name: "pool", inputShape: [16, 12, 13])
    network.append(
      "pool", .pooling(Pooling(.max, kernel: 3, stride: 2, padding: 1, dilation: [1, 2])))
    try check(network, seed: 3)
  }

  @Test func globalPools() throws {
    for operation in [Pooling.Operation.max, .average(includesPadding: false)] {
      var network = Network(name: "global", inputShape: [20, 7, 5])
      network.append("pool", .globalPooling(operation))
      network.append("flatten", .flatten)
      try check(network, seed: 4)
      #expect(try network.samplingSites().isEmpty)
    }
  }

  @Test func poolOverTheWholeMapIsNoSite() throws {
    var network = Network(name: "whole", inputShape: [4, 7, 7])
    network.append(
      "pool", .pooling(Pooling(.average(includesPadding: false), kernel: 7, stride: 7)))
    #expect(try network.samplingSites().isEmpty)
  }
}

@Suite struct PointwiseTests {
  static let activations: [Activation] = [
    .relu, .clip(low: -0.5, high: 1.5), .leakyRelu(slope: 0.2), .elu(alpha: 1.3), .sigmoid, .tanh,
    .silu, .hardSwish, .hardSigmoid(alpha: 0.2, beta: 0.4), .gelu, .geluTanh, .softplus, .mish,
    .selu, .celu(alpha: 1.7), .softsign, .thresholdedRelu(threshold: 0.7),
    .thresholdedRelu(threshold: -0.2), .abs, .exp, .power(2),
  ]

  @Test(arguments: activations) func activationAloneAndFused(_ activation: Activation) throws {
    var alone = Network(name: "alone", inputShape: [5, 6, 7])
    alone.append("act", .activation(activation))
    try check(alone, seed: 8)
    var fused = Network(name: "fused", inputShape: [5, 6, 7])
    fused.append(
      "conv",
      .convolution(Convolution(weight: random([20, 5, 3, 3], seed: 1), stride: 2, padding: 1)))
    fused.append("act", .activation(activation))
    try check(fused, seed: 8)
  }

  /// In blocks whose last one is not full, where oneDNN alone would take its reference.
  @Test(arguments: activations) func activationInBlocks(_ activation: Activation) throws {
    for channels in [20, 32] {
      var network = Network(name: "blocks", inputShape: [channels, 6, 7])
      network.append("pool", .pooling(Pooling(.max, kernel: 1, stride: 1)))
      let a = network.append("act", .activation(activation))
      // What the lanes behind the last channel hold would show in these sums.
      network.append(
        "conv", .convolution(Convolution(weight: random([8, channels, 3, 3], seed: 2))), inputs: [a]
      )
      try check(network, seed: 8)
      try checkEngine(network)
    }
  }

  @Test func functionsOfPositiveValues() throws {
    for activation in [Activation.log, .sqrt, .power(-1), .power(0.25)] {
      for channels in [20, 32] {
        var network = Network(name: "positive", inputShape: [channels, 6, 7])
        network.append("pool", .pooling(Pooling(.max, kernel: 1, stride: 1)))
        network.append("square", .activation(.power(2)))
        network.append("exp", .activation(.softplus))
        network.append("act", .activation(activation))
        try check(network, seed: 8)
        try checkEngine(network)
      }
    }
  }

  static func normalization(_ channels: Int) throws -> BatchNormalization {
    var variance = random([channels], seed: 13)
    for index in 0..<channels { variance[index] = abs(variance[index]) + 0.1 }
    return BatchNormalization(
      scale: random([channels], seed: 10), shift: random([channels], seed: 11),
      mean: random([channels], seed: 12), variance: variance, epsilon: 1e-3)
  }

  @Test func normalizationAloneAndFolded() throws {
    var alone = Network(name: "alone", inputShape: [5, 6, 7])
    alone.append("bn", .batchNormalization(try Self.normalization(5)))
    try check(alone, seed: 8)
    var folded = Network(name: "folded", inputShape: [5, 6, 7])
    folded.append(
      "conv", .convolution(Convolution(weight: random([20, 5, 3, 3], seed: 1), stride: 2)))
    folded.append("bn", .batchNormalization(try Self.normalization(20)))
    folded.append("relu", .activation(.relu))
    folded.append("bn2", .batchNormalization(try Self.normalization(20)))
    try check(folded, seed: 8)
    let site = try #require(try folded.samplingSites().first)
    #expect(site.chain == [1, 2, 3] && site.affinePrefix == 1)
  }

  @Test func paddings() throws {
    let modes: [PaddingMode] = [.constant(0), .constant(1.5), .reflect, .replicate, .circular]
    for mode in modes {
      for layers in [false, true] {
        var network = Network(name: "pad", inputShape: [3, 4, 3])
        if layers {
          network.append("conv", .convolution(Convolution(weight: random([20, 3, 1, 1], seed: 1))))
        }
        network.append("pad", .pad(Padding(top: 1, left: 7, bottom: 5, right: 2), mode))
        network.append(
          "next", .convolution(Convolution(weight: random([4, layers ? 20 : 3, 3, 3], seed: 2))))
        try check(network, seed: 9)
      }
    }
  }

  @Test func subsamples() throws {
    var network = Network(name: "slice", inputShape: [20, 9, 11])
    network.append("slice", .subsample(stride: [2, 3], offset: [1, 2]))
    try check(network, seed: 9)
  }

  @Test func softmaxConcatenateReshapeLinear() throws {
    var network = Network(name: "head", inputShape: [5, 4, 6])
    let a = network.append("a", .convolution(Convolution(weight: random([20, 5, 1, 1], seed: 1))))
    let b = network.append(
      "b", .pooling(Pooling(.max, kernel: 3, stride: 1, padding: 1)), inputs: [0])
    network.append("cat", .concatenate, inputs: [a, 0, b])
    network.append("flat", .reshape([30 * 24]))
    network.append(
      "fc",
      .linear(Linear(weight: random([17, 720], seed: 3, scale: 0.05), bias: random([17], seed: 4))))
    network.append("act", .activation(.relu))
    network.append("fc2", .linear(Linear(weight: random([6, 17], seed: 3))))
    network.append("softmax", .softmax)
    try check(network, seed: 5)
  }
}
