import Foundation
import MoireTensors

/// Where a tensor keeps its values outside the model file.
struct ExternalData {
  let location: String
  let offset: Int
  let length: Int?
  let tensor: String

  /// - Throws: ``ModelError/externalData(tensor:reason:)``.
  init(_ entries: [ONNXStringStringEntryProto], tensor: String) throws {
    func number(_ key: String) throws -> Int? {
      guard let text = entries.first(where: { $0.key == key })?.value else { return nil }
      guard let value = Int(text), value >= 0 else {
        throw ModelError.externalData(
          tensor: tensor, reason: "\(key) '\(text)' is not a number of bytes")
      }
      return value
    }
    guard let location = entries.first(where: { $0.key == "location" })?.value, !location.isEmpty
    else { throw ModelError.externalData(tensor: tensor, reason: "no file is named") }
    let parts = location.split(whereSeparator: { $0 == "/" || $0 == "\\" })
    guard !location.hasPrefix("/"), !location.hasPrefix("\\"), !location.contains("\0"),
      !parts.contains("..")
    else {
      throw ModelError.externalData(
        tensor: tensor, reason: "'\(location)' leads out of the model's folder")
    }
    self.location = location
    self.tensor = tensor
    offset = try number("offset") ?? 0
    length = try number("length")
  }

  /// The values of the tensor, which take `count` bytes.
  ///
  /// - Throws: ``ModelError/externalData(tensor:reason:)``.
  func read(_ count: Int, as type: ElementType, folder: String?) throws -> Constant.Storage {
    func refuse(_ reason: String) -> ModelError { .externalData(tensor: tensor, reason: reason) }
    guard let folder else {
      throw refuse("'\(location)' needs a model that is read from a file")
    }
    guard length ?? count == count else {
      throw refuse("the dimensions need \(count) bytes, \(length ?? 0) are declared")
    }
    let range = FileRange(path: folder + "/" + location, offset: offset, count: count)
    do { return try range.values(as: type) } catch let failure as FileRange.Failure {
      throw refuse(failure.reason)
    }
  }
}
