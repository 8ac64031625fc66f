import MoireLayers
import MoireTensors
import Testing

@testable import MoireModels

@Suite struct ShapeOperatorTests {
  /// A Reshape of `x` to constant numbers.
  private func reshape(
    _ target: [Int], input: [Int?] = [nil, 2, 6, 8], zero: Int = 0
  ) -> ModelBuilder {
    var builder = ModelBuilder(input: input)
    builder.integers("shape", target)
    builder.node("Reshape", ["x", "shape"], name: "r", ["allowzero": .int(zero)])
    return builder
  }

  @Test func reshapesKeepTheImages() throws {
    #expect(try reshape([0, -1]).layers() == [.flatten])
    #expect(try reshape([-1, 96]).layers() == [.flatten])
    #expect(try reshape([0, 0, 48]).layers() == [.reshape([2, 48])])
    #expect(try reshape([-1, 2, 6, 8]).layers() == [])
    #expect(try reshape([0, 12, 8, 1]).layers() == [.reshape([12, 8, 1])])
  }

  @Test func aFixedBatchIsFreed() throws {
    for target in [[1, -1], [1, 96], [-1, 96], [0, -1]] {
      let network = try reshape(target, input: [1, 2, 6, 8]).network()
      #expect(network.nodes.map(\.layer) == [.flatten])
      #expect(network.remarks.contains { $0.contains("fixes the number of images at 1") })
    }
    #expect(try reshape([3, -1], input: [3, 2, 6, 8]).layers() == [.flatten])
  }

  @Test func reshapesThatMixImagesAreRefused() {
    for target in [[1, -1], [-1], [-1, 48], [0, 95], [2, -1], [0], [0, -1, -1], [0, -2]] {
      #expect(reshape(target).failure().contains("'r'"), "\(target)")
    }
    #expect(reshape([0, 96], zero: 1).failure().contains("'r'"))
  }

  /// Reshape(x, Concat(Unsqueeze(Gather(Shape(x), 0)), [-1])), as TorchScript writes `x.view(n, -1)`.
  @Test func shapesComputedFromTheInput() throws {
    for input in [[nil, 2, 6, 8], [1, 2, 6, 8]] as [[Int?]] {
      var builder = ModelBuilder(input: input)
      builder.integers("zero", [0], shape: [])
      builder.integers("first", [0])
      builder.node("Shape", ["x"], ["s"])
      builder.node("Gather", ["s", "zero"], ["n"], ["axis": .int(0)])
      builder.node("Unsqueeze", ["n", "first"], ["u"])
      builder.node(
        "Constant", [], ["rest"], ["value": .tensor(ModelBuilder.integers("", [-1]))])
      builder.node("Concat", ["u", "rest"], ["t"], ["axis": .int(0)])
      builder.node("Reshape", ["x", "t"])
      #expect(try builder.layers() == [.flatten])
    }
  }

  @Test func arithmeticOnTheNumberOfImagesIsRefused() {
    var builder = ModelBuilder()
    builder.integers("two", [2])
    builder.integers("rest", [48])
    builder.node("Shape", ["x"], ["n"], ["end": .int(1)])
    builder.node("Mul", ["n", "two"], ["m"])
    builder.node("Concat", ["m", "rest"], ["t"], ["axis": .int(0)])
    builder.node("Reshape", ["x", "t"])
    #expect(builder.failure().contains("[?, 48]"))
  }

  @Test func flatten() throws {
    #expect(try ModelBuilder.single("Flatten").layers() == [.flatten])
    #expect(try ModelBuilder.single("Flatten", ["axis": .int(-3)]).layers() == [.flatten])
    #expect(ModelBuilder.single("Flatten", ["axis": .int(0)]).failure().contains("dimension 0"))
    #expect(ModelBuilder.single("Flatten", ["axis": .int(2)]).failure().contains("dimension 2"))
  }

