import MoireLayers
import MoireTensors
import Testing

@testable import MoireModels

@Suite struct BuilderTests {
  private func builder(_ shape: [Int] = [4, 9, 7]) -> NetworkBuilder {
    NetworkBuilder(name: "n", inputShape: shape, weights: SeededWeights(seed: 1))
  }

  @Test func pathsAndParameters() throws {
    var builder = builder()
    try builder.scope("layer1") { stage in
      try stage.scope("0") { block in
        try block.residual(shortcut: { try $0.convolution("down", channels: 6, kernel: 1) }) {
          try $0.convolution("conv", channels: 6, kernel: 3, padding: 1, bias: true) {
            try $0.batchNormalization("bn")
            try $0.activation("relu", .relu)
          }
        }
        try block.activation("relu", .relu)
      }
    }
    try builder.globalAveragePool("pool")
    try builder.linear("fc", outputs: 3)
    #expect(
      builder.network.nodes.map(\.path) == [
        "layer1.0.conv", "layer1.0.bn", "layer1.0.relu", "layer1.0.down", "layer1.0.add",
        "layer1.0.relu_1", "pool", "pool.flatten", "fc",
      ])
    #expect(
      builder.parameters.map(\.name) == [
        "layer1.0.conv.weight", "layer1.0.conv.bias", "layer1.0.bn.weight", "layer1.0.bn.bias",
        "layer1.0.bn.running_mean", "layer1.0.bn.running_var", "layer1.0.down.weight", "fc.weight",
        "fc.bias",
      ])
    #expect(builder.network.namedTensors.map(\.name) == builder.parameters.map(\.name))
    #expect(try builder.network.valueShapes().last == [3])
  }

  @Test func gatesAndBranches() throws {
    var builder = builder()
    try builder.gated { try $0.append("mean", .globalPooling(.average(includesPadding: false))) }
    try builder.concatenation(
      "c", { _ in }, { try $0.maxPool("p", kernel: 3, stride: 1, padding: 1) })
    #expect(builder.shape == [8, 9, 7])
  }

  @Test func misuseIsASentence() throws {
    let cases: [((inout NetworkBuilder) throws -> Void, [String])] = [
      (
        { try $0.convolution("c", channels: 6, kernel: 3, groups: 3) },
        ["layer c", "3 groups", "4"]
      ),
      ({ try $0.convolution("c", channels: 0, kernel: 3) }, ["layer c", "0 output"]),
      ({ try $0.convolution("c", channels: 4, kernel: 0) }, ["0×0"]),
      ({ try $0.convolution("c", channels: 4, kernel: 3, stride: 0) }, ["stride 0×0"]),
      ({ try $0.convolution("c", channels: 4, kernel: 11) }, ["11×11", "9×7"]),
      ({ try $0.linear("f", outputs: 3) }, ["layer f", "[4, 9, 7]"]),
      ({ try $0.maxPool("p", kernel: 12, stride: 2) }, ["12×12", "9×7"]),
      (
        { builder in
          try builder.scope("block") {
            try $0.residual { try $0.convolution("c", channels: 5, kernel: 1) }
          }
        }, ["layer block.add", "[5, 9, 7]", "[4, 9, 7]"]
      ),
      (
        {
          try $0.globalAveragePool("g")
          try $0.convolution("c", channels: 4, kernel: 1)
        }, ["layer c", "[4]"]
      ),
    ]
    for (body, words) in cases {
      var builder = builder()
      #expect { try body(&builder) } throws: { error in
        words.allSatisfy { "\(error)".contains($0) } && error is LayerError
      }
    }
  }

  /// A circular network of divisible sizes does not notice a shift by its total stride.
  @Test(arguments: [("cifar_resnet20", 32, 4), ("resnet18", 64, 32), ("densenet121", 64, 32)])
  func circularNetworksShift(_ name: String, _ side: Int, _ stride: Int) throws {
    let network = try Zoo.architecture(named: name).network(
      inputSize: [side, side], classes: 5, padding: .circular, weights: SeededWeights(seed: 2))
    let compiled = try CompiledNetwork(network)
    var generator = SeededGenerator(seed: 9)
    let image = (0..<3 * side * side).map { _ in Float(generator.normal()) }
    let shifted = image.indices.map { index in
      let (c, i, j) = (index / side / side, index / side % side, index % side)
      return image[(c * side + (i + stride) % side) * side + (j + 2 * stride) % side]
    }
    let answers = try [image, shifted].map {
      try compiled.run(Tensor(shape: [1, 3, side, side], values: $0), threads: 2).values
    }
    let range = answers[0].max()! - answers[0].min()!
    // The same sums in another order.
    for (a, b) in zip(answers[0], answers[1]) { #expect(abs(a - b) < 1e-4 * range) }
  }

  /// In ceil mode a periodic border completes the last window from the other side.
  @Test func circularCeilMode() throws {
    var builder = NetworkBuilder(
      name: "n", inputShape: [1, 4, 4], weights: ZeroWeights(), border: .circular)
    try builder.maxPool("p", kernel: 3, stride: 2, ceilMode: true)
    let input = try Tensor(shape: [1, 1, 4, 4], values: (0..<16).map { Float(16 - $0) })
    let answer = try CompiledNetwork(builder.network).run(input)
    #expect(answer.shape == [1, 1, 2, 2] && answer.values == [16, 16, 16, 16])
  }
}
