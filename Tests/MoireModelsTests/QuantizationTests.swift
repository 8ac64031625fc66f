import MoireLayers
import MoireTensors
import SwiftProtobuf
import Testing

@testable import MoireModels

/// Graphs with QuantizeLinear and DequantizeLinear, and those that compute with integers.
@Suite struct QuantizationTests {
  private func bytes(_ name: String, _ values: [Int], type: Int32) -> ONNXTensorProto {
    .with {
      $0.name = name
      $0.dims = values.count == 1 ? [] : [Int64(values.count)]
      $0.dataType = type
      $0.int32Data = values.map { Int32($0) }
    }
  }

  @Test func pairsSaturateAndSaySo() throws {
    var builder = ModelBuilder()
    builder.floats("s", [], [0.5])
    builder.proto.graph.initializer.append(bytes("z", [10], type: 2))
    builder.node("QuantizeLinear", ["x", "s", "z"], ["q"])
    builder.node("MaxPool", ["q"], ["p"], ["kernel_shape": .ints([2, 2])])
    builder.node("DequantizeLinear", ["p", "s", "z"])
    let network = try builder.network()
    #expect(network.nodes[0].layer == .activation(.clip(low: -5, high: 122.5)))
    #expect(network.nodes.count == 2)
    #expect(network.remarks.contains { $0.contains("1 quantised values are computed in float") })
  }

  @Test func weightsAreComputedAsStored() throws {
    var builder = ModelBuilder()
    builder.floats("s", [2], [0.5, 2])
    builder.proto.graph.initializer += [
      bytes("q", [-3, 7], type: 3), bytes("z", [1, -1], type: 3),
    ]
    builder.integers("axes", [1, 2])
    builder.node("DequantizeLinear", ["q", "s", "z"], ["w"], ["axis": .int(0)])
    builder.node("Unsqueeze", ["w", "axes"], ["u"])
    builder.node("Mul", ["x", "u"])
    guard case .batchNormalization(let layer)? = try builder.layers().first else {
      Issue.record("no factor")
      return
    }
    #expect(layer.scale.values == [-2, 16])
    #expect(try builder.network().remarks.contains { $0.contains("1 quantised tensors") })
  }

  @Test(arguments: ["QLinearConv", "ConvInteger", "QLinearMatMul", "DynamicQuantizeLinear"])
  func integerOperatorsAreRefusedByName(_ name: String) {
    var builder = ModelBuilder()
    builder.node(name, ["x"], name: "n")
    #expect(builder.failure().hasPrefix("operator \(name) at node 'n': computes with quantised"))
  }
}