  @Test func squeezeAndUnsqueeze() throws {
    func layers(_ axes: [Int], opset: Int) throws -> [Layer] {
      var builder = ModelBuilder(opset: opset)
      builder.node("GlobalAveragePool", ["x"], ["g"])
      if opset < 13 {
        builder.node("Squeeze", ["g"], ["q"], ["axes": .ints(axes)])
        builder.node("Unsqueeze", ["q"], ["axes": .ints(axes)])
      } else {
        builder.integers("axes", axes)
        builder.node("Squeeze", ["g", "axes"], ["q"])
        builder.node("Unsqueeze", ["q", "axes"])
      }
      return try builder.layers()
    }
    for opset in [11, 17] {
      // One undoes the other.
      #expect(try layers([2, 3], opset: opset).count == 1)
    }
    #expect(try layers([3], opset: 17).count == 1)
    #expect(throws: ModelError.self) { try layers([1], opset: 17) }
    #expect(throws: ModelError.self) { try layers([0], opset: 17) }
  }

  @Test func concatenation() throws {
    var builder = ModelBuilder()
    builder.node("Relu", ["x"], ["a"])
    builder.node("Concat", ["x", "a", "x"], ["axis": .int(-3)])
    let network = try builder.network()
    #expect(network.nodes.last?.layer == .concatenate && network.nodes.last?.inputs == [0, 1, 0])
    #expect(try network.shapes().last == [6, 6, 8])
    var wrong = builder
    wrong.proto.graph.node[1].attribute[0].i = 2
    #expect(wrong.failure().contains("dimension 2"))
    var mixed = ModelBuilder()
    mixed.node("GlobalMaxPool", ["x"], ["g"])
    mixed.node("Concat", ["x", "g"], ["axis": .int(1)])
    #expect(mixed.failure().contains("[2, 6, 8]") && mixed.failure().contains("[2, 1, 1]"))
  }

  /// A Slice of `x` along rows and columns.
  private func slice(_ starts: [Int], _ ends: [Int], _ steps: [Int]) -> ModelBuilder {
    var builder = ModelBuilder()
    builder.integers("starts", starts)
    builder.integers("ends", ends)
    builder.integers("axes", [2, 3])
    builder.integers("steps", steps)
    builder.node("Slice", ["x", "starts", "ends", "axes", "steps"], name: "s")
    return builder
  }

