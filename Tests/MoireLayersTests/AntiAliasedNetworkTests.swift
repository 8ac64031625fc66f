import MoireLayers
import MoireSpectral
import MoireTensors
import Testing

/// Networks that are put together from anti-aliasing layers.
@Suite struct AntiAliasedNetworkTests {
  static func circular(_ inputs: Int, _ outputs: Int, seed: UInt64) -> Layer {
    .convolution(
      Convolution(
        weight: random([outputs, inputs, 3, 3], seed: seed, scale: 0.3), padding: 1,
        paddingMode: .circular))
  }

  private func rolled(_ map: Tensor, _ shift: HW) throws -> Tensor {
    let (height, width) = (map.shape[2], map.shape[3])
    var values: [Float] = []
    for plane in 0..<map.shape[0] * map.shape[1] {
      for i in 0..<height {
        for j in 0..<width {
          let from = (i + shift.height) % height * width + (j + shift.width) % width
          values.append(map[plane * height * width + from])
        }
      }
    }
    return try Tensor(shape: map.shape, values: values)
  }

  private func expectShiftInvariance(
    _ network: Network, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let compiled = try CompiledNetwork(network)
    let input = random([1] + network.inputShape, seed: 31)
    let answer = try compiled.run(input).values.map(Double.init)
    for shift: HW in [[1, 0], [0, 1], [1, 1], [2, 3], [5, 7], [3, 8]] {
      // The same sums in another order: rounding alone.
      let moved = try compiled.run(try rolled(input, shift))
      #expect(relativeError(moved.values, answer) < 1e-5, sourceLocation: sourceLocation)
    }
  }

  /// Two levels of adaptive polyphase sampling with circular padding: the pooled answer does not see
  /// a circular shift. With a fixed phase it does.
  @Test(arguments: Polyphase.Criterion.allCases)
  func adaptivePhasesDoNotSeeAShift(_ criterion: Polyphase.Criterion) throws {
    func network(adaptive: Bool) -> Network {
      var network = Network(name: "aps", inputShape: [3, 12, 24])
      for (level, stride) in [HW(2, 2), HW(3, 2)].enumerated() {
        network.append(
          "conv\(level)", Self.circular(level == 0 ? 3 : 20, 20, seed: UInt64(level + 1)))
        let map = network.append("silu\(level)", .activation(.silu))
        guard adaptive else {
          network.append("take", .subsample(stride: stride, offset: 0))
          continue
        }
        let phase = network.append(
          "decide\(level)",
          .polyphaseDecision(PolyphaseDecision(stride: stride, criterion: criterion)))
        network.append("take\(level)", .polyphase(stride: stride), inputs: [map, phase])
      }
      network.append("pool", .globalPooling(.average(includesPadding: false)))
      return network
    }
    try expectShiftInvariance(network(adaptive: true))
    let fixed = try CompiledNetwork(network(adaptive: false))
    let input = random([1, 3, 12, 24], seed: 31)
    let moved = try fixed.run(try rolled(input, [1, 1]))
    #expect(relativeError(moved.values, try fixed.run(input).values.map(Double.init)) > 1e-2)
  }

  /// The scores of learned polyphase sampling: one scorer for every phase.
  @Test func learnedPhasesDoNotSeeAShift() throws {
    var network = Network(name: "lps", inputShape: [3, 12, 24])
    let map = network.append("conv", Self.circular(3, 20, seed: 1))
    let phase = try network.appendPolyphaseScores("lps", stride: [2, 3]) { network, value in
      network.append("lps.conv1", Self.circular(20, 8, seed: 5), inputs: [value])
      network.append("lps.relu", .activation(.relu))
      return network.append("lps.conv2", Self.circular(8, 1, seed: 6))
    }
    network.append("take", .polyphase(stride: [2, 3]), inputs: [map, phase])
    network.append("pool", .globalPooling(.average(includesPadding: false)))
    try check(network, seed: 3)
    try expectShiftInvariance(network)
    // Back up to the phase that the scores have chosen, where the map stood.
    var up = network
    let small = up.nodes.count - 1
    up.append("up", .polyphaseUpsample(stride: [2, 3]), inputs: [small, phase])
    up.append("skip", .add, inputs: [up.output, map])
    try check(up, seed: 3)
    let compiled = try CompiledNetwork(up)
    let input = random([1] + up.inputShape, seed: 31)
    let expected = try rolled(compiled.run(input), [3, 8])
    let moved = try compiled.run(try rolled(input, [3, 8]))
    #expect(relativeError(moved.values, expected.values.map(Double.init)) < 1e-5)
  }

