import MoireLayers
import MoireTensors
import Testing

@Suite struct NetworkTests {
  static func convolution(
    _ channels: Int, _ outputs: Int, kernel: Int = 3, stride: HW = 1, groups: Int = 1, seed: UInt64
  ) -> Layer {
    .convolution(
      Convolution(
        weight: random([outputs, channels / groups, kernel, kernel], seed: seed, scale: 0.2),
        bias: random([outputs], seed: seed + 1), stride: stride,
        padding: Padding(top: kernel / 2, left: kernel / 2, bottom: kernel / 2, right: kernel / 2),
        groups: groups))
  }

  /// A stem, a block with a strided shortcut, one with an identity, a head.
  static func residual() -> Network {
    var network = Network(name: "residual", inputShape: [3, 22, 26])
    network.append("stem", convolution(3, 24, stride: 2, seed: 1))
    let x = network.append("relu", .activation(.relu))
    network.append("block1.conv1", convolution(24, 40, stride: 2, seed: 2), inputs: [x])
    network.append("block1.relu", .activation(.relu))
    let main = network.append("block1.conv2", convolution(40, 40, seed: 3))
    let short = network.append(
      "block1.downsample", convolution(24, 40, kernel: 1, stride: 2, seed: 4), inputs: [x])
    network.append("block1.add", .add, inputs: [main, short])
    let y = network.append("block1.relu2", .activation(.relu))
    network.append("block2.conv1", convolution(40, 40, groups: 40, seed: 5), inputs: [y])
    network.append("block2.relu", .activation(.clip(low: 0, high: 6)))
    let z = network.append("block2.conv2", convolution(40, 40, kernel: 1, seed: 6))
    let sum = network.append("block2.add", .add, inputs: [y, z])
    network.append("se.pool", .globalPooling(.average(includesPadding: false)))
    network.append("se.conv", convolution(40, 40, kernel: 1, seed: 7))
    let gate = network.append("se.gate", .activation(.sigmoid))
    network.append("se.scale", .multiply, inputs: [gate, sum])
    network.append("maxpool", .pooling(Pooling(.max, kernel: 3, stride: 2, padding: 1)))
    network.append("pool", .globalPooling(.average(includesPadding: false)))
    network.append("flatten", .flatten)
    network.append(
      "fc", .linear(Linear(weight: random([10, 40], seed: 8), bias: random([10], seed: 9))))
    return network
  }

  @Test func residualNetworkMatchesTheDefinition() throws {
    let network = Self.residual()
    try check(network, seed: 2)
    try check(network, seed: 3, batch: 1)
    try check(network, seed: 3, batch: 5)
  }

  @Test func aConvolutionNeverWritesOverWhatItReads() throws {
    var network = Network(name: "self", inputShape: [3, 8, 8])
    let x = network.append("a", Self.convolution(3, 16, seed: 1))
    let y = network.append("b", Self.convolution(16, 16, seed: 2), inputs: [x])
    let z = network.append("add", .add, inputs: [x, y])
    network.append("c", Self.convolution(16, 16, seed: 3), inputs: [z])
    let late = network.append("add2", .add, inputs: [z, network.output])
    network.append("add3", .add, inputs: [late, late])
    try check(network, seed: 1)
  }

  @Test func sitesAreFoundAndNamed() throws {
    let sites = try Self.residual().samplingSites()
    #expect(sites.map(\.path) == ["stem", "block1.conv1", "block1.downsample", "maxpool"])
    #expect(sites.map(\.operation) == [.convolution, .convolution, .convolution, .maxPool])
    #expect(sites.map(\.denseSize) == [[22, 26], [12, 14], [12, 14], [6, 8]])
    #expect(sites.map(\.outputSize) == [[11, 13], [6, 7], [6, 7], [3, 4]])
    #expect(sites.map(\.cumulativeStride) == [2, 4, 4, 8])
    #expect(sites.map(\.chain) == [[1], [3], [], []])
    #expect(sites.allSatisfy { $0.phase == [0, 0] })
  }

  @Test func noStepFallsBackToTheReferenceImplementation() throws {
    let network = Self.residual()
    for sites in [[], try network.samplingSites()] {
      let compiled = try CompiledNetwork(network, sites: sites)
      #expect(compiled.implementations.filter { $0.name.hasPrefix("ref") }.isEmpty)
    }
  }

  @Test func sameBitsForOneAndTwoThreads() throws {
    let network = Self.residual()
    let input = random([1] + network.inputShape, seed: 4)
    let compiled = try CompiledNetwork(network)
    #expect(try compiled.run(input, threads: 1) == compiled.run(input, threads: 2))
  }

  @Test func theFirstLayerThatIsNotFiniteIsNamed() throws {
    var network = Network(name: "nan", inputShape: [3, 8, 8])
    network.append("fine", Self.convolution(3, 16, seed: 1))
    var broken = Convolution(weight: random([4, 16, 1, 1], seed: 2))
    broken.weight[5] = .infinity
    network.append("broken", .convolution(broken))
    network.append("after", Self.convolution(4, 4, seed: 3))
    let compiled = try CompiledNetwork(network)
    #expect(throws: LayerError.notFinite(path: "layer broken")) {
      try compiled.run(random([1, 3, 8, 8], seed: 1))
    }
    var input = random([1, 3, 8, 8], seed: 1)
    input[3] = .nan
    #expect(throws: LayerError.notFinite(path: "the input")) { try compiled.run(input) }
  }

  @Test func preactivationComesBeforeTheActivation() throws {
    var network = Network(name: "tap", inputShape: [3, 9, 9])
    network.append("conv", Self.convolution(3, 20, stride: 2, seed: 1))
    network.append("bn", .batchNormalization(try PointwiseTests.normalization(20)))
    network.append("relu", .activation(.relu))
    let input = random([1, 3, 9, 9], seed: 2)
    let compiled = try CompiledNetwork(network, sites: network.samplingSites())
    var maps: [Tensor] = []
    _ = try compiled.run(input) { maps.append($0.tensor()) }
    #expect(maps.count == 2)
    #expect(maps[0].shape == [1, 20, 10, 10] && maps[0].values.contains { $0 < 0 })
    #expect(zip(maps[0].values, maps[1].values).allSatisfy { max($0, 0) == $1 })
  }
}
