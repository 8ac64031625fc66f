import Foundation
import MoireTensors
import SwiftProtobuf

/// A model on its way to a file, with its weights in a second one when they are too many.
struct ONNXFile {
  /// Protocol buffers hold less than 2 GiB; the nodes need room beside the weights.
  static let largestMessage = Int(Int32.max) - 64 << 20

  let path: String
  /// Weights beyond this many bytes go into the second file.
  var limit = ONNXFile.largestMessage
  /// Where a tensor begins in the second file, so that it can be mapped into memory.
  private let alignment = 4096

  init(path: String) { self.path = path }

  /// - Throws: ``ModelError/unwritable(path:reason:)``.
  func write(_ model: ONNXModelProto) throws {
    var model = model
    if model.graph.weightBytes > limit { try moveWeights(of: &model) }
    do {
      let bytes: Data = try model.serializedBytes()
      try bytes.write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw ModelError.unwritable(path: path, reason: systemReason(error))
    }
  }

  /// Writes the constants into `PATH.data` and leaves their places in the model.
  private func moveWeights(of model: inout ONNXModelProto) throws {
    let target = URL(fileURLWithPath: path + ".data")
    let draft = target.deletingLastPathComponent()
      .appendingPathComponent(".\(target.lastPathComponent).\(UUID().uuidString)")
    do {
      try Data().write(to: draft)
      let handle = try FileHandle(forWritingTo: draft)
      defer { try? handle.close() }
      var offset = 0
      for index in model.graph.initializer.indices {
        offset = (offset + alignment - 1) / alignment * alignment
        try handle.seek(toOffset: UInt64(offset))
        let values = model.graph.initializer[index].rawData
        try handle.write(contentsOf: values)
        model.graph.initializer[index].point(
          to: target.lastPathComponent, offset: offset, count: values.count)
        offset += values.count
      }
      // Renaming replaces an older file in one step.
      guard rename(draft.path, target.path) == 0 else {
        throw NSError(domain: NSPOSIXErrorDomain, code: Int(errno))
      }
    } catch {
      try? FileManager.default.removeItem(at: draft)
      throw ModelError.unwritable(path: target.path, reason: systemReason(error))
    }
  }
}

extension ONNXTensorProto {
  /// Replaces the values by their place in another file.
  fileprivate mutating func point(to location: String, offset: Int, count: Int) {
    rawData = Data()
    dataLocation = 1
    externalData = [("location", location), ("offset", "\(offset)"), ("length", "\(count)")].map {
      key, value in .with { ($0.key, $0.value) = (key, value) }
    }
  }
}
