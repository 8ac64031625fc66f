import Foundation
import MoireLayers
import MoireTensors
import SwiftProtobuf
import TestSupport
import Testing

@testable import MoireModels

/// Networks written as ONNX and read again.
@Suite struct ExportTests {
  /// Written and read again, both networks run to the same values.
  ///
  /// What the importer makes of several nodes may sum in another order, or be folded into the layer
  /// before: a few roundings of 6e-8 relative to the largest value.
  private func roundTrip(_ network: Network, seed: UInt64 = 1) throws -> Network {
    let again = try ONNXModel(bytes: network.onnx(), name: network.name).network()
    #expect(again.inputShape == network.inputShape)
    #expect(again.remarks == [])
    let input = LayerCases.random([2] + network.inputShape, seed: seed)
    let expected = try CompiledNetwork(network, batch: 2).run(input)
    let got = try CompiledNetwork(again, batch: 2).run(input)
    #expect(got.shape == expected.shape)
    #expect(Fixtures.errorOfRange(got.values, expected.values) < 2e-6, "\(network.name)")
    return again
  }

  @Test(arguments: LayerCases.all.map(\.name))
  func everyLayerComesBack(_ name: String) throws {
    let network = try #require(LayerCases.all.first { $0.name == name })
    _ = try roundTrip(network)
  }

  @Test(arguments: LayerCases.exact.map(\.name))
  func simpleLayersComeBackAsTheyWere(_ name: String) throws {
    let network = try #require(LayerCases.exact.first { $0.name == name })
    let again = try roundTrip(network)
    #expect(again.nodes.map(\.layer) == network.nodes.map(\.layer))
    #expect(again.nodes.map(\.path) == network.nodes.map(\.path))
    #expect(again.nodes.map(\.inputs) == network.nodes.map(\.inputs))
  }

  @Test(arguments: ["mobilenet_v2.ts", "mobilenet_v2.dyn", "efficientnet_lite0.ts"])
  func realNetworksComeBack(_ name: String) throws {
    guard let path = Fixtures.model(name) else { return }
    let network = try ONNXModel(contentsOf: path).network()
    let again = try ONNXModel(bytes: network.onnx(), name: name).network()
    #expect(again.nodes.map(\.layer) == network.nodes.map(\.layer))
    #expect(again.nodes.map(\.path) == network.nodes.map(\.path))
    #expect(again.nodes.map(\.inputs) == network.nodes.map(\.inputs))
  }

  @Test func theFileSaysWhatItIs() throws {
    let network = LayerCases.residual()
    let model = try ONNXModel(bytes: network.onnx(metadata: ["classes": "a,b"]), name: "n")
    #expect(model.producer == "moire \(MoireVersion.current)")
    #expect(model.opset == 17)
    #expect(model.classes == ["a", "b"])
    #expect(model.inputs.map(\.name) == ["input"] && model.outputs.map(\.name) == ["output"])
    #expect(model.inputs[0].shape == [nil, 3, 22, 26])
    let names = model.graph.initializer.map(\.name)
    #expect(names.contains("block1.conv1.weight") && names.contains("block1.conv1.bias"))
    #expect(names.contains("block1.bn.running_var"))
    #expect(Set(names).count == names.count)
    #expect(Set(model.graph.node.map(\.name)).count == model.graph.node.count)
    #expect(try network.onnx() == network.onnx(), "the same bytes each time")
  }

  @Test func nodesThatTheOutputDoesNotNeedAreLeftOut() throws {
    var network = LayerCases.residual()
    network.output = 1
    let model = try ONNXModel(bytes: network.onnx(), name: "n")
    #expect(model.graph.node.map(\.opType) == ["Conv"])
    network.output = 0
    let empty = try ONNXModel(bytes: network.onnx(), name: "n")
    #expect(empty.graph.node.map(\.opType) == ["Identity"])
  }

  @Test func whatCannotBeWrittenIsRefused() throws {
    func failure(_ layer: Layer) -> String {
      var network = Network(name: "n", inputShape: [2, 6, 8])
      network.append("here", layer)
      do { _ = try network.onnx() } catch { return "\(error)" }
      return ""
    }
    let broken = try Tensor(shape: [1, 2, 1, 1], values: [1, .nan])
    #expect(
      failure(.convolution(Convolution(weight: broken)))
        == "layer here: value 1 of 'here.weight' is nan, every weight must be finite")
    let wrong = try Tensor(shape: [1, 5, 1, 1])
    #expect(failure(.convolution(Convolution(weight: wrong))).contains("layer here"))
  }

  @Test func filesAreWrittenWhole() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("moire-export-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let network = LayerCases.residual()
    let path = folder.appendingPathComponent("net.onnx").path
    try network.writeONNX(path: path)
    #expect(try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == network.onnx())
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["net.onnx"])

    // As if the weights were too many for one message.
    var exporter = try Exporter(network)
    var file = ONNXFile(path: path)
    file.limit = 100
    try file.write(try exporter.model(metadata: [:]))
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(files == ["net.onnx", "net.onnx.data"])
    let again = try ONNXModel(contentsOf: path).network()
    #expect(again.nodes.map(\.layer) == network.nodes.map(\.layer))

    let nowhere = folder.appendingPathComponent("no/net.onnx").path
    let error = #expect(throws: ModelError.self) { try network.writeONNX(path: nowhere) }
    #expect(error?.description == "\(nowhere): cannot be written: no such file or directory")
  }

  /// Leaves the cases with inputs and outputs in the folder `MOIRE_EXPORTS`, where the script
  /// `check_exports.py` of the fixtures compares them with onnxruntime.
  @Test func casesForOtherRuntimes() throws {
    guard let folder = ProcessInfo.processInfo.environment["MOIRE_EXPORTS"] else {
      print("skipped: set MOIRE_EXPORTS to a folder for check_exports.py")
      return
    }
    var networks = LayerCases.all
    for name in ["mobilenet_v2.ts", "mobilenet_v2.dyn", "efficientnet_lite0.ts"] {
      guard let path = Fixtures.model(name) else { continue }
      networks.append(try ONNXModel(contentsOf: path).network())
    }
    for network in networks {
      let stem = folder + "/" + network.name
      let input = LayerCases.random([2] + network.inputShape, seed: 3)
      try network.writeONNX(path: stem + ".onnx")
      try NPY.write(input, path: stem + ".input.npy")
      try NPY.write(
        try CompiledNetwork(network, batch: 2).run(input), path: stem + ".output.npy")
    }
  }
}
