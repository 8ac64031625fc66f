import MoireLayers
import MoireSpectral
import MoireTensors
import TestSupport
import Testing

@testable import MoireModels

@Suite struct AntialiasingTests {
  static let methods: [Antialiasing.Method] = [
    .blur(filterSize: 4), .blur(filterSize: 3, convention: .timm),
    .blur(filterSize: 5, convention: .composer), .blur(filterSize: 2, convention: .auto), .ideal,
    .adaptivePolyphase(), .adaptivePolyphase(criterion: .l1), .taperedIdeal(.rootHamming),
    .taperedIdeal(.hann),
  ]

  private func tensors(_ network: Network) -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: network.namedTensors.map { ($0.name, $0.tensor) })
  }

  private func run(_ network: Network, seed: UInt64 = 3) throws -> Tensor {
    let input = LayerCases.random([2] + network.inputShape, seed: seed)
    return try CompiledNetwork(network, batch: 2).run(input)
  }

  /// Both networks compute the same but for the order of sums.
  private func expectEqual(_ a: Network, _ b: Network) throws {
    let (x, y) = (try run(a), try run(b))
    #expect(x.shape == y.shape)
    #expect(Fixtures.errorOfRange(x.values, y.values) < 2e-6)
  }

  @Test(arguments: methods.indices)
  func aResidualNetworkOfOddMaps(_ index: Int) throws {
    let network = LayerCases.residual()
    let (result, changes) = try network.antialiased(with: Antialiasing(method: Self.methods[index]))
    #expect(changes.map(\.path) == ["stem", "block1.conv1", "block1.downsample"])
    #expect(changes.map(\.outputSize) == [HW(11, 13), HW(6, 7), HW(6, 7)])
    #expect(changes.map(\.before).first == "convolution 3×3, stride 2")
    #expect(tensors(result) == tensors(network))
    #expect(try result.valueShapes()[result.output] == [5])
    #expect(try run(result).values.allSatisfy(\.isFinite))
    #expect(throws: ModelError.self) {
      try result.antialiased(with: Antialiasing(method: Self.methods[index]))
    }
    // Only filters subsample, by the strides there were.
    let sites = try result.samplingSites()
    #expect(sites.allSatisfy { ![.convolution, .maxPool, .averagePool].contains($0.operation) })
    #expect(sites.map(\.outputSize).sorted { $0.area > $1.area } == changes.map(\.outputSize))
  }

  @Test(arguments: methods.indices)
  func filesAreLeftAlone(_ index: Int) throws {
    let method = Self.methods[index]
    let (result, _) = try LayerCases.residual().antialiased(with: Antialiasing(method: method))
    let again = try ONNXModel(bytes: result.onnx(), name: "n").network()
    #expect(try again.samplingSites().map(\.path) == result.samplingSites().map(\.path))
    #expect(try again.samplingSites().map(\.operation) == result.samplingSites().map(\.operation))
    try expectEqual(result, again)
    #expect(throws: ModelError.self) { try again.antialiased(with: Antialiasing(method: method)) }
  }

  // MARK: By definition

  private func convolution(_ inputs: Int, _ outputs: Int, _ kernel: Int, _ padding: Padding)
    -> Convolution
  {
    Convolution(
      weight: LayerCases.random([outputs, inputs, kernel, kernel], seed: 4, scale: 0.2),
      bias: LayerCases.random([outputs], seed: 5), stride: 2, padding: padding)
  }

  @Test(arguments: Antialiasing.Position.allCases, [HW(16, 18), HW(15, 13)])
  func convolutionsAsTheyAreDefined(_ position: Antialiasing.Position, _ size: HW) throws {
    let layer = convolution(3, 6, 3, 1)
    var network = Network(name: "n", inputShape: [3, size.height, size.width])
    network.append("c", .convolution(layer))
    network.append("r", .activation(.relu))
    var expected = Network(name: "e", inputShape: network.inputShape)
    expected.appendBlurredConvolution("c", layer, blursFirst: position == .first)
    let antialiasing = Antialiasing(method: .blur(filterSize: 4), blur: position)
    let (result, changes) = try network.antialiased(with: antialiasing)
    try expectEqual(result, expected)
    #expect(changes[0].phase == [0.5, 0.5] && changes[0].phaseBefore == [0, 0])
    let layers = ["convolution 3×3", "blur zhang 4×4, stride 2"]
    #expect(changes[0].after == (position == .last ? layers : layers.reversed()))
  }

  @Test func projectionsCommute() throws {
    var network = Network(name: "n", inputShape: [3, 15, 12])
    network.append("c", .convolution(convolution(3, 6, 1, 0)))
    var expected = Network(name: "e", inputShape: network.inputShape)
    expected.appendBlurredConvolution("c", convolution(3, 6, 1, 0), activation: nil)
    let (result, changes) = try network.antialiased(
      with: Antialiasing(method: .blur(filterSize: 4)))
    #expect(changes[0].after == ["blur zhang 4×4, stride 2", "convolution 1×1"])
    try expectEqual(result, expected)
  }

  @Test func poolsAsTheyAreDefined() throws {
    var network = Network(name: "n", inputShape: [3, 17, 12])
    network.append("m", .pooling(Pooling(.max, kernel: 3, stride: 2, padding: 1)))
    var expected = Network(name: "e", inputShape: network.inputShape)
    expected.appendMaxBlurPool("m", kernel: 3, padding: 1, blur: BlurPool(filterSize: 3))
    let method = Antialiasing.Method.blur(filterSize: 3)
    try expectEqual(network.antialiased(with: Antialiasing(method: method)).network, expected)

    // A mean gives way to the filter where sizes agree, and stays at stride 1 where not.
    for (height, after) in [
      (16, ["blur zhang 3×3, stride 2"]), (17, ["mean 2×2", "blur zhang 3×3, stride 2"]),
    ] {
      var network = Network(name: "n", inputShape: [3, height, 12])
      network.append(
        "a", .pooling(Pooling(.average(includesPadding: false), kernel: 2, stride: 2)))
      let (result, changes) = try network.antialiased(with: Antialiasing(method: method))
      #expect(changes[0].after == after)
      #expect(try result.valueShapes()[result.output] == [3, 8, 6])
    }
  }

  @Test(arguments: methods.indices, [HW(2, 2), HW(3, 2), HW(2, 1)])
  func everyPoolKeepsItsSize(_ index: Int, _ stride: HW) throws {
    let isPeriodic = index >= 4
    for (height, width) in [(12, 12), (13, 11), (7, 9), (16, 5)] {
      for (kernel, padding, ceil) in [(2, 0, false), (3, 1, false), (3, 0, true), (2, 0, true)] {
        guard isPeriodic || index == 0 else { continue }  // zhang, ideal, polyphase: any size
        for operation in [Pooling.Operation.max, .average(includesPadding: true)] {
          var network = Network(name: "n", inputShape: [3, height, width])
          network.append(
            "p",
            .pooling(
              Pooling(
                operation, kernel: [kernel, kernel], stride: stride,
                padding: Padding(top: padding, left: padding, bottom: padding, right: padding),
                ceilMode: ceil)))
          let (result, _) = try network.antialiased(
            with: Antialiasing(method: Self.methods[index]))
          #expect(
            try result.valueShapes()[result.output] == network.valueShapes()[1])
          #expect(try run(result).values.allSatisfy(\.isFinite))
        }
      }
    }
  }

  // MARK: Invariance

  /// A circular network with a shortcut, pools of both kinds and an even kernel.
  private func circular() throws -> Network {
    var builder = NetworkBuilder(
      name: "n", inputShape: [3, 32, 32], weights: SeededWeights(seed: 2), border: .circular)
    try builder.convolution("stem", channels: 8, kernel: 3, stride: 2, padding: 1) {
      try $0.activation("r", .relu)
    }
    try builder.maxPool("max", kernel: 2, stride: 2)
    try builder.residual(shortcut: {
      try $0.convolution("short", channels: 12, kernel: 1, stride: 2)
    }) {
      try $0.convolution("main", channels: 12, kernel: 3, stride: 2, padding: 1) {
        try $0.activation("r", .relu)
      }
    }
    try builder.averagePool("mean", kernel: 2, stride: 2)
    try builder.globalAveragePool("pool")
    return builder.network
  }

  @Test func adaptivePolyphaseIsInvariant() throws {
    let antialiasing = Antialiasing(method: .adaptivePolyphase(), padding: .circular)
    let (result, changes) = try circular().antialiased(with: antialiasing)
    // Branch and shortcut share the decision of the branch.
    let decisions = result.nodes.filter {
      if case .polyphaseDecision = $0.layer { true } else { false }
    }
    #expect(
      decisions.map(\.path) == [
        "stem.decision", "max.decision", "main.decision", "mean.decision",
      ])
    #expect(
      changes.first { $0.path == "short" }?.after == ["polyphase, stride 2×2", "convolution 1×1"])
    try Shifts.check(result)
  }

  @Test func theShortcutMayComeFirst() throws {
    var network = Network(name: "n", inputShape: [3, 16, 16])
    let short = network.append("short", .convolution(convolution(3, 6, 1, 0)))
    let main = network.append("main", .convolution(convolution(3, 6, 3, 1)), inputs: [0])
    network.append("add", .add, inputs: [short, main])
    let (result, changes) = try network.antialiased(
      with: Antialiasing(method: .adaptivePolyphase()))
    #expect(changes.map(\.path) == ["short", "main"])
    #expect(result.nodes.filter { $0.path.hasSuffix("decision") }.map(\.path) == ["main.decision"])
    #expect(try run(result).shape == [2, 6, 8, 8])
  }

  // MARK: Wrong uses

  @Test func patterns() throws {
    let network = LayerCases.residual()
    let method = Antialiasing.Method.ideal
    let some = try network.antialiased(with: Antialiasing(method: method, sites: "block?.*"))
    #expect(some.changes.map(\.path) == ["block1.conv1", "block1.downsample"])
    #expect(
      throws: ModelError.nothingToReplace(
        network: "residual", pattern: "x*", paths: ["stem", "block1.conv1", "block1.downsample"])
    ) { try network.antialiased(with: Antialiasing(method: method, sites: "x*")) }
  }

  @Test func refusals() throws {
    let network = LayerCases.residual()
    #expect(
      throws: ModelError.sizeChanged(layer: "stem", before: [8, 11, 13], after: [8, 12, 14])
    ) {
      try network.antialiased(
        with: Antialiasing(method: .blur(filterSize: 4, convention: .timm)))
    }
    #expect {
      try network.antialiased(
        with: Antialiasing(method: .blur(filterSize: 4, convention: .composer)))
    } throws: { "\($0)".contains("layer stem") && "\($0)".contains("composer") }
    var patches = Network(name: "n", inputShape: [3, 16, 16])
    var layer = convolution(3, 6, 4, 0)
    layer.stride = 4
    patches.append("c", .convolution(layer))
    #expect(throws: ModelError.sizeChanged(layer: "c", before: [6, 4, 4], after: [6, 1, 1])) {
      try patches.antialiased(with: Antialiasing(method: .ideal, blur: .first))
    }
  }

  @Test func names() throws {
    let read = { (text: String) in try Antialiasing.Method(parsing: text) }
    #expect(try read("bin-4") == .blur(filterSize: 4) && read("Rect-2") == .blur(filterSize: 2))
    #expect(try read("tri-3") == .blur(filterSize: 3) && read("ideal") == .ideal)
    #expect(try read("asap") == .taperedIdeal(.rootHamming))
    #expect(try read("ideal:hann") == .taperedIdeal(.hann))
    #expect(try read("aps") == .adaptivePolyphase(criterion: .l2))
    #expect(try read("aps:lInfinity") == .adaptivePolyphase(criterion: .lInfinity))
    for text in [
      "", "bin-1", "bin-", "none", "aps:", "aps:l3", "kaiser:taps=12,beta=5", "ideal:halve",
    ] {
      #expect(throws: ModelError.unknownMethod(text)) { try read(text) }
    }
    #expect(throws: ModelError.self) {
      try Antialiasing.Method(parsing: "asap", convention: .timm)
    }
  }
}

/// Circular shifts of a network's input.
enum Shifts {
  /// Answers stay within 1e-4 of their range: sums of floats in another order, a few hundred deep.
  static func check(_ network: Network) throws {
    let (height, width) = (network.inputShape[1], network.inputShape[2])
    let input = LayerCases.random([1] + network.inputShape, seed: 9)
    let compiled = try CompiledNetwork(network)
    let expected = try compiled.run(input)
    #expect(Set(expected.values).count > 1)
    for (dy, dx) in [(1, 0), (0, 1), (3, 5), (height / 2 + 1, width - 1)] {
      var shifted = input
      for c in 0..<network.inputShape[0] {
        for i in 0..<height {
          for j in 0..<width {
            shifted[(c * height + (i + dy) % height) * width + (j + dx) % width] =
              input[(c * height + i) * width + j]
          }
        }
      }
      let got = try compiled.run(shifted)
      #expect(
        Fixtures.errorOfRange(got.values, expected.values) < 1e-4, "\(network.name) \(dy) \(dx)")
    }
  }
}