  @Test func scoresOfMapsThatAStrideDoesNotDivide() throws {
    var network = Network(name: "lps", inputShape: [5, 7, 9])
    let phase = try network.appendPolyphaseScores("lps") { network, value in
      network.append("lps.conv", Self.circular(5, 1, seed: 6), inputs: [value])
    }
    network.append("take", .polyphase(stride: 2), inputs: [0, phase])
    try check(network, seed: 3, batch: 3)
    #expect(
      throws: LayerError.incompatible(
        path: "bad", reason: "a stride is 1 … 32767 on each axis, got 0×2")
    ) { try network.appendPolyphaseScores("bad", stride: [0, 2]) { $1 } }
  }

  @Test func poolsAndConvolutionsWithABlur() throws {
    let convolution = Convolution(
      weight: random([24, 20, 3, 3], seed: 2, scale: 0.1), stride: 2, padding: 1)
    var network = Network(name: "zhang", inputShape: [20, 30, 26])
    network.appendMaxBlurPool("pool", kernel: 3, padding: 1, blur: BlurPool(filterSize: 3))
    network.appendBlurredConvolution(
      "last", convolution, normalization: try PointwiseTests.normalization(24))
    let value = network.appendBlurredConvolution(
      "first",
      Convolution(weight: random([16, 24, 1, 1], seed: 3, scale: 0.2)), activation: nil,
      blur: BlurPool(filterSize: 5), blursFirst: true)
    network.appendAverageBlurPool("mean", blur: BlurPool(.timm, filterSize: 3), input: value)
    try check(network, seed: 4)
    try checkEngine(network, batch: 3)
    let sites = try network.samplingSites()
    #expect(sites.map(\.path) == ["pool.blur", "last.blur", "first.blur", "mean.blur"])
    #expect(sites.allSatisfy { $0.operation == .blurPool })
    #expect(sites.map(\.cumulativeStride) == [2, 4, 8, 16])
  }

  /// A constant map comes out as the same constant from every filter whose padding does not darken.
  @Test func constantsStayConstant() throws {
    var layers: [Layer] = IdealLayerTests.edges.flatMap { edge -> [Layer] in
      [
        .idealPool(IdealPooling(stride: [2, 3], bandEdge: edge)),
        .spectralPool(SpectralPooling(size: [6, 11], bandEdge: edge)),
      ]
    }
    for filter in 2...7 {
      for padding: BorderMode in [.reflect, .replicate, .circular, .symmetric] {
        layers.append(
          .blurPool(BlurPool(filterSize: HW(filter, filter), stride: [2, 3], padding: padding)))
      }
    }
    for layer in layers {
      var network = Network(name: "constant", inputShape: [20, 9, 7])
      network.append("layer", layer)
      let input = try Tensor(shape: [1, 20, 9, 7], values: .init(repeating: 0.7, count: 1260))
      let answer = try CompiledNetwork(network).run(input)
      #expect(answer.values.allSatisfy { abs($0 - 0.7) < 1e-6 }, "\(layer)")
    }
  }

  /// Mean over the channels of each position, one variance for all of an image.
  @Test func aliasFreeLayerNorm() throws {
    var network = Network(name: "norm", inputShape: [20, 5, 7])
    let (scale, shift) = (random([20], seed: 1), random([20], seed: 2))
    try network.appendAliasFreeLayerNorm("norm", channels: 20, scale: scale, shift: shift)
    let input = random([3, 20, 5, 7], seed: 3)
    let got = try CompiledNetwork(network, batch: 3).run(input)
    let x = Oracle.Map(input)
    let centred = Oracle.map(x, [5, 7]) { n, c, i, j in
      x[n, c, i, j] - (0..<20).reduce(0) { $0 + x[n, $1, i, j] } / 20
    }
    let expected = Oracle.map(centred, [5, 7]) { n, c, i, j in
      let own = centred.values[n * 700..<(n + 1) * 700]
      let variance = own.reduce(0) { $0 + $1 * $1 } / 700
      return centred[n, c, i, j] / (variance + 1e-6).squareRoot() * Double(scale[c])
        + Double(shift[c])
    }
    #expect(relativeError(got.values, expected.values) < 1e-5)
    try checkEngine(network, batch: 3)
  }

  /// All of it stays in blocks: no reorder but at the two ends.
  @Test func layersRunInBlocks() throws {
    var network = Network(name: "blocks", inputShape: [3, 12, 12])
    network.append("conv", Self.circular(3, 32, seed: 1))
    network.append("blur", .blurPool(BlurPool(stride: 1)))
    let map = network.append("ideal", .idealPool(IdealPooling(stride: 2)))
    let phase = network.append("decide", .polyphaseDecision(PolyphaseDecision(stride: 3)))
    network.append("take", .polyphase(stride: 3), inputs: [map, phase])
    network.append("act", .filteredActivation(FilteredFunction(.gelu)))
    let steps = try CompiledNetwork(network).implementations
    let inner = steps.filter { !["conv", "(output)"].contains($0.path) }
    #expect(inner.allSatisfy { $0.name.hasPrefix("kernel:") }, "\(inner)")
    #expect(inner.count == 6)
  }
}
