import MoireLayers
import MoireTensors
import Testing

/// Networks whose shifts are a chain of phases in part only: the rest runs for every shift.
@Suite struct SegmentPartTests {
  enum Example: String, CaseIterable, Sendable {
    /// A circular convolution, then one with zeros around.
    case zeros
    /// The same with a stride before the zeros.
    case strideThenZeros
    /// Zeros from the first layer on: nothing is shared.
    case onlyZeros
    /// Pads as nodes of their own, one of them for two readers.
    case pads
    /// A convolution without a border leaves a part of the circle, which a second one reads.
    case shrinking
    /// Down by a max-pool, up by a resize, joined with what stood before; the answer is a map.
    case ladder
    /// The answer is a map of the input's grid.
    case map
    /// A stride that does not divide the map.
    case remainder

    private static let twice = Layer.resize(
      Resize(.factors(height: 2, width: 2), mode: .bilinear))

    var network: Network {
      var network = Network(name: rawValue, inputShape: [3, 12, 8])
      func add(
        _ path: String, _ inputs: Int, _ outputs: Int, stride: HW = 1, padding: Padding = 1,
        mode: PaddingMode = .circular, from value: Int? = nil, seed: UInt64
      ) -> Int {
        let convolution = Convolution(
          weight: random([outputs, inputs, 3, 3], seed: seed, scale: 0.3),
          bias: random([outputs], seed: seed + 50, scale: 0.3), stride: stride, padding: padding,
          paddingMode: mode)
        let own = network.append(
          path, .convolution(convolution), inputs: [value ?? network.nodes.count])
        return network.append(path + ".relu", .activation(.relu), inputs: [own])
      }
      switch self {
      case .zeros:
        _ = add("a", 3, 10, seed: 1)
        _ = add("b", 10, 6, mode: .constant(0), seed: 2)
      case .strideThenZeros:
        _ = add("a", 3, 10, stride: 2, seed: 1)
        _ = add("b", 10, 6, mode: .constant(0), seed: 2)
      case .onlyZeros:
        _ = add("a", 3, 6, mode: .constant(0), seed: 1)
      case .pads:
        let first = add("a", 3, 10, seed: 1)
        let padded = network.append("pad", .pad(1, .circular), inputs: [first])
        let one = add("b", 10, 6, padding: 0, from: padded, seed: 2)
        let two = add("c", 10, 6, stride: 2, padding: 0, from: padded, seed: 3)
        let up = network.append("up", Self.twice, inputs: [two])
        network.append("sum", .add, inputs: [one, up])
        _ = add("d", 6, 6, seed: 4)
      case .shrinking:
        let whole = add("a", 3, 10, seed: 1)
        _ = add("b", 10, 6, padding: 0, from: whole, seed: 2)
        _ = add("c", 6, 6, mode: .constant(0), seed: 3)
      case .ladder:
        let top = add("a", 3, 6, seed: 1)
        network.append("down", .pooling(Pooling(.max, kernel: 2, stride: 2)))
        _ = add("b", 6, 6, seed: 2)
        let up = network.append("up", Self.twice)
        network.append("join", .concatenate, inputs: [top, up])
        _ = add("c", 12, 4, from: network.nodes.count, seed: 3)
        return network
      case .map:
        _ = add("a", 3, 17, seed: 1)
        return network
      case .remainder:
        _ = add("a", 3, 10, stride: 5, seed: 1)
      }
      network.append("mean", .globalPooling(.average(includesPadding: false)))
      network.append("flatten", .flatten)
      let channels = self == .remainder ? 10 : 6
      network.append(
        "fc", .linear(Linear(weight: random([5, channels], seed: 90), bias: random([5], seed: 91))))
      return network
    }

    /// How many levels there are behind the first phase.
    var levels: Int {
      switch self {
      case .strideThenZeros, .pads, .ladder: 2
      default: 1
      }
    }
  }

  /// Every circular shift against the network run on the shifted image.
  @Test(arguments: Example.allCases, [true, false]) func everyShift(
    _ example: Example, _ isDense: Bool
  ) throws {
    let network = example.network
    let input = random([1] + network.inputShape, seed: 7)
    var options = PhaseEngine.Options()
    (options.isDense, options.isPartial) = (isDense, true)
    let engine = try PhaseEngine(network, options: options)
    #expect(engine.strides.count == example.levels)
    let compiled = try CompiledNetwork(network)
    let total = engine.strides.reduce(1, *)
    #expect(engine.outputShape == Array(compiled.outputShape.dropFirst()))
    let answers = try SegmentTests.answers(engine, input)
    #expect(answers.count == total.area)
    for row in 0..<12 {
      for column in 0..<8 {
        let expected = try compiled.run(SegmentTests.rolled(input, HW(row, column))).values
        let got = try #require(answers[HW(row, column) % total])
        #expect(
          relativeError(got, expected.map(Double.init)) < 3e-5, "\(example) at \(row), \(column)")
      }
    }
  }

  /// What is shared, in multiply-adds.
  @Test func theSharedPart() throws {
    func costs(_ example: Example) throws -> [Int] {
      try PhaseEngine.multiplyAdds(of: example.network, partial: true)
    }
    let (first, head) = (96 * 10 * 27, 5 * 6)
    #expect(try costs(.zeros) == [first, 96 * 6 * 90 + head])
    #expect(try costs(.strideThenZeros) == [0, first / 4, 24 * 6 * 90 + head])
    #expect(try costs(.onlyZeros) == [0, 96 * 6 * 27 + head])
    #expect(try costs(.map) == [96 * 17 * 27, 0])
    #expect(try costs(.ladder) == [96 * 6 * 27, 24 * 6 * 54, 96 * 4 * 108])
    #expect(try costs(.shrinking)[0] == first)
  }

  /// Without the option each of them is refused.
  @Test(arguments: Example.allCases) func aWholeChainIsAskedForOtherwise(_ example: Example) {
    #expect(throws: PhaseChainObstacle.self) { try PhaseEngine(example.network) }
  }
}
