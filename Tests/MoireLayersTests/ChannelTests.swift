import MoireLayers
import MoireTensors
import Testing

@Suite struct ChannelTests {
  @Test func slices() throws {
    for range in [0..<16, 0..<5, 16..<40, 16..<32, 3..<19, 39..<40, 0..<40, 7..<38] {
      try checkLayer(.channels(range), [40, 5, 3], batch: 3)
      try checkLayer(.channels(range), [40])
    }
    try checkLayer(.channels(1..<2), [3, 1, 1], batch: 1)
  }

  @Test func shuffles() throws {
    for (channels, groups) in [(20, 2), (116, 2), (48, 3), (32, 8), (7, 7), (7, 1)] {
      try checkLayer(.shuffle(groups: groups), [channels, 3, 5], batch: 3)
    }
    try checkLayer(.shuffle(groups: 2), [58, 1, 1], batch: 1)
  }

  @Test func preluForEachChannelAndForAll() throws {
    for shape in [[20, 5, 7], [32, 4, 4], [3, 1, 1], [21]] {
      try checkLayer(.prelu(random([shape[0]], seed: 4)), shape, batch: 3)
      try checkLayer(.prelu(random([1], seed: 4)), shape, batch: 1)
    }
  }

  /// PReLU is a unary pointwise layer: it belongs to the chain of a site and has its own tap.
  @Test func preluIsPartOfTheChain() throws {
    var network = Network(name: "chain", inputShape: [3, 9, 10])
    network.append(
      "conv",
      .convolution(Convolution(weight: random([20, 3, 3, 3], seed: 1), stride: 2, padding: 1)))
    network.append("bn", .batchNormalization(try PointwiseTests.normalization(20)))
    network.append("prelu", .prelu(random([20], seed: 2)))
    network.append("softsign", .activation(.softsign))
    network.append("norm", .normalization(Normalization(.layer)))
    let site = try #require(try network.samplingSites().first)
    #expect(site.chain == [1, 2, 3] && site.affinePrefix == 1)
    try check(network, seed: 3)
    let compiled = try CompiledNetwork(network, sites: [site])
    var finals: [Bool] = []
    _ = try compiled.run(random([1, 3, 9, 10], seed: 4)) { finals.append($0.isFinal) }
    #expect(finals == [false, true])
  }

  /// ShuffleNet v2: split, a branch, concatenation, shuffle.
  @Test func shuffleUnit() throws {
    var network = Network(name: "shuffle", inputShape: [3, 12, 10])
    let x = network.append(
      "stem", .convolution(Convolution(weight: random([58, 3, 3, 3], seed: 1), padding: 1)))
    let left = network.append("left", .channels(0..<29), inputs: [x])
    let right = network.append("right", .channels(29..<58), inputs: [x])
    let branch = network.append(
      "conv", .convolution(Convolution(weight: random([29, 29, 1, 1], seed: 2))), inputs: [right])
    network.append("cat", .concatenate, inputs: [left, branch])
    network.append("shuffle", .shuffle(groups: 2))
    try check(network, seed: 3)
    try checkEngine(network, batch: 3)
  }

  @Test func refusesWhatDoesNotFit() {
    expectMismatch(
      .channels(3..<9), [8, 2, 2], "takes the channels 3..<9, the input has 0..<8")
    expectMismatch(
      .channels(2..<2), [8, 2, 2], "takes the channels 2..<2, the input has 0..<8")
    expectMismatch(
      .channels(-1..<2), [8], "takes the channels -1..<2, the input has 0..<8")
    expectMismatch(
      .shuffle(groups: 3), [8, 2, 2], "8 channels cannot be put into 3 equal groups")
    expectMismatch(
      .prelu(.ones(3)), [8, 2, 2], "a slope of shape [3] for 8 channels, need [8] or [1]")
  }
}

@Suite struct AdaptivePoolingTests {
  @Test func matchesTheDefinition() throws {
    let sizes: [(HW, HW)] = [
      ([7, 5], [3, 2]), ([7, 7], [7, 7]), ([6, 9], [2, 3]), ([3, 4], [7, 6]), ([13, 1], [4, 1]),
      ([10, 11], [1, 1]), ([1, 1], [2, 3]), ([8, 8], [4, 3]),
    ]
    for operation in [Pooling.Operation.max, .average(includesPadding: false)] {
      for (from, to) in sizes {
        try checkLayer(
          .adaptivePooling(operation, size: to), [20, from.height, from.width], batch: 3)
        try checkLayer(
          .adaptivePooling(operation, size: to), [16, from.height, from.width], batch: 1)
      }
    }
  }

  /// Bins of one size are the windows of a pool, and so a sampling site; others are not.
  @Test func equalBinsAreASite() throws {
    var network = Network(name: "a", inputShape: [4, 12, 8])
    let average = Pooling.Operation.average(includesPadding: false)
    network.append("pool", .adaptivePooling(average, size: [4, 4]))
    let site = try #require(try network.samplingSites().first)
    #expect(site.stride == [3, 2] && site.operation == .averagePool && site.phase == [1, 0.5])
    for size in [HW(5, 4), 1] {
      var other = Network(name: "b", inputShape: [4, 12, 8])
      other.append("pool", .adaptivePooling(average, size: size))
      #expect(try other.samplingSites().isEmpty)
    }
  }

  @Test func refusesAnEmptySize() {
    expectMismatch(
      .adaptivePooling(.max, size: [0, 2]), [4, 3, 3],
      "would give the empty shape [4, 0, 2]; the input is too small")
  }
}
