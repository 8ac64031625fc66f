import MoireLayers
import MoireTensors
import Testing

@testable import MoireModels

@Suite struct PointwiseTests {
  @Test(
    arguments: [
      ("Relu", Activation.relu), ("Sigmoid", .sigmoid), ("Tanh", .tanh), ("Softplus", .softplus),
      ("HardSwish", .hardSwish), ("Mish", .mish), ("Gelu", .gelu), ("Elu", .elu(alpha: 1)),
      ("LeakyRelu", .leakyRelu(slope: 0.01)), ("HardSigmoid", .hardSigmoid(alpha: 0.2, beta: 0.5)),
    ])
  func activations(name: String, activation: Activation) throws {
    #expect(try ModelBuilder.single(name, opset: 20).layers() == [.activation(activation)])
  }

  @Test func attributesOfActivations() throws {
    func only(_ name: String, _ attributes: [String: ModelBuilder.Attribute]) throws -> Layer? {
      try ModelBuilder.single(name, opset: 20, attributes).layers().first
    }
    #expect(try only("LeakyRelu", ["alpha": .float(0.5)]) == .activation(.leakyRelu(slope: 0.5)))
    #expect(try only("Elu", ["alpha": .float(2)]) == .activation(.elu(alpha: 2)))
    #expect(
      try only("HardSigmoid", ["alpha": .float(0.25), "beta": .float(0)])
        == .activation(.hardSigmoid(alpha: 0.25, beta: 0)))
    #expect(try only("Gelu", ["approximate": .string("tanh")]) == .activation(.geluTanh))
  }

  @Test func clipBounds() throws {
    let most = Float.greatestFiniteMagnitude
    func clip(_ low: Float?, _ high: Float?) throws -> Layer? {
      var builder = ModelBuilder()
      if let low { builder.floats("low", [], [low]) }
      if let high { builder.floats("high", [1], [high]) }
      builder.node("Clip", ["x", low == nil ? "" : "low"] + (high == nil ? [] : ["high"]))
      return try builder.layers().first
    }
    #expect(try clip(0, 6) == .activation(.clip(low: 0, high: 6)))
    #expect(try clip(0, nil) == .activation(.relu))
    #expect(try clip(0, .infinity) == .activation(.relu))
    #expect(try clip(nil, 1) == .activation(.clip(low: -most, high: 1)))
    let old = ModelBuilder.single("Clip", opset: 10, ["min": .float(-1), "max": .float(1)])
    #expect(try old.layers() == [.activation(.clip(low: -1, high: 1))])
    #expect(throws: ModelError.self) { try clip(2, 1) }
    #expect(throws: ModelError.self) { try clip(.nan, 1) }
  }

  /// y = factor·x + offset of the only layer.
  private func affine(
    _ operation: String, _ inputs: [String], _ shape: [Int], _ values: [Float]
  ) throws -> BatchNormalization? {
    var builder = ModelBuilder()
    builder.floats("c", shape, values)
    builder.node(operation, inputs)
    guard case .batchNormalization(let layer)? = try builder.layers().first else { return nil }
    #expect(layer.mean.values == [0, 0] && layer.variance.values == [1, 1] && layer.epsilon == 0)
    return layer
  }

  @Test func constantsBecomeExactAffines() throws {
    let sum = try #require(try affine("Add", ["x", "c"], [2, 1, 1], [3, 5]))
    #expect(sum.scale.values == [1, 1] && sum.shift.values == [3, 5])
    let difference = try #require(try affine("Sub", ["x", "c"], [], [3]))
    #expect(difference.scale.values == [1, 1] && difference.shift.values == [-3, -3])
    let reversed = try #require(try affine("Sub", ["c", "x"], [1], [3]))
    #expect(reversed.scale.values == [-1, -1] && reversed.shift.values == [3, 3])
    let product = try #require(try affine("Mul", ["c", "x"], [1, 2, 1, 1], [3, 5]))
    #expect(product.scale.values == [3, 5] && product.shift.values == [0, 0])
    let quotient = try #require(try affine("Div", ["x", "c"], [2, 1, 1], [4, 0.5]))
    #expect(quotient.scale.values == [0.25, 2])
  }

  /// A constant with values of its own for rows and columns, in an order that the map has not.
  @Test func constantsOverPositions() throws {
    for (shape, transposed) in [
      ([6, 8], false), ([8], false), ([2, 6, 1], false), ([6, 8, 1], true),
    ] {
      var builder = ModelBuilder()
      let count = shape.reduce(1, *)
      builder.floats("c", shape, (0..<count).map { Float($0 + 1) })
      if transposed {
        builder.node("Transpose", ["x"], ["t"], ["perm": .ints([0, 2, 3, 1])])
        builder.node("Mul", ["t", "c"], ["m"])
        builder.node("Transpose", ["m"], ["perm": .ints([0, 3, 1, 2])])
      } else {
        builder.node("Mul", ["c", "x"])
      }
      let network = try builder.network()
      let input = LayerCases.random([2, 2, 6, 8], seed: 4)
      let answer = try CompiledNetwork(network, batch: 2).run(input)
      let expected = input.values.indices.map { index -> Float in
        let (c, i, j) = (index / 48 % 2, index / 8 % 6, index % 8)
        let number =
          switch shape {
          case [8]: j
          case [2, 6, 1]: c * 6 + i
          default: i * 8 + j
          }
        return input[index] * Float(number + 1)
      }
      #expect(answer.values == expected)
    }
  }

  @Test func constantsThatAreNoAffineAreRefused() {
    func failure(_ operation: String, _ inputs: [String], _ shape: [Int]) -> String {
      var builder = ModelBuilder()
      builder.floats("c", shape, [Float](repeating: 2, count: shape.reduce(1, *)))
      builder.node(operation, inputs, name: "n")
      return builder.failure()
    }
    #expect(failure("Add", ["x", "c"], [6, 7]).contains("[6, 7]"))
    #expect(failure("Add", ["x", "c"], [7]).contains("[7]"))
    #expect(failure("Mul", ["x", "c"], [3, 1, 1]).contains("[3, 1, 1]"))
    #expect(failure("Mul", ["x", "c"], [1, 1, 2, 1, 1]).contains("[1, 1, 2, 1, 1]"))
    var zero = ModelBuilder()
    zero.floats("c", [], [0])
    zero.node("Div", ["x", "c"])
    #expect(zero.failure().contains("must be finite"))
  }

  @Test func twoValues() throws {
    var builder = ModelBuilder()
    builder.node("Relu", ["x"], ["a"])
    builder.node("GlobalAveragePool", ["a"], ["g"])
    builder.node("Mul", ["a", "g"], ["m"])
    builder.node("Add", ["m", "x"], ["s"])
    builder.node("Sum", ["s", "x", "a"])
    let network = try builder.network()
    #expect(network.nodes.map(\.inputs) == [[0], [1], [1, 2], [3, 0], [4, 0], [5, 1]])
    #expect(network.nodes[2].layer == .multiply)
    #expect(network.nodes.suffix(3).allSatisfy { $0.layer == .add })
    #expect(network.output == 6)
  }

  /// Each graph, written as an exporter does, is one activation of the input.
  @Test func patterns() throws {
    func layers(_ build: (inout ModelBuilder) -> Void) throws -> [Layer] {
      var builder = ModelBuilder()
      for (name, value) in [
        ("half", 0.5), ("one", 1), ("three", 3), ("six", 6), ("zero", 0), ("root", 1.4142135),
        ("sixth", 0.16666667),
      ] as [(String, Float)] { builder.floats(name, [], [value]) }
      build(&builder)
      return try builder.layers()
    }
    func gate(_ builder: inout ModelBuilder) {
      builder.node("Div", ["x", "root"], ["a"])
      builder.node("Erf", ["a"], ["b"])
      builder.node("Add", ["b", "one"], ["g"])
    }
    let silu = try layers {
      $0.node("Sigmoid", ["x"], ["s"])
      $0.node("Mul", ["s", "x"])
    }
    #expect(silu == [.activation(.silu)])
    let mish = try layers {
      $0.node("Softplus", ["x"], ["s"])
      $0.node("Tanh", ["s"], ["t"])
      $0.node("Mul", ["x", "t"])
    }
    #expect(mish == [.activation(.mish)])
    let hardSwish = try layers {
      $0.node("HardSigmoid", ["x"], ["s"], ["alpha": .float(1 / 6)])
      $0.node("Mul", ["x", "s"])
    }
    #expect(hardSwish == [.activation(.hardSwish)])
    let clipped = try layers {
      $0.node("Add", ["x", "three"], ["a"])
      $0.node("Clip", ["a", "zero", "six"], ["b"])
      $0.node("Mul", ["x", "b"], ["c"])
      $0.node("Div", ["c", "six"])
    }
    #expect(clipped == [.activation(.hardSwish)])
    let early = try layers {
      $0.node("Add", ["x", "three"], ["a"])
      $0.node("Clip", ["a", "zero", "six"], ["b"])
      $0.node("Mul", ["b", "sixth"], ["c"])
      $0.node("Mul", ["x", "c"])
    }
    #expect(early == [.activation(.hardSwish)])
    let gelu = try layers {
      gate(&$0)
      $0.node("Mul", ["x", "g"], ["m"])
      $0.node("Mul", ["m", "half"])
    }
    #expect(gelu == [.activation(.gelu)])
    let halfFirst = try layers {
      gate(&$0)
      $0.node("Mul", ["x", "half"], ["h"])
      $0.node("Mul", ["h", "g"])
    }
    #expect(halfFirst == [.activation(.gelu)])
    let halfGate = try layers {
      gate(&$0)
      $0.node("Mul", ["g", "half"], ["h"])
      $0.node("Mul", ["x", "h"])
    }
    #expect(halfGate == [.activation(.gelu)])
  }

  @Test func quotientsAndDifferences() throws {
    var inverse = ModelBuilder()
    inverse.floats("c", [], [3])
    inverse.node("Div", ["c", "x"])
    let layers = try inverse.layers()
    #expect(layers.first == .activation(.power(-1)) && layers.count == 2)
    var both = ModelBuilder()
    both.node("Relu", ["x"], ["r"])
    both.node("Sub", ["r", "x"], ["d"])
    both.node("Div", ["d", "r"])
    let all = try both.layers()
    #expect(all.filter { $0 == .add || $0 == .multiply }.count == 2 && all.count == 5)
  }

  @Test func partsThatAreReadElsewhereStay() throws {
    var builder = ModelBuilder()
    builder.node("Sigmoid", ["x"], ["s"])
    builder.node("Mul", ["s", "x"], ["m"])
    builder.node("Add", ["m", "s"])
    #expect(try builder.layers() == [.activation(.sigmoid), .activation(.silu), .add])
  }

  @Test func errorFunctionAloneIsNotSupported() {
    let message = ModelBuilder.single("Erf").failure()
    #expect(message.contains("operator Erf") && message.contains("part of GELU"))
  }

  @Test func batchNormalization() throws {
    func build(_ variance: [Float], count: Int = 2) -> ModelBuilder {
      var builder = ModelBuilder()
      for (name, values) in [
        ("bn1.weight", [2, 3]), ("bn1.bias", [4, 5]), ("m", [6, 7]),
      ] as [(String, [Float])] { builder.floats(name, [count], Array(values.prefix(count))) }
      builder.floats("v", [variance.count], variance)
      builder.node(
        "BatchNormalization", ["x", "bn1.weight", "bn1.bias", "m", "v"], ["y"], name: "bn",
        ["epsilon": .float(0.5)])
      return builder
    }
    let network = try build([8, 9]).network()
    #expect(network.nodes[0].path == "bn1")
    guard case .batchNormalization(let layer) = network.nodes[0].layer else {
      Issue.record("no batch normalisation")
      return
    }
    #expect(layer.scale.values == [2, 3] && layer.shift.values == [4, 5])
    #expect(layer.mean.values == [6, 7] && layer.variance.values == [8, 9])
    #expect(layer.epsilon == 0.5)
    #expect(build([8, -1]).failure().contains("variance -1"))
    #expect(build([8], count: 1).failure().contains("[2]"))
  }
}
