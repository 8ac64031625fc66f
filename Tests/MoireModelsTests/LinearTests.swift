import MoireLayers
import MoireTensors
import Testing

@testable import MoireModels

@Suite struct LinearTests {
  private let values: [Float] = [1, 2, 3, 4, 5, 6]
  private let turned: [Float] = [1, 3, 5, 2, 4, 6]

  /// A Gemm over two features, with a weight `[3, 2]` or `[2, 3]`.
  private func gemm(
    _ shape: [Int], bias: [Int]? = nil, _ attributes: [String: ModelBuilder.Attribute]
  ) -> ModelBuilder {
    var builder = ModelBuilder()
    builder.floats("fc.weight", shape, values)
    if let bias { builder.floats("fc.bias", bias) }
    builder.node("GlobalAveragePool", ["x"], ["g"])
    builder.node("Flatten", ["g"], ["f"])
    builder.node(
      "Gemm", ["f", "fc.weight"] + (bias == nil ? [] : ["fc.bias"]), name: "head", attributes)
    return builder
  }

  private func last(_ builder: ModelBuilder) throws -> Linear? {
    guard case .linear(let layer)? = try builder.layers().last else { return nil }
    return layer
  }

  @Test func gemm() throws {
    let plain = try #require(try last(gemm([3, 2], bias: [3], ["transB": .int(1)])))
    #expect(plain.weight.shape == [3, 2] && plain.weight.values == values)
    #expect(plain.bias?.values == [-1, -0.75, -0.5])
    let turned = try #require(try last(gemm([2, 3], [:])))
    #expect(turned.weight.shape == [3, 2])
    #expect(turned.weight.values == [1, 4, 2, 5, 3, 6])
    #expect(turned.bias == nil)
    let scaled = try #require(
      try last(
        gemm([3, 2], bias: [1], ["transB": .int(1), "alpha": .float(2), "beta": .float(3)])))
    #expect(scaled.weight.values == values.map { 2 * $0 })
    #expect(scaled.bias?.values == [-3, -3, -3])
    #expect(try gemm([3, 2], ["transB": .int(1)]).network().nodes.last?.path == "fc")
  }

  @Test func mistakesAreNamed() {
    #expect(gemm([2, 3], ["transA": .int(1)]).failure().contains("transA"))
    let wrong = gemm([2, 3], ["transB": .int(1)]).failure()
    #expect(wrong.contains("'head'") && wrong.contains("[2, 3]") && wrong.contains("[2]"))
    #expect(gemm([3, 2], bias: [2], ["transB": .int(1)]).failure().contains("need [3]"))
    #expect(gemm([6], [:]).failure().contains("[6]"))
  }

  @Test func productAndSumAreOneLayer() throws {
    var builder = ModelBuilder()
    builder.floats("onnx::MatMul_7", [2, 3], turned)
    builder.floats("fc.bias", [3], [7, 8, 9])
    builder.node("ReduceMean", ["x"], ["f"], ["axes": .ints([2, 3]), "keepdims": .int(0)])
    builder.node("MatMul", ["f", "onnx::MatMul_7"], ["m"], name: "/head/fc/MatMul")
    builder.node("Add", ["fc.bias", "m"], name: "/head/fc/Add")
    let network = try builder.network()
    #expect(network.nodes.count == 3)
    #expect(network.nodes[2].path == "head.fc")
    let layer = try #require(try last(builder))
    #expect(layer.weight.values == [1, 2, 3, 4, 5, 6])
    #expect(layer.bias?.values == [7, 8, 9])
  }

  @Test func aSumOfAProductThatIsReadTwiceStays() throws {
    var builder = ModelBuilder()
    builder.floats("w", [2, 2], [1, 2, 3, 4])
    builder.floats("b", [2], [7, 8])
    builder.node("ReduceMean", ["x"], ["f"], ["axes": .ints([2, 3]), "keepdims": .int(0)])
    builder.node("MatMul", ["f", "w"], ["m"])
    builder.node("Add", ["m", "b"], ["s"])
    builder.node("Add", ["s", "m"])
    let layers = try builder.layers()
    #expect(layers.count == 5)
    guard case .batchNormalization(let layer) = layers[3] else {
      Issue.record("no affine layer")
      return
    }
    #expect(layer.shift.values == [7, 8])
  }
}
