import Foundation
import MoireModels
import MoireTensors
import TestSupport
import Testing

@testable import MoireAnalysis

/// Against onnxruntime's maps, upsampled and compared by torch; see the script beside the fixture.
@Suite struct EquivariancePeerTests {
  /// Both sum in single precision in orders of their own; a distance is of second order in that: 1e-6.
  @Test func theEmbeddedNetworkAgreesWithTorch() throws {
    let folder = Fixtures.folder.appendingPathComponent("equivariance")
    let expected = try JSONDecoder().decode(
      [String: [Double]].self,
      from: Data(contentsOf: folder.appendingPathComponent("distances.json")))
    let images = try NPY.read(path: folder.appendingPathComponent("input.npy").path)
    let network = try ONNXModel(
      contentsOf: Fixtures.embedded.appendingPathComponent("default.onnx").path
    ).network()
    let document = try Equivariance(
      network: network,
      source: AuditSource(
        (0..<2).map { AuditInput(name: "\($0)", tensor: images.images($0..<$0 + 1)) }),
      options: .init(threads: 2), preprocessing: .init(description: "none")
    ).document
    #expect(document.range == 8)
    var compared = 0
    for layer in document.layers where layer.part != .dense {
      let distances = try #require(expected[layer.path])
      let error = zip(distances, layer.distances).map { abs($0 - $1) }.max() ?? 1
      #expect(distances.count == 65 && error < 1e-6, "\(layer.path): \(error)")
      let between = try #require(layer.between)
      #expect(abs(between - distances[64]) < 1e-6)
      #expect(try #require(layer.normalized) == layer.mean / between)
      compared += 1
    }
    #expect(compared == expected.count)
  }
}
