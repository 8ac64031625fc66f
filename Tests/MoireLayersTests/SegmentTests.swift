import MoireLayers
import MoireSpectral
import MoireTensors
import Testing

@Suite struct SegmentTests {
  static let networks: [Network] = [
    SegmentNetworks.residual(), SegmentNetworks.residual(size: HW(16, 40)),
    SegmentNetworks.uneven(), SegmentNetworks.branches(), SegmentNetworks.filtered(),
    SegmentNetworks.flattened(), SegmentNetworks.row(),
  ]

  /// x_d(n) = x(n + d), by its definition.
  static func rolled(_ x: Tensor, _ d: HW) -> Tensor {
    let (channels, height, width) = (x.shape[1], x.shape[2], x.shape[3])
    var values: [Float] = []
    for c in 0..<channels {
      for i in 0..<height {
        for j in 0..<width {
          values.append(
            x[(c * height + (i + d.height) % height) * width + (j + d.width) % width])
        }
      }
    }
    return try! Tensor(shape: x.shape, values: values)
  }

  static func digits(_ stride: HW) -> [HW] {
    (0..<stride.height).flatMap { row in (0..<stride.width).map { HW(row, $0) } }
  }

  /// The answers of an engine for all phases of one input.
  static func answers(_ engine: PhaseEngine, _ input: Tensor) throws -> [HW: [Float]] {
    var result: [HW: [Float]] = [:]
    try engine.run([input], phases: { level, _, _ in digits(engine.strides[level - 1]) }) {
      #expect(result[$0.shift] == nil, "every shift comes once")
      result[$0.shift] = Array($0.values)
    }
    return result
  }

