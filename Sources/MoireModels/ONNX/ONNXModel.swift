import Foundation
public import MoireLayers
public import MoireTensors
import SwiftProtobuf

/// An ONNX model as it stands in its file: read, not yet understood.
///
/// ``network(inputName:outputName:size:)`` makes a `Network` of it. ONNX itself is described by the
/// protocol-buffer definitions of the ONNX project; opsets 7 to 25 are read.
public struct ONNXModel: Sendable {
  /// An input or output of the model.
  public struct Port: Sendable, Equatable {
    public let name: String
    /// The declared dimensions, `nil` where the model leaves one open; `nil` when none are declared.
    public let shape: [Int?]?
  }

  /// The file's name without its ending, or the name given.
  public let name: String
  /// Program that wrote the model, with its version; empty when it does not say.
  public let producer: String
  /// The version of the standard operator set.
  public let opset: Int
  /// The model's own key-value pairs.
  public let metadata: [String: String]
  /// What a caller must supply; initialisers are left out.
  public let inputs: [Port]
  public let outputs: [Port]

  let graph: ONNXGraphProto
  /// Raw data that were left in the file, by the place of the tensor among the initialisers.
  let large: [Int: FileRange]
  /// Where external data are looked for; `nil` for a model that came as bytes.
  let folder: String?
  /// The size of the model, the measure for what folding may allocate.
  let byteCount: Int

  /// Reads a model. External data are looked for beside it when the network is made, and large weights
  /// are read from the file then, which must not have changed.
  ///
  /// - Throws: ``ModelError/file(path:reason:)``, ``ModelError/notONNX(model:reason:)``.
  public init(contentsOf path: String) throws {
    let url = URL(fileURLWithPath: path)
    // Before the first byte is read: what changes from here on is noticed.
    let stamp = FileStamp(path: path)
    let data: Data
    do { data = try fileContents(path, isMapped: true) } catch {
      throw ModelError.file(path: path, reason: systemReason(error))
    }
    try self.init(
      data, name: url.deletingPathExtension().lastPathComponent, label: path,
      folder: url.deletingLastPathComponent().path, stamp: stamp)
  }

  /// Reads a model from its bytes; it cannot have external data.
  ///
  /// - Throws: ``ModelError/notONNX(model:reason:)``.
  public init(bytes: [UInt8], name: String) throws {
    try self.init(Data(bytes), name: name, label: name)
  }

  private init(
    _ data: Data, name: String, label: String, folder: String? = nil, stamp: FileStamp? = nil
  ) throws {
    let tensors = stamp == nil ? nil : LargeTensors(data)
    let proto: ONNXModelProto
    do {
      proto = try ONNXModelProto(serializedBytes: tensors?.rest ?? data)
    } catch BinaryDecodingError.truncated {
      throw ModelError.notONNX(model: label, reason: "it is cut off, or of another format")
    } catch {
      throw ModelError.notONNX(model: label, reason: "it is damaged, or of another format")
    }
    guard proto.hasGraph, !proto.graph.node.isEmpty else {
      throw ModelError.notONNX(model: label, reason: "it holds no graph")
    }
    let standard = proto.opsetImport.first { isStandardDomain($0.domain) }
    guard let standard, let opset = Int32(exactly: standard.version), (7...25).contains(opset)
    else {
      let found = standard.map { "opset \($0.version)" } ?? "no opset of the standard operators"
      throw ModelError.notONNX(model: label, reason: "\(found), need opset 7 to 25")
    }
    let initialisers = Set(proto.graph.initializer.map(\.name))
    self.name = name
    self.producer = [proto.producerName, proto.producerVersion].filter { !$0.isEmpty }
      .joined(separator: " ")
    self.opset = Int(opset)
    self.metadata = Dictionary(
      proto.metadataProps.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    self.inputs = proto.graph.input.filter { !initialisers.contains($0.name) }.map(Port.init)
    self.outputs = proto.graph.output.map(Port.init)
    self.graph = proto.graph
    large = (tensors?.ranges ?? [:]).mapValues {
      FileRange(path: label, offset: $0.lowerBound, count: $0.count, stamp: stamp)
    }
    self.folder = folder
    self.byteCount = data.count
  }

  /// The class names in the metadata entry `classes`, in the order of the logits, if it is there.
  ///
  /// Read are a JSON array of strings, one name a line, and names with commas between.
  public var classes: [String]? {
    guard let text = metadata["classes"], !text.isEmpty else { return nil }
    if let names = try? JSONDecoder().decode([String].self, from: Data(text.utf8)) { return names }
    return text.split(separator: text.contains("\n") ? "\n" : ",").map {
      $0.trimmingCharacters(in: .whitespaces)
    }
  }

  /// The part of the model between an input and an output, as a network.
  ///
  /// What the output does not need is left out, and a fixed number of images is freed; the
  /// network's remarks say what was changed.
  /// - Parameters:
  ///   - inputName: the input that takes the images; needed when the output reads several.
  ///   - outputName: an output, or any value inside the graph; needed when there are several outputs.
  ///   - size: height and width of the images; needed when the model leaves them open.
  /// - Throws: ``ModelError``.
  public func network(
    inputName: String? = nil, outputName: String? = nil, size: HW? = nil
  ) throws -> Network {
    try Importer(self, inputName: inputName, outputName: outputName, size: size).network()
  }
}

extension ONNXModel.Port {
  init(_ proto: ONNXValueInfoProto) {
    name = proto.name
    guard proto.type.tensorType.hasShape else {
      shape = nil
      return
    }
    shape = proto.type.tensorType.shape.dim.map {
      guard case .dimValue(let value) = $0.value else { return nil }
      return Int(value)
    }
  }

  /// The declared shape as text, open dimensions as `?`.
  var declared: String {
    guard let shape else { return "no shape" }
    return "[" + shape.map { $0.map(String.init) ?? "?" }.joined(separator: ", ") + "]"
  }
}

func isStandardDomain(_ domain: String) -> Bool { domain.isEmpty || domain == "ai.onnx" }
