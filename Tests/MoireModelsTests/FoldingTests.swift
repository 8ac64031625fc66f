import MoireLayers
import MoireTensors
import Testing

@testable import MoireModels

/// Constants are seen from outside as the pads of a Pad, or as the factor of a Mul.
@Suite struct FoldingTests {
  /// The pads that a chain of nodes computes: its last value, `p`, has eight numbers.
  private func pads(opset: Int = 17, _ build: (inout ModelBuilder) -> Void) throws -> Padding? {
    var builder = ModelBuilder(opset: opset)
    build(&builder)
    builder.node("Pad", ["x", "p"])
    guard case .pad(let padding, _)? = try builder.layers().first else { return nil }
    return padding
  }

  /// The factors of the two channels, `c`, of shape [2, 1, 1] or one number.
  private func factors(_ build: (inout ModelBuilder) -> Void) throws -> [Float] {
    var builder = ModelBuilder()
    build(&builder)
    builder.node("Mul", ["x", "c"])
    guard case .batchNormalization(let layer)? = try builder.layers().first else { return [] }
    return layer.scale.values
  }

  /// TorchScript's way to reverse (left, right, top, bottom) into the order of ONNX.
  @Test func padsOfTorchScript() throws {
    let padding = try pads { builder in
      builder.integers("own", [1, 2, 3, 4])
      builder.integers("four", [4])
      builder.integers("rows", [-1, 2])
      builder.integers("zero", [0])
      builder.integers("back", [-1])
      builder.integers("end", [-Int.max])
      builder.node(
        "ConstantOfShape", ["four"], ["rest"],
        ["value": .tensor(ModelBuilder.integers("", [0]))])
      builder.node("Concat", ["own", "rest"], ["all"], ["axis": .int(0)])
      builder.node("Reshape", ["all", "rows"], ["r"])
      builder.node("Slice", ["r", "back", "end", "zero", "back"], ["s"])
      builder.node("Transpose", ["s"], ["t"], ["perm": .ints([1, 0])])
      builder.node("Reshape", ["t", "back"], ["u"])
      builder.node("Cast", ["u"], ["p"], ["to": .int(7)])
    }
    #expect(padding == Padding(top: 3, left: 1, bottom: 4, right: 2))
  }

  @Test func arithmeticOnWholeNumbers() throws {
    let padding = try pads { builder in
      builder.integers("a", [7, -7, 9, 9])
      builder.integers("b", [2, 2, 3, 5])
      builder.integers("one", [1], shape: [])
      builder.integers("four", [4])
      builder.node("Div", ["a", "b"], ["d"])  // 3 -3 3 1, towards zero
      builder.node("Abs", ["d"], ["e"])
      builder.integers("negative", [-5], shape: [])
      builder.node("Clip", ["e", "negative"], ["e0"])
      builder.node("Sub", ["e0", "one"], ["f"])  // 2 2 2 0
      builder.node("Mul", ["f", "b"], ["g"])  // 4 4 6 0
      builder.node("Clip", ["g", "", "four"], ["h0"])
      builder.node("Min", ["h0", "four"], ["h"])  // 4 4 4 0
      builder.node("Max", ["h", "one"], ["i"])  // 4 4 4 1
      builder.node("ConstantOfShape", ["four"], ["z"])
      builder.node("Cast", ["z"], ["zero"], ["to": .int(7)])
      builder.integers("half", [2])
      builder.integers("first", [0])
      builder.node("Slice", ["zero", "first", "half"], ["n"])
      builder.node("Slice", ["i", "first", "half"], ["begin"])
      builder.node("Slice", ["i", "half", "four"], ["end"])
      builder.node("Concat", ["n", "begin", "n", "end"], ["p"], ["axis": .int(0)])
    }
    #expect(padding == Padding(top: 4, left: 4, bottom: 4, right: 1))
  }

  @Test func shapeGatherRange() throws {
    let padding = try pads { builder in
      builder.integers("axes", [2, -1])
      builder.integers("two", [2], shape: [])
      builder.integers("zero", [0], shape: [])
      builder.integers("zeros", [0, 0])
      builder.node("Relu", ["x"], ["r"])
      builder.node("Shape", ["r"], ["s"])
      builder.node("Gather", ["s", "axes"], ["hw"])  // 6 8
      builder.node("Div", ["hw", "two"], ["half"])  // 3 4
      builder.node("Range", ["zero", "two", "one"], ["range"])  // 0 1
      builder.integers("one", [1], shape: [])
      builder.node("Add", ["half", "range"], ["end"])  // 3 5
      builder.node("Concat", ["zeros", "half", "zeros", "end"], ["p"], ["axis": .int(-1)])
    }
    #expect(padding == Padding(top: 3, left: 4, bottom: 3, right: 5))
  }