  /// Every circular shift against the network run by definition on the shifted image in double
  /// precision. Tolerance as for layers: 64 ε √K < 3e-5 of the largest value.
  @Test(arguments: networks, [true, false]) func everyShiftIsAPhase(
    _ original: Network, _ isDense: Bool
  ) throws {
    let network = try original.circular().network
    let input = random([1] + network.inputShape, seed: 7)
    var options = PhaseEngine.Options()
    options.isDense = isDense
    let engine = try PhaseEngine(network, options: options)
    let total = engine.strides.reduce(HW(1, 1)) { HW($0.height * $1.height, $0.width * $1.width) }
    let answers = try Self.answers(engine, input)
    #expect(answers.count == total.area)
    // Shifts beyond the total stride too: a few of them, the definition is slow.
    let size = HW(network.inputShape[1], network.inputShape[2])
    for row in Swift.stride(from: 0, to: size.height, by: max(1, size.height / 6)) {
      for column in Swift.stride(from: 0, to: size.width, by: max(1, size.width / 7)) {
        let shifted = Self.rolled(input, HW(row, column))
        let expected = Oracle.run(network, shifted)[network.output].values
        let got = try #require(answers[HW(row % total.height, column % total.width)])
        #expect(
          relativeError(got, expected) < 3e-5,
          "\(network.name) shifted by \(row), \(column)")
      }
    }
  }

  /// Against the engine itself, which is fast enough for every circular shift.
  @Test(arguments: networks) func everyShiftMatchesBruteForce(_ original: Network) throws {
    let network = try original.circular().network
    let input = random([1] + network.inputShape, seed: 8)
    var options = PhaseEngine.Options()
    options.threads = 2
    let engine = try PhaseEngine(network, options: options)
    let answers = try Self.answers(engine, input)
    let total = engine.strides.reduce(HW(1, 1)) { HW($0.height * $1.height, $0.width * $1.width) }
    let compiled = try CompiledNetwork(network)
    for row in 0..<network.inputShape[1] {
      for column in 0..<network.inputShape[2] {
        let expected = try compiled.run(Self.rolled(input, HW(row, column))).values
        let got = try #require(answers[HW(row % total.height, column % total.width)])
        #expect(relativeError(got, expected.map(Double.init)) < 3e-5)
      }
    }
  }

  @Test func batchesChangeNothing() throws {
    let network = try SegmentNetworks.residual().circular().network
    let input = random([1] + network.inputShape, seed: 3)
    let expected = try Self.answers(PhaseEngine(network), input)
    for batches in [[1, 1, 1, 1], [2, 3, 5, 7], [1, 4, 16, 64]] {
      var options = PhaseEngine.Options()
      options.batches = batches
      let engine = try PhaseEngine(network, options: options)
      #expect(engine.batches == batches)
      let answers = try Self.answers(engine, input)
      for (shift, values) in answers {
        let reference = try #require(expected[shift]).map(Double.init)
        // The order of a sum may depend on the batch: rounding alone.
        #expect(relativeError(values, reference) < 1e-5)
      }
    }
  }

  @Test func levelsAreTheStepsOfTheCumulativeStride() throws {
    let residual = try PhaseEngine(SegmentNetworks.residual().circular().network)
    #expect(residual.strides == [2, 2, 2])
    #expect(residual.sites == [["stem"], ["maxpool"], ["conv1", "short"]])
    let uneven = try PhaseEngine(SegmentNetworks.uneven().circular().network)
    #expect(uneven.strides == [HW(2, 3), 3])
    #expect(uneven.sites == [["conv1"], ["mean"]])
    let branches = try PhaseEngine(SegmentNetworks.branches().circular().network)
    #expect(branches.sites == [["a1"], ["a2", "b", "c"]])
    let flattened = try PhaseEngine(SegmentNetworks.flattened().circular().network)
    #expect(flattened.strides == [2, 2, HW(3, 2)])
    #expect(flattened.sites == [["conv1"], ["max"], ["flatten"]])
  }

  @Test func severalInputsAndFewPhases() throws {
    let network = try SegmentNetworks.residual().circular().network
    let inputs = (0..<3).map { random([1] + network.inputShape, seed: 40 + UInt64($0)) }
    var options = PhaseEngine.Options()
    (options.isDense, options.branching, options.batches) = (false, [2, 1, 2], [2, 3, 3, 2])
    let engine = try PhaseEngine(network, options: options)
    var seen: [String] = []
    let compiled = try CompiledNetwork(network)
    try engine.run(
      inputs,
      phases: { level, image, shift in
        [[HW(0, 1), HW(1, 0)], [HW(1, 1)], [HW(0, 0), HW(image % 2, 1)]][level - 1]
      },
      onAnswer: { answer in
        seen.append("\(answer.image): \(answer.shift)")
        let expected = try compiled.run(Self.rolled(inputs[answer.image], answer.shift)).values
        #expect(relativeError(Array(answer.values), expected.map(Double.init)) < 1e-5)
      })
    #expect(seen.count == 12)
    #expect(Set(seen).count == 12)
    #expect(seen.contains("1: 6×7"))
  }

  @Test func multiplyAddsAddUp() throws {
    let network = try SegmentNetworks.residual().circular().network
    let whole = try Self.cost(network)
    var options = PhaseEngine.Options()
    options.isDense = false
    let strided = try PhaseEngine(network, options: options)
    #expect(strided.multiplyAdds.reduce(0, +) == whole)
    // Once at every position instead of once for every phase: the same for all phases together.
    let dense = try PhaseEngine(network)
    let all = { (engine: PhaseEngine) in
      zip(engine.multiplyAdds, [1, 4, 16, 64]).reduce(0) { $0 + $1.0 * $1.1 }
    }
    #expect(all(dense) == all(strided))
  }

  static func cost(_ network: Network) throws -> Int {
    let shapes = try network.valueShapes()
    return network.nodes.enumerated().reduce(0) { sum, item in
      sum
        + item.element.layer.multiplyAdds(
          input: shapes[item.element.inputs[0]], output: shapes[item.offset + 1])
    }
  }
}
