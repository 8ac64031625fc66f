import Foundation
public import MoireLayers
import MoireTensors
import SwiftProtobuf

extension Network {
  /// The network as an ONNX model: opset 17 (19 when a dilated mean needs it), one input `input` and
  /// one output `output`, the number of images open as `N`, height and width fixed.
  ///
  /// Constants are called by the paths of their layers (`layer1.0.conv1.weight`), so that reading the
  /// model again gives layers of the same paths. Normalisations stay nodes of their own. Layers that
  /// the operator set has no operator for are written as several nodes that compute the same.
  /// - Parameter metadata: key-value pairs to store, such as `classes`.
  /// - Throws: ``ModelError/notExpressible(layer:reason:)``,
  ///   ``ModelError/nonFinite(layer:tensor:index:value:)``, ``ModelError/tooLarge(model:bytes:)`` when
  ///   the weights exceed what one message may hold, and `LayerError` when layers do not fit together.
  /// - Complexity: time and memory in proportion to the weights, which are copied twice.
  public func onnx(metadata: [String: String] = [:]) throws -> [UInt8] {
    var exporter = try Exporter(self)
    let model = try exporter.model(metadata: metadata)
    let bytes = model.graph.weightBytes
    guard bytes <= ONNXFile.largestMessage else {
      throw ModelError.tooLarge(model: name, bytes: bytes)
    }
    return try model.serializedBytes()
  }

  /// Writes the network as an ONNX file; see ``onnx(metadata:)``.
  ///
  /// The file is written beside its place first and then renamed. Weights beyond 2 GiB, the most
  /// that one ONNX file may hold, go into a second file, `PATH.data`, which the first one names.
  /// - Throws: as ``onnx(metadata:)``, and ``ModelError/unwritable(path:reason:)``.
  public func writeONNX(path: String, metadata: [String: String] = [:]) throws {
    var exporter = try Exporter(self)
    try ONNXFile(path: path).write(try exporter.model(metadata: metadata))
  }
}

extension ONNXGraphProto {
  /// The size of all constants.
  var weightBytes: Int { initializer.reduce(0) { $0 + $1.rawData.count } }
}
