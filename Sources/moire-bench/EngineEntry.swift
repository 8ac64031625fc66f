import Foundation

/// A network of the comparison of engines.
struct EngineEntry {
  let model: String
  /// The same dense network without its filters.
  let bare: String?

  var name: String { URL(fileURLWithPath: model).deletingPathExtension().lastPathComponent }

  /// The README's networks in a folder; those that are not there yet are made.
  static func all(in folder: String, python: String) throws -> [EngineEntry] {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    func file(_ name: String) throws -> String {
      let path = URL(fileURLWithPath: folder).appendingPathComponent("\(name).onnx").path
      if !FileManager.default.fileExists(atPath: path) {
        try Peer.make(name, at: path, python: python)
      }
      return path
    }
    return try ["resnet18", "resnet50", "mobilenet_v2", "densenet121", "vgg16"].map {
      EngineEntry(model: try file($0), bare: nil)
    } + [EngineEntry(model: try file("resnet18_blur"), bare: try file("resnet18_bare"))]
  }
}
