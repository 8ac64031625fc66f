import MoireLayers
import MoireSpectral
import MoireTensors
import Testing

@Suite struct PolyphaseLayerTests {
  /// A map, its decision and what is made of both, with pointwise layers behind.
  static func network(_ shape: [Int], _ decision: PolyphaseDecision) -> Network {
    var network = Network(name: "polyphase", inputShape: [3] + shape.dropFirst())
    let map = network.append(
      "conv", .convolution(Convolution(weight: random([shape[0], 3, 1, 1], seed: 1))))
    let phase = network.append("decide", .polyphaseDecision(decision))
    network.append("take", .polyphase(stride: decision.stride), inputs: [map, phase])
    let small = network.append("relu", .activation(.relu))
    network.append("up", .polyphaseUpsample(stride: decision.stride), inputs: [small, phase])
    return network
  }

  @Test(arguments: Polyphase.Criterion.allCases)
  func matchesTheDefinition(_ criterion: Polyphase.Criterion) throws {
    let sizes: [HW] = [[12, 6], [9, 7], [1, 11], [2, 2], [1, 1]]
    for stride: HW in [1, 2, 3, [1, 2], [4, 3]] {
      for (index, size) in sizes.enumerated() {
        let channels = [1, 16, 20][index % 3]
        let decision = PolyphaseDecision(stride: stride, criterion: criterion)
        let network = Self.network([channels, size.height, size.width], decision)
        try check(network, seed: 5, batch: index % 2 == 0 ? 3 : 1)
        try checkEngine(network, batch: 3)
        try checkLayer(.polyphaseDecision(decision), [channels, size.height, size.width], batch: 3)
      }
    }
  }

  @Test func theLargestScoreDecides() throws {
    try checkLayer(.oneHotArgmax, [9], batch: 3)
    try checkLayer(.oneHotArgmax, [1], batch: 1)
    var network = Network(name: "ties", inputShape: [4])
    network.append("best", .oneHotArgmax)
    let compiled = try CompiledNetwork(network)
    let answer = try compiled.run(try Tensor(shape: [1, 4], values: [-2, 3, 3, 1]))
    #expect(answer.values == [0, 1, 0, 0])
  }

  /// The lanes behind the last channel are zeros and count for no criterion.
  @Test func emptyLanesDecideNothing() throws {
    var network = Network(name: "negative", inputShape: [3, 4, 4])
    network.append("exp", .activation(.exp))
    network.append(
      "negate",
      .convolution(
        Convolution(
          weight: try Tensor(
            shape: [3, 1, 1, 1], values: [-1, -2, -3]), groups: 3)))
    network.append(
      "decide", .polyphaseDecision(PolyphaseDecision(stride: 2, criterion: .nonAbsMax)))
    try check(network, seed: 3, batch: 3)
  }

  @Test func aMapThatIsNotFiniteIsNamed() throws {
    var network = Network(name: "broken", inputShape: [4, 4, 4])
    let map = network.append("log", .activation(.log))
    let phase = network.append("decide", .polyphaseDecision(PolyphaseDecision()))
    network.append("take", .polyphase(stride: 2), inputs: [map, phase])
    network.append("pool", .globalPooling(.average(includesPadding: false)))
    let compiled = try CompiledNetwork(network)
    #expect(throws: LayerError.notFinite(path: "layer log")) {
      try compiled.run(try Tensor(shape: [1, 4, 4, 4], values: .init(repeating: 0, count: 64)))
    }
  }

  /// A strided shortcut takes the phase of the branch; the site's dense map is its input.
  @Test func onePhaseForBlockAndShortcut() throws {
    var network = Network(name: "shared", inputShape: [3, 12, 8])
    let x = network.append(
      "stem", .convolution(Convolution(weight: random([16, 3, 1, 1], seed: 1))))
    let phase = network.append("decide", .polyphaseDecision(PolyphaseDecision()), inputs: [x])
    let a = network.append("a", .polyphase(stride: 2), inputs: [x, phase])
    network.append("a.conv", .convolution(Convolution(weight: random([20, 16, 1, 1], seed: 2))))
    let main = network.append("a.relu", .activation(.relu))
    let b = network.append("b", .polyphase(stride: 2), inputs: [x, phase])
    let short = network.append(
      "b.conv", .convolution(Convolution(weight: random([20, 16, 1, 1], seed: 3))), inputs: [b])
    network.append("sum", .add, inputs: [main, short])
    #expect(a != b)
    try check(network, seed: 4, batch: 3)
    try checkEngine(network, batch: 3)
    let sites = try network.samplingSites()
    #expect(sites.map(\.operation) == [.polyphase, .polyphase])
    #expect(sites.map(\.cumulativeStride) == [2, 2])
  }

  @Test func refusesWhatDoesNotFit() {
    expectMismatch(.polyphase(stride: 2), [3, 4, 4], "takes a map and a decision, got 1 inputs")
    expectMismatch(
      .polyphaseDecision(PolyphaseDecision(stride: [0, 2])), [3, 4, 4],
      "a stride is 1 … 32767 on each axis, got 0×2")
    expectMismatch(.oneHotArgmax, [3, 4, 4], "takes a vector [F], got shape [3, 4, 4]")
    expectMismatch(
      .idealPool(IdealPooling(stride: [2, -1])), [3, 4, 4],
      "a stride is 1 … 32767 on each axis, got 2×-1")
    expectMismatch(
      .spectralPool(SpectralPooling(size: [0, 4])), [3, 4, 4],
      "would give the empty shape [3, 0, 4]; the input is too small")
    expectMismatch(
      .filteredActivation(FilteredFunction(.relu, factor: 0)), [3, 4, 4],
      "the upsampling factor is 1 or more, got 0")
    expectMismatch(
      .filteredActivation(FilteredFunction(.polynomial([]))), [3, 4, 4],
      "a polynomial has 1 coefficient or more, got none")
    expectMismatch(
      .blurPool(BlurPool(.composer, filterSize: 4)), [3, 4, 4],
      "composer has no BlurPool of 4 taps at stride 2 for 4 samples: sizes must be 1 or more, timm"
        + " takes 2 taps or more, composer odd numbers of taps")
  }
}
