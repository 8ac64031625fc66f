import MoireLayers
import SwiftProtobuf
import Testing

@testable import MoireModels

@Suite struct PathTests {
  private func path(
    _ operation: String, name: String = "", output: String = "y", weight: String? = nil
  ) -> String {
    let node = ONNXNodeProto.with {
      $0.opType = operation
      $0.name = name
      $0.output = [output]
    }
    return Paths.path(of: node, weight: weight, ordinal: 3)
  }

  @Test func weightsNameTheirLayer() {
    #expect(path("Conv", name: "/a/Conv", weight: "layer1.0.conv1.weight") == "layer1.0.conv1")
    #expect(path("Conv", name: "node_Conv_8", weight: "features.0.0.weight") == "features.0.0")
  }

  @Test(
    arguments: [
      ("/features/features.2/conv/conv.1/conv.1.0/Conv", "features.2.conv.1.0"),
      ("/_conv_stem/Conv", "_conv_stem"),
      ("/layer1/layer1.0/conv1/Conv_3", "layer1.0.conv1"),
      ("/layer1/layer1.1/relu/Relu_1", "layer1.1.relu"),
      ("/layer10/layer1/Conv", "layer10.layer1"),
      ("/Conv", "conv"), ("Conv_12", "Conv_12"), ("node_mean", "mean"), ("n4", "y"), ("n4_12", "y"),
    ])
  func nodesNameTheOthers(name: String, expected: String) {
    #expect(path("Conv", name: name, weight: "onnx::Conv_12") == expected)
    #expect(path("Conv", name: name, weight: "w") == expected)
    #expect(path("Conv", name: name) == expected)
  }

  @Test func nodesWithoutNames() {
    #expect(path("Relu", output: "features") == "features")
    #expect(path("Relu", output: "/stem/relu/Relu_output_0") == "stem.relu")
    #expect(path("Conv", output: "412") == "conv_3")
    #expect(path("MaxPool", name: "/MaxPool") == "maxpool")
  }

  @Test func pathsAreUnique() throws {
    var builder = ModelBuilder()
    builder.node("Relu", ["x"], ["a"], name: "/block/relu/Relu")
    builder.node("Relu", ["a"], name: "/block/relu/Relu_1")
    #expect(try builder.network().nodes.map(\.path) == ["block.relu", "block.relu_1"])
  }
}