  @Test func slicesThatSubsample() throws {
    #expect(
      try slice([0, 1], [Int.max, 8], [2, 3]).layers()
        == [.subsample(stride: [2, 3], offset: [0, 1])])
    #expect(try slice([0, 0], [6, 9], [1, 1]).layers() == [])
    // The last row is none that a stride of 2 takes.
    #expect(
      try slice([0, 0], [5, 8], [2, 1]).layers() == [.subsample(stride: [2, 1], offset: [0, 0])])
    // Parts are cropped first.
    #expect(try slice([1, 0], [6, 8], [1, 1]).layers() == [.pad(Padding(top: -1), .constant(0))])
    let every2nd = Layer.subsample(stride: [2, 1], offset: 0)
    #expect(
      try slice([0, 0], [4, 8], [2, 1]).layers() == [
        .pad(Padding(bottom: -3), .constant(0)), every2nd,
      ])
    #expect(
      try slice([2, 0], [6, 8], [2, 1]).layers()
        == [.pad(Padding(top: -2, bottom: -1), .constant(0)), every2nd])
    #expect(slice([-1, 0], [Int.min, 8], [-1, 1]).failure().contains("'s'"))
  }

  @Test func softmax() throws {
    func softmax(_ opset: Int, flat: Bool, _ axis: Int?) -> ModelBuilder {
      var builder = ModelBuilder(opset: opset)
      builder.node(flat ? "Flatten" : "Relu", ["x"], ["a"])
      builder.node("Softmax", ["a"], axis.map { ["axis": .int($0)] } ?? [:])
      return builder
    }
    #expect(try softmax(13, flat: true, nil).layers() == [.flatten, .softmax])
    #expect(try softmax(11, flat: true, nil).layers() == [.flatten, .softmax])
    #expect(try softmax(13, flat: false, 1).layers() == [.activation(.relu), .softmax])
    #expect(softmax(11, flat: false, 1).failure().contains("opset 11"))
    #expect(softmax(13, flat: false, nil).failure().contains("dimension 3"))
  }

  @Test func transposesThatCancel() throws {
    var builder = ModelBuilder()
    builder.node("Relu", ["x"], ["r"])
    builder.node("Transpose", ["r"], ["a"], ["perm": .ints([0, 2, 3, 1])])
    builder.node("Identity", ["a"], ["b"])
    builder.node("Transpose", ["b"], ["c"], ["perm": .ints([0, 3, 1, 2])])
    builder.node("Sigmoid", ["c"])
    #expect(try builder.layers() == [.activation(.relu), .activation(.sigmoid)])
    var open = builder
    open.proto.graph.node[3].attribute[0].ints = [0, 2, 1, 3]
    #expect(open.failure().contains("transposed"))
    open.proto.graph.node[3].attribute[0].ints = [1, 0, 2, 3]
    #expect(open.failure().contains("dimension of the images"))
  }

  @Test func channelsLastInput() throws {
    var builder = ModelBuilder(input: [nil, 6, 8, 2])
    builder.node("Transpose", ["x"], ["a"], ["perm": .ints([0, 3, 1, 2])])
    builder.node("Relu", ["a"])
    let network = try builder.network()
    #expect(network.inputShape == [2, 6, 8])
    #expect(network.nodes.map(\.layer) == [.activation(.relu)])
    #expect(network.remarks.contains { $0.contains("[N, H, W, C]") })
  }
}

/// What one exporter writes for a view with strides: numbers computed from the number of images.
@Suite struct BatchIndexTests {
  /// All images as one vector, and a Gather by 12·n + an offset for each value.
  private func strided(_ factor: Int, offsets: [Int], from start: Int = 0) -> ModelBuilder {
    var builder = ModelBuilder(opset: 18, input: [nil, 12, 1, 1])
    builder.integers("flat", [-1])
    builder.integers("zero", [start], shape: [])
    builder.integers("one", [1], shape: [])
    builder.integers("first", [0], shape: [])
    builder.integers("factor", [factor], shape: [])
    builder.integers("axes", [1, 2, 3])
    builder.integers("offsets", offsets, shape: [1, offsets.count, 1, 1])
    builder.node("Reshape", ["x", "flat"], ["v"], name: "r")
    builder.node("Shape", ["x"], ["shape"])
    builder.node("Gather", ["shape", "first"], ["n"])
    builder.node("Range", ["zero", "n", "one"], ["numbers"])
    builder.node("Mul", ["numbers", "factor"], ["starts"])
    builder.node("Unsqueeze", ["starts", "axes"], ["open"])
    builder.node("Add", ["open", "offsets"], ["indices"])
    builder.node("Gather", ["v", "indices"], ["axis": .int(0)])
    return builder
  }

  @Test func aViewOfAllValuesIsAReshape() throws {
    let network = try strided(12, offsets: Array(0..<12)).network()
    #expect(try network.shapes().last == [12, 1, 1])
    let input = LayerCases.random([3, 12, 1, 1], seed: 2)
    #expect(try CompiledNetwork(network, batch: 3).run(input).values == input.values)
  }

  @Test func otherViewsAreRefused() {
    #expect(strided(11, offsets: Array(0..<12)).failure().contains("other values of 12"))
    #expect(strided(12, offsets: Array(1..<13)).failure().contains("other values of 12"))
    #expect(strided(.max, offsets: Array(0..<12)).failure().contains("other values of 12"))
    #expect(!strided(12, offsets: Array(0..<12), from: 1).failure().isEmpty)
  }
}