  @Test func floatsAndLayouts() throws {
    let values = try factors { builder in
      builder.floats("a", [1, 2], [2.5, -6.25])
      builder.node("Neg", ["a"], ["b"])
      builder.node("Abs", ["b"], ["c0"])
      builder.node("Sqrt", ["c0"], ["d"])  // 1.58 2.5
      builder.node("Floor", ["d"], ["e"])  // 1 2
      builder.node("Ceil", ["d"], ["f"])  // 2 3
      builder.node("Add", ["e", "f"], ["g"])  // 3 5
      builder.node("Transpose", ["g"], ["h"])
      builder.integers("axes", [2])
      builder.node("Unsqueeze", ["h", "axes"], ["c"])
    }
    #expect(values == [3, 5])
  }

  @Test func gatherAlongAMiddleAxis() throws {
    let values = try factors { builder in
      builder.floats("a", [2, 3, 1], [1, 2, 3, 4, 5, 6])
      builder.integers("i", [-1])
      builder.node("Gather", ["a", "i"], ["c"], ["axis": .int(1)])
    }
    #expect(values == [3, 6])
  }

  @Test func concatAlongTheLastAxis() throws {
    let values = try factors { builder in
      builder.floats("a", [2, 1], [1, 2])
      builder.floats("b", [2, 2], [3, 4, 5, 6])
      builder.node("Concat", ["a", "b"], ["ab"], ["axis": .int(1)])  // 1 3 4 | 2 5 6
      builder.integers("start", [2])
      builder.integers("end", [3])
      builder.integers("axis", [1])
      builder.integers("axes", [2])
      builder.node("Slice", ["ab", "start", "end", "axis"], ["s"])
      builder.node("Unsqueeze", ["s", "axes"], ["c"])
    }
    #expect(values == [4, 6])
  }

  @Test(
    arguments: [
      ("value_float", ModelBuilder.Attribute.float(2.5), [2.5, 2.5]),
      ("value_int", .int(3), [3, 3]), ("value_floats", .floats([4]), [4, 4]),
      ("value_ints", .ints([5]), [5, 5]),
      ("value", .tensor(ModelBuilder.tensor("", [], [6])), [6, 6]),
    ] as [(String, ModelBuilder.Attribute, [Float])])
  func constantNodes(name: String, value: ModelBuilder.Attribute, expected: [Float]) throws {
    let values = try factors { $0.node("Constant", [], ["c"], [name: value]) }
    #expect(values == expected)
  }

  @Test func wrongConstantsAreErrors() {
    func failure(_ build: (inout ModelBuilder) -> Void) -> String {
      var builder = ModelBuilder()
      builder.integers("a", [1, 2, 3])
      builder.integers("most", [Int.max])
      builder.integers("zero", [0])
      build(&builder)
      builder.node("Mul", ["x", "c"])
      return builder.failure()
    }
    #expect(failure { $0.node("Mul", ["most", "a"], ["c"]) }.contains("64-bit"))
    #expect(failure { $0.node("Div", ["a", "zero"], ["c"]) }.contains("64-bit"))
    #expect(failure { $0.node("Gather", ["a", "most"], ["c"]) }.contains("dimension of 3"))
    #expect(failure { $0.node("ConstantOfShape", ["most"], ["c"]) }.contains("too many"))
    #expect(failure { $0.node("ConstantOfShape", ["a", "a"], ["c"]) }.contains("[1, 2, 3]"))
    #expect(failure { $0.node("Transpose", ["a"], ["c"], ["perm": .ints([1])]) }.contains("perm"))
    #expect(failure { $0.node("Constant", [], ["c"]) }.contains("dense tensor"))
    #expect(failure { $0.node("Cast", ["a"], ["c"], ["to": .int(8)]) }.contains("number 8"))
    #expect(failure { $0.node("Relu", ["a"], ["c"]) }.contains("constants only"))
    #expect(failure { $0.node("Range", ["zero", "most", "zero"], ["c"]) }.contains("not possible"))
  }

  /// Fifty doublings of one number: what a file of a few bytes must not be able to ask for.
  @Test func growthIsBoundedByTheFile() {
    var builder = ModelBuilder()
    builder.floats("a0", [1], [1])
    for index in 0..<50 {
      builder.node("Concat", ["a\(index)", "a\(index)"], ["a\(index + 1)"], ["axis": .int(0)])
    }
    builder.node("Mul", ["x", "a50"])
    #expect(builder.failure().contains("too many for a file of this size"))
  }
}
