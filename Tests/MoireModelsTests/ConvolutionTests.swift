import MoireLayers
import MoireTensors
import Testing

@testable import MoireModels

@Suite struct ConvolutionTests {
  /// A convolution of `x` with a 3×5 kernel from 2 to 4 channels.
  private func convolution(
    _ attributes: [String: ModelBuilder.Attribute], input: [Int?] = [nil, 2, 6, 8],
    weight: [Int] = [4, 2, 3, 5], bias: Int? = nil
  ) -> ModelBuilder {
    var builder = ModelBuilder(input: input)
    builder.floats("stem.weight", weight)
    if let bias { builder.floats("stem.bias", [bias]) }
    builder.node(
      "Conv", ["x", "stem.weight"] + (bias == nil ? [] : ["stem.bias"]), name: "/stem/Conv",
      attributes)
    return builder
  }

  private func only(_ builder: ModelBuilder) throws -> Convolution {
    let layers = try builder.layers()
    guard layers.count == 1, case .convolution(let layer) = layers[0] else {
      throw ModelError.invalidGraph(model: "test", reason: "\(layers.count) layers")
    }
    return layer
  }

  @Test func attributesBecomeParameters() throws {
    let layer = try only(
      convolution(
        [
          "strides": .ints([2, 3]), "dilations": .ints([2, 1]), "pads": .ints([1, 2, 3, 4]),
          "kernel_shape": .ints([3, 5]), "group": .int(1),
        ], bias: 4))
    #expect(layer.stride == [2, 3])
    #expect(layer.dilation == [2, 1])
    // ONNX: all beginnings, then all ends.
    #expect(layer.padding == Padding(top: 1, left: 2, bottom: 3, right: 4))
    #expect(layer.weight.shape == [4, 2, 3, 5])
    #expect(layer.weight[1] == -0.75)
    #expect(layer.bias?.shape == [4])
  }

  @Test func defaultsAreOneAndZero() throws {
    let layer = try only(convolution([:]))
    #expect(layer.stride == 1 && layer.dilation == 1 && layer.padding == 0 && layer.groups == 1)
    #expect(layer.bias == nil)
  }

  @Test func groupsMayDivideTheChannels() throws {
    let layer = try only(
      convolution(["group": .int(2)], input: [nil, 4, 6, 8]))
    #expect(layer.groups == 2)
  }

  /// ⌈n/s⌉ outputs; of an odd total, SAME_UPPER puts the larger half at the end.
  @Test(arguments: ["SAME_UPPER", "SAME_LOWER"], [1, 2, 3, 5])
  func automaticPaddingGivesTheSameSize(mode: String, stride: Int) throws {
    for (height, width) in [(6, 8), (7, 9), (13, 11), (1, 5)] {
      let builder = convolution(
        ["auto_pad": .string(mode), "strides": .ints([stride, stride])],
        input: [nil, 2, height, width])
      let network = try builder.network()
      let shape = try #require(try network.shapes().last)
      #expect(shape == [4, (height + stride - 1) / stride, (width + stride - 1) / stride])
      let padding = try only(builder).padding
      let difference = padding.bottom - padding.top
      #expect((mode == "SAME_UPPER" ? [0, 1] : [0, -1]).contains(difference))
    }
  }

  @Test func validMeansNoPadding() throws {
    #expect(try only(convolution(["auto_pad": .string("VALID")])).padding == 0)
  }

  @Test func zeroPadMovesIntoTheConvolution() throws {
    var builder = ModelBuilder()
    builder.integers("pads", [0, 0, 0, 1, 0, 0, 2, 3])
    builder.floats("w", [2, 2, 3, 3])
    builder.node("Pad", ["x", "pads"], ["a"], name: "/stem/pad/Pad")
    builder.node("Identity", ["a"], ["b"])
    builder.node("Dropout", ["b"], ["c"])
    builder.node("Conv", ["c", "w"], name: "/stem/Conv", ["pads": .ints([1, 1, 1, 1])])
    let layer = try only(builder)
    #expect(layer.padding == Padding(top: 1, left: 2, bottom: 3, right: 4))
  }

