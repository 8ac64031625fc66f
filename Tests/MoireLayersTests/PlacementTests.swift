import MoireLayers
import MoireSpectral
import MoireTensors
import Testing

/// Concatenations whose parts are computed in place.
@Suite struct PlacementTests {
  /// A network with its last value, to be grown.
  struct Draft {
    var network: Network
    var seed: UInt64 = 0

    init(_ channels: Int, _ size: [Int] = [6, 5]) {
      network = Network(name: "placed", inputShape: [channels] + size)
    }

    mutating func convolution(_ input: Int, _ from: Int, _ to: Int, kernel: Int = 1) -> Int {
      seed += 1
      return network.append(
        "conv\(seed)",
        .convolution(
          Convolution(
            weight: random([to, from, kernel, kernel], seed: seed), padding: kernel == 3 ? 1 : 0)),
        inputs: [input])
    }

    mutating func normalized(_ input: Int, _ channels: Int, _ function: Activation?) throws -> Int {
      seed += 1
      let value = network.append(
        "norm\(seed)", .batchNormalization(try PointwiseTests.normalization(channels)),
        inputs: [input])
      guard let function else { return value }
      return network.append("act\(seed)", .activation(function), inputs: [value])
    }

    mutating func concatenation(_ inputs: [Int]) -> Int {
      seed += 1
      return network.append("cat\(seed)", .concatenate, inputs: inputs)
    }
  }

  /// The answer by definition for one image and three, no reference implementation, and so many steps
  /// that only move values.
  func check(
    _ network: Network, copies: [Int], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for (batch, expected) in zip([1, 3], copies) {
      try MoireLayersTests.check(
        network, seed: 5, batch: batch, sourceLocation: sourceLocation)
      try checkEngine(network, batch: batch, sourceLocation: sourceLocation)
      let names = try CompiledNetwork(network, batch: batch).implementations.map(\.name)
      let moves = names.filter {
        $0.contains("concat") || $0 == "kernel:copy" || $0 == "kernel:channels"
          || $0 == "simple:any"
      }
      #expect(moves.count == expected, "\(names)", sourceLocation: sourceLocation)
    }
  }

  /// Each layer reads what all before it have given, as torchvision writes it: every concatenation is a
  /// beginning of the last one. The last part does not fill its block.
  @Test func denseBlock() throws {
    var draft = Draft(16)
    var parts = [draft.convolution(0, 16, 32)]
    var channels = 32
    for growth in [16, 16, 5] {
      let all = parts.count == 1 ? parts[0] : draft.concatenation(parts)
      let reduced = draft.convolution(try draft.normalized(all, channels, .relu), channels, 20)
      parts.append(draft.convolution(reduced, 20, growth, kernel: 3))
      channels += growth
    }
    let all = draft.concatenation(parts)
    _ = draft.convolution(try draft.normalized(all, channels, .clip(low: -0.5, high: 1)), 69, 7)
    try check(draft.network, copies: [0, 4])
  }

  /// The same block as a chain of concatenations of two, followed by a pool and a sum.
  @Test func chain() throws {
    var draft = Draft(16)
    var value = draft.convolution(0, 16, 16)
    for channels in [16, 32, 48] {
      let part = draft.convolution(value, channels, 16, kernel: 3)
      value = draft.concatenation([value, part])
    }
    let pool = draft.network.append(
      "pool", .pooling(Pooling(.max, kernel: 3, stride: 1, padding: 1)), inputs: [value])
    draft.network.append("sum", .add, inputs: [pool, value])
    // The parts of three images are copied to their places, and the whole is read as it is; each
    // beginning is gathered for the convolution that reads it.
    try check(draft.network, copies: [0, 6])
  }

  /// One concatenation inside of another, not at its beginning; a part that is also read alone, by a
  /// function that must not write over it.
  @Test func nested() throws {
    var draft = Draft(16)
    let a = draft.convolution(0, 16, 16)
    let b = draft.network.append("tanh", .activation(.tanh), inputs: [a])
    let c = draft.convolution(0, 16, 32)
    let inner = draft.concatenation([b, c])
    let outer = draft.concatenation([a, inner])
    let relu = draft.network.append("relu", .activation(.relu), inputs: [inner])
    let wide = draft.convolution(relu, 48, 64)
    draft.network.append("sum", .add, inputs: [outer, wide])
    try MoireLayersTests.check(draft.network, seed: 6, batch: 1)
    try MoireLayersTests.check(draft.network, seed: 6, batch: 3)
  }

  /// What cannot be in two places, begin inside of a block, stand twice, or be the caller's input is copied.
  @Test func copied() throws {
    var draft = Draft(16)
    let a = draft.convolution(0, 16, 16)
    let b = draft.convolution(0, 16, 16)
    let c = draft.convolution(0, 16, 5)
    let both = draft.concatenation([a, b])
    let swapped = draft.concatenation([b, a])
    let twice = draft.concatenation([a, a, both])
    let odd = draft.concatenation([c, swapped, 0])
    _ = draft.concatenation([odd, twice])
    try MoireLayersTests.check(draft.network, seed: 7, batch: 1)
    try MoireLayersTests.check(draft.network, seed: 7, batch: 3)
  }

  /// A concatenation that is the answer, of maps that come from sampling sites and filters.
  @Test func sitesAndFilters() throws {
    var draft = Draft(16, [9, 8])
    let a = draft.convolution(0, 16, 16)
    let pool = draft.network.append(
      "pool", .pooling(Pooling(.max, kernel: 3, stride: 2, padding: 1)), inputs: [a])
    let blur = draft.network.append("blur", .blurPool(BlurPool(filterSize: 3)), inputs: [a])
    _ = draft.concatenation([pool, blur])
    try MoireLayersTests.check(draft.network, seed: 8, batch: 1)
    try MoireLayersTests.check(draft.network, seed: 8, batch: 2)
  }

  /// A normalisation alone, in front of the network's input too, in lanes that do not fill a block; a NaN
  /// goes through the rectifier.
  @Test func normalizations() throws {
    for channels in [1, 3, 16, 21] {
      for function: Activation? in [nil, .relu, .clip(low: -1, high: 0.25)] {
        var draft = Draft(channels, [5, 7])
        let value = try draft.normalized(0, channels, function)
        _ = try draft.normalized(draft.convolution(value, channels, 21), 21, .tanh)
        let inner = draft.convolution(value, channels, 18)
        let sum = draft.network.append(
          "scaled", .activation(.sigmoid), inputs: [inner])
        _ = try draft.normalized(sum, 18, function)
        try MoireLayersTests.check(draft.network, seed: 9)
        try checkEngine(draft.network, batch: 2)
      }
    }
    var network = Network(name: "nan", inputShape: [2, 1, 1])
    network.append("norm", .batchNormalization(try PointwiseTests.normalization(2)))
    network.append("relu", .activation(.relu))
    let input = try Tensor(shape: [1, 2, 1, 1], values: [.nan, 1])
    #expect(throws: LayerError.self) { try CompiledNetwork(network).run(input) }
  }
}
