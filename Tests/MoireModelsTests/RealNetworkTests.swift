import Foundation
import MoireLayers
import MoireTensors
import TestSupport
import Testing

@testable import MoireModels

/// Networks as exporters write them, from the folder `MOIRE_MODELS` or `../shared/models`.
@Suite struct RealNetworkTests {
  private func model(_ file: String) throws -> ONNXModel? {
    let name = (file as NSString).deletingPathExtension
    return try Fixtures.model(name).map { try ONNXModel(contentsOf: $0) }
  }

  private func convolutions(_ network: Network) -> [(path: String, layer: Convolution)] {
    network.nodes.compactMap { node in
      guard case .convolution(let layer) = node.layer else { return nil }
      return (node.path, layer)
    }
  }

  /// The exporters fold the normalisation into the weights each in its own order of operations: a
  /// few roundings of 6e-8 a value.
  private func agree(_ a: Convolution, _ b: Convolution) -> Bool {
    var bare = a
    (bare.weight, bare.bias) = (b.weight, b.bias)
    guard bare == b, a.weight.shape == b.weight.shape else { return false }
    return zip(a.weight.values, b.weight.values).allSatisfy { abs($0 - $1) <= 1e-6 * abs($1) }
  }

  private func others(_ network: Network) -> [Layer] {
    network.nodes.map(\.layer).filter {
      guard case .convolution = $0 else { return true }
      return false
    }
  }

  @Test func mobileNetFromTwoExporters() throws {
    guard let script = try model("mobilenet_v2.ts.onnx"),
      let dynamo = try model("mobilenet_v2.dyn.onnx")
    else { return }
    let (a, b) = (try script.network(), try dynamo.network())
    #expect(a.inputShape == [3, 224, 224] && b.inputShape == [3, 224, 224])
    #expect(script.producer.hasPrefix("pytorch"))
    #expect(a.remarks == [])
    #expect(b.remarks.count == 1)
    let (first, second) = (convolutions(a), convolutions(b))
    #expect(first.count == 52)
    #expect(first.map(\.path) == second.map(\.path))
    #expect(zip(first, second).allSatisfy { agree($0.layer, $1.layer) })
    #expect(others(a) == others(b))
    #expect(a.nodes.map(\.inputs) == b.nodes.map(\.inputs))
    // Without the bookkeeping nodes: 52 convolutions, 35 ReLU6, 10 sums, pool, flatten, linear.
    #expect(a.nodes.count == 100)
    let strided = first.filter { $0.layer.stride != 1 }.map(\.path)
    #expect(
      strided == [
        "features.0.0", "features.2.conv.1.0", "features.4.conv.1.0", "features.7.conv.1.0",
        "features.14.conv.1.0",
      ])
    #expect(a.nodes.last?.path == "classifier.1")
    #expect(try a.shapes().last == [1000])
  }

  @Test func efficientNetLite() throws {
    guard let network = try model("efficientnet_lite0.ts.onnx")?.network() else { return }
    let layers = convolutions(network)
    #expect(layers.count == 49)
    // All 17 Pad nodes have moved into the convolutions behind them.
    #expect(network.nodes.count == 49 + 33 + 9 + 3)
    #expect(layers[0].path == "_conv_stem")
    #expect(layers[0].layer.padding == Padding(bottom: 1, right: 1))
    #expect(layers.filter { $0.layer.stride == 2 }.count == 5)
    #expect(layers.contains { $0.path == "_blocks.1._depthwise_conv" })
    #expect(try network.shapes().last == [1000])
  }
}