  @Test func otherPadsBecomeTheMode() throws {
    var builder = ModelBuilder()
    builder.integers("pads", [0, 0, 1, 1, 0, 0, 2, 2])
    builder.floats("w", [2, 1, 4, 4])
    builder.node("Pad", ["x", "pads"], ["a"], name: "/pool/Pad", ["mode": .string("reflect")])
    builder.node(
      "Conv", ["a", "w"], name: "/pool/Conv", ["group": .int(2), "strides": .ints([2, 2])])
    let network = try builder.network()
    #expect(network.nodes.map(\.path) == ["pool"])
    guard case .convolution(let layer) = network.nodes[0].layer else {
      Issue.record("\(network.nodes[0].layer)")
      return
    }
    #expect(layer.padding == Padding(top: 1, left: 1, bottom: 2, right: 2))
    #expect(layer.paddingMode == .reflect)
    #expect(try network.shapes().last == [2, 3, 4])
  }

  @Test(arguments: [
    ("edge", PaddingMode.replicate), ("wrap", .circular), ("constant", .constant(2)),
  ])
  func padModes(name: String, mode: PaddingMode) throws {
    var builder = ModelBuilder(opset: 18)
    builder.integers("pads", [3, 1])
    builder.integers("axes", [-1])
    builder.floats("value", [], [2])
    builder.node("Pad", ["x", "pads", "value", "axes"], ["mode": .string(name)])
    #expect(try builder.layers() == [.pad(Padding(left: 3, right: 1), mode)])
    var old = ModelBuilder(opset: 10)
    old.node(
      "Pad", ["x"],
      ["mode": .string(name), "pads": .ints([0, 0, 0, 3, 0, 0, 0, 1]), "value": .float(2)])
    #expect(try old.layers() == [.pad(Padding(left: 3, right: 1), mode)])
  }

  @Test func padOfNothingIsNoLayer() throws {
    var builder = ModelBuilder()
    builder.integers("pads", [Int](repeating: 0, count: 8))
    builder.node("Pad", ["x", "pads"], ["a"])
    builder.node("Relu", ["a"])
    #expect(try builder.layers() == [.activation(.relu)])
  }

  @Test func mistakesAreNamed() {
    let wrong = convolution([:], weight: [4, 3, 3, 3]).failure()
    #expect(wrong.contains("'/stem/Conv'") && wrong.contains("the input has 2"))
    #expect(wrong.contains("[4, 3, 3, 3]"))
    let small = convolution([:], input: [nil, 2, 2, 8]).failure()
    #expect(small.contains("3") && small.contains("does not fit"))
    #expect(convolution(["kernel_shape": .ints([3, 3])]).failure().contains("kernel_shape"))
    #expect(convolution(["pads": .ints([-1, 0, 0, 0])]).failure().contains("pads"))
    #expect(convolution(["strides": .ints([0, 1])]).failure().contains("strides"))
    #expect(convolution(["strides": .ints([1])]).failure().contains("strides"))
    #expect(convolution(["group": .int(3)]).failure().contains("3 groups"))
    #expect(convolution(["group": .int(0)]).failure().contains("0 groups"))
    #expect(convolution(["auto_pad": .string("SOME")]).failure().contains("SOME"))
    #expect(convolution([:], bias: 3).failure().contains("need [4]"))
    #expect(convolution([:], weight: [4, 2, 3]).failure().contains("[4, 2, 3]"))
  }

  @Test func padsBelowZeroCrop() throws {
    var builder = ModelBuilder()
    builder.integers("pads", [0, 0, -1, 0, 0, 0, 2, 0])
    builder.node("Pad", ["x", "pads"], name: "crop")
    #expect(try builder.layers() == [.pad(Padding(top: -1, bottom: 2), .constant(0))])
    // A convolution does not take them as its own pads.
    builder.floats("w", [1, 2, 1, 1])
    builder.node("Conv", ["y", "w"], ["z"])
    #expect(try builder.network(output: "z").nodes.count == 2)
    var channels = ModelBuilder()
    channels.integers("pads", [0, 1, 0, 0, 0, 0, 0, 0])
    channels.node("Pad", ["x", "pads"])
    #expect(channels.failure().contains("only height and width"))
  }
}
