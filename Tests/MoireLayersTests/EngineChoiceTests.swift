import MoireLayers
import MoireTensors
import Testing

/// Layers that run in a layout of their own, or as one step.
@Suite struct EngineChoiceTests {
  /// Convolutions by oneDNN's matrix kernels, with the channels innermost: alone, strided, dilated, and
  /// adding themselves to a shortcut. Sums of 576 products in another order: 3e-5 of the largest value
  /// allows for them as for the others.
  @Test func channelsInnermost() throws {
    var network = Network(name: "block", inputShape: [64, 9, 7])
    func convolution(_ seed: UInt64, _ stride: Int, _ dilation: Int) -> Layer {
      .convolution(
        Convolution(
          weight: random([64, 64, 3, 3], seed: seed), bias: random([64], seed: seed + 50),
          stride: HW(stride, stride), padding: Padding(integerLiteral: dilation),
          dilation: HW(dilation, dilation)))
    }
    let stem = network.append("stem", convolution(1, 1, 1))
    network.append("conv1", convolution(2, 1, 2))
    let branch = network.append("relu1", .activation(.relu))
    let conv2 = network.append("conv2", convolution(3, 1, 1), inputs: [branch])
    network.append("add", .add, inputs: [conv2, stem])
    network.append("relu2", .activation(.relu))
    network.append("down", convolution(4, 2, 1))
    try check(network, seed: 1)
    try checkEngine(network, batch: 2)
    let names = try CompiledNetwork(network).implementations.map(\.name)
    // Processors without those kernels keep to blocks.
    #expect(
      names.contains { $0.hasPrefix("brgconv") } || names.allSatisfy { !$0.contains("avx512") })
  }

  struct Winograd: Sendable {
    let channels: Int, size: HW, batch: Int, pays: Bool
  }

  static let winograd: [Winograd] = [
    Winograd(channels: 32, size: [14, 14], batch: 1, pays: true),
    Winograd(channels: 40, size: [15, 17], batch: 1, pays: true),
    Winograd(channels: 33, size: [28, 31], batch: 3, pays: true),
    Winograd(channels: 64, size: [14, 14], batch: 4, pays: true),
    Winograd(channels: 256, size: [8, 8], batch: 1, pays: true),
    Winograd(channels: 512, size: [6, 7], batch: 1, pays: true),
    Winograd(channels: 256, size: [7, 9], batch: 1, pays: false),
    Winograd(channels: 256, size: [8, 8], batch: 2, pays: false),
    Winograd(channels: 31, size: [14, 14], batch: 1, pays: false),
    Winograd(channels: 32, size: [13, 15], batch: 1, pays: false),
    Winograd(channels: 64, size: [13, 14], batch: 4, pays: false),
  ]

  /// Winograd's filtering where it pays, and just below: with a function, adding itself to a shortcut,
  /// with a last block that is not full. Its transforms cost a few units in the last
  /// place more than direct sums, which 3e-5 of the largest value allows for.
  @Test(arguments: winograd) func winogradsFiltering(_ c: Winograd) throws {
    var network = Network(name: "block", inputShape: [3, c.size.height, c.size.width])
    func convolution(_ inputs: Int) -> Layer {
      .convolution(
        Convolution(
          weight: random([c.channels, inputs, 3, 3], seed: UInt64(inputs)),
          bias: random([c.channels], seed: 50), padding: 1))
    }
    network.append("stem", convolution(3))
    let stem = network.append("relu1", .activation(.relu))
    network.append("conv1", convolution(c.channels))
    network.append("relu2", .activation(.relu))
    let branch = network.append(
      "conv2", convolution(c.channels))
    network.append("add", .add, inputs: [branch, stem])
    network.append("relu3", .activation(.relu))
    try check(network, seed: 1, batch: c.batch)
    let names = try CompiledNetwork(network, batch: c.batch).implementations.map(\.name)
    let count = names.count { $0.contains("wino") }
    #expect(count == (c.pays && names.contains { $0.contains("avx512") } ? 2 : 0), "\(names)")
  }

  /// So many weights that a few images wait for them: read where they stand, for any number of threads.
  @Test func manyWeights() throws {
    for (batch, bias) in [(1, true), (6, false), (9, true)] {
      var network = Network(name: "rows", inputShape: [1031])
      network.append(
        "fc",
        .linear(
          Linear(weight: random([1033, 1031], seed: 1), bias: bias ? random([1033], seed: 2) : nil))
      )
      network.append("clip", .activation(bias ? .clip(low: -3, high: 5) : .tanh))
      let compiled = try CompiledNetwork(network, batch: batch)
      #expect(compiled.implementations.contains { $0.name == "kernel:rows" } == (batch < 9))
      let input = random([batch, 1031], seed: 3)
      let expected = Oracle.run(network, input)[network.output]
      let got = try compiled.run(input)
      #expect(relativeError(got.values, expected.values) < 3e-5)
      #expect(try compiled.run(input, threads: 3) == got)
    }
  }

  /// Slices that follow each other, one for each axis or for both, are one step.
  @Test func subsamplesTogether() throws {
    for channels in [3, 16, 21] {
      var network = Network(name: "slices", inputShape: [channels, 23, 19])
      network.append("tanh", .activation(.tanh))
      network.append("rows", .subsample(stride: [2, 1], offset: [1, 0]))
      network.append("columns", .subsample(stride: [1, 3], offset: [0, 2]))
      network.append("both", .subsample(stride: [2, 2], offset: [1, 1]))
      try check(network, seed: 2)
      let steps = try CompiledNetwork(network).implementations.filter { $0.path == "rows" }
      #expect(steps.count == 1)
      #expect(try CompiledNetwork(network).implementations.allSatisfy { $0.path != "columns" })
    }
  }

  /// What steps take is told for each of them, and only matrix kernels and pools have a floor.
  @Test func profile() throws {
    var network = Network(name: "small", inputShape: [3, 8, 8])
    network.append(
      "conv", .convolution(Convolution(weight: random([16, 3, 3, 3], seed: 1), padding: 1)))
    network.append("pool", .pooling(Pooling(.max, kernel: 2, stride: 2)))
    network.append("flatten", .flatten)
    network.append("fc", .linear(Linear(weight: random([5, 256], seed: 2))))
    network.append("softmax", .softmax)
    let compiled = try CompiledNetwork(network)
    let floor = try compiled.floor(runs: 2)
    let timed = zip(compiled.implementations, floor.stepTimes).filter { $0.1 > 0 }.map(\.0.path)
    #expect(timed == ["conv", "pool", "fc"])
    let input = random([1, 3, 8, 8], seed: 3)
    let answer = try compiled.run(input)
    #expect(try compiled.stepTimes(input, runs: 2).allSatisfy { $0 > 0 && $0.isFinite })
    try floor.run(threads: 2)
    #expect(try compiled.run(input) == answer)
    #expect(throws: LayerError.self) {
      try compiled.stepTimes(random([1, 3, 8, 9], seed: 3), runs: 1)
    }
  }
}
