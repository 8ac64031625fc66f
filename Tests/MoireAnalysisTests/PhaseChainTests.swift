import MoireAnalysis
import MoireLayers
import MoireTensors
import Synchronization
import Testing

/// The phase chain on a small network.
@Suite struct PhaseChainTests {
  /// Two strided convolutions and a max-pool, a softmax at the end.
  static func network(_ size: HW = 16, flattened: Bool = false) throws -> Network {
    var builder = NetworkBuilder(
      name: "small", inputShape: [3, size.height, size.width], weights: SeededWeights(seed: 3),
      border: .circular)
    try builder.convolution("conv1", channels: 12, kernel: 3, stride: 2, padding: 1, bias: true) {
      try $0.activation("relu1", .relu)
    }
    try builder.maxPool("pool", kernel: 3, stride: 2, padding: 1)
    try builder.convolution("conv2", channels: 20, kernel: 3, stride: 2, padding: 1, bias: true) {
      try $0.activation("relu2", .relu)
    }
    if flattened {
      try builder.append("flatten", .flatten)
    } else {
      try builder.globalAveragePool("mean")
    }
    try builder.linear("fc", outputs: 7)
    try builder.append("softmax", .softmax)
    return builder.network
  }

  static let input = PhaseTests.random([1, 3, 16, 16], seed: 9)

  @Test(arguments: [false, true]) func everyAnswerIsBruteForce(_ flattened: Bool) throws {
    let network = try Self.network(flattened: flattened)
    let chain = try PhaseChain(network, threads: 2)
    #expect(chain.levels.map(\.sites).prefix(3) == [["conv1"], ["pool"], ["conv2"]])
    #expect(chain.levels.map(\.cumulative) == (flattened ? [2, 4, 8, 16] : [2, 4, 8]))
    let steps = Mutex<[Int]>([])
    let answers = try chain.exhaustive(Self.input) { done, _ in steps.withLock { $0.append(done) } }
    #expect(steps.withLock { $0 } == Array(1...(flattened ? 256 : 64)))
    let shifts = (0..<256).map { HW($0 / 16, $0 % 16) }
    let brute = try ShiftBruteForce(network, batch: 5, threads: 2)
    let logits = try brute.logits(Self.input, shifts: shifts)
    let range = Double(logits.max()!) - Double(logits.min()!)
    for (index, shift) in shifts.enumerated() {
      let own = answers.logits(at: shift)
      let other = logits[index * 7..<(index + 1) * 7]
      // Rounding of sums in another order, relative to the range of logits.
      for (a, b) in zip(own, other) { #expect(abs(Double(a) - Double(b)) < 1e-5 * range) }
    }
    let certificate = answers.certificate
    let all = try brute.certificate(Self.input, shifts: shifts)
    #expect(!all.circular)
    #expect(certificate.represented == 256)
    #expect(certificate.prediction == all.prediction)
    #expect(certificate.changed == all.changed)
    #expect(abs(certificate.smallestMargin - all.smallestMargin) < 1e-5 * range)
  }

  @Test func theBoundsOfCost() throws {
    let chain = try PhaseChain(Self.network())
    // 12·3·9·8² ; 20·12·9·2² + 7·20.
    #expect(chain.multiplyAdds == [0, 20736, 0, 8780])
    #expect(chain.exhaustiveCost == 4 * 20736 + 64 * 8780)
    #expect(chain.cost(branching: [2, 2, 1]) == 2 * 20736 + 4 * 8780)
  }

  @Test func refusalsAreTyped() throws {
    var builder = NetworkBuilder(
      name: "zero", inputShape: [3, 16, 16], weights: SeededWeights(seed: 3))
    try builder.convolution("conv", channels: 4, kernel: 3, stride: 2, padding: 1)
    try builder.globalAveragePool("mean")
    let network = builder.network
    #expect(throws: PhaseChainObstacle.border(path: "conv")) { try PhaseChain(network) }
    let chain = try PhaseChain(network.circular().network)
    #expect(throws: LayerError.self) {
      try chain.exhaustive(PhaseTests.random([1, 3, 8, 8], seed: 1))
    }
    let broken = try Tensor(shape: [1, 3, 16, 16], repeating: .nan)
    #expect(throws: LayerError.self) { try chain.exhaustive(broken) }
  }

  /// A network of one stride keeps all of its variance at one level, and one without a stride has none.
  @Test func networksOfOneAndNoLevel() throws {
    var network = Network(name: "none", inputShape: [2, 6, 10])
    network.append("relu", .activation(.relu))
    network.append("pool", .globalPooling(.max))
    let input = PhaseTests.random([1, 2, 6, 10], seed: 2)
    let still = try PhaseChain(network)
    let answers = try still.exhaustive(input)
    #expect(answers.phases == 1)
    #expect(answers.certificate.represented == 60)
    #expect(answers.certificate.changed == 0)
    #expect(answers.decomposition(levels: still.levels).total == 0)
    let nothing = try still.estimate([input])
    #expect(nothing.mean.total.value == 0)
  }

  // MARK: Estimates

  @Test func allPhasesGiveTheExactShares() throws {
    let chain = try PhaseChain(Self.network())
    let exact = try chain.exhaustive(Self.input).decomposition(levels: chain.levels)
    let estimate = try chain.estimate([Self.input], budget: 1, seed: 4)
    #expect(estimate.nodes == [4, 16, 64])
    #expect(estimate.costFraction == 1)
    for level in 0..<3 {
      let share = estimate.images[0].shares[level]
      #expect(abs(share.value - exact.shares[level]) < 1e-5 * exact.total)
      #expect(try #require(share.high) - #require(share.low) < 1e-3 * exact.total)
    }
  }

  @Test func estimatesStayWithinTheirBudget() throws {
    let chain = try PhaseChain(Self.network())
    let inputs = (0..<3).map { PhaseTests.random([1, 3, 16, 16], seed: $0) }
    let estimate = try chain.estimate(inputs, budget: 0.4, seed: 1)
    #expect(estimate.costFraction <= 0.4)
    #expect(estimate.images.count == 3)
    #expect(estimate == (try chain.estimate(inputs, budget: 0.4, seed: 1)))
    #expect(estimate != (try chain.estimate(inputs, budget: 0.4, seed: 2)))
    for share in estimate.images.flatMap(\.shareFractions) + estimate.mean.shareFractions {
      let (low, high) = (try #require(share.low), try #require(share.high))
      #expect(low <= share.value && share.value <= high)
    }
    let least = try chain.estimate(inputs, budget: 0)
    #expect(least.nodes == [2, 3, 4])
  }
}
