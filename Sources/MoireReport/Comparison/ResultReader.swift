import Foundation
public import MoireAnalysis
import MoireTensors

/// Reads the JSON files of `moire audit`, `moire shift` and `moire theorem`, whichever it is.
public enum ResultReader {
  /// - Throws: ``ComparisonError/unreadable(file:reason:)`` that says what the file holds instead.
  public static func read(path: String) throws -> ComparedResult {
    let data: Data
    do { data = try fileContents(path) } catch {
      throw ComparisonError.unreadable(
        file: path, reason: "cannot be read: \(systemReason(error))")
    }
    return try read(data, file: path)
  }

  static func read(_ data: Data, file: String) throws -> ComparedResult {
    guard let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
      throw ComparisonError.unreadable(file: file, reason: "the file is no JSON document")
    }
    guard let kind = kind(of: Set(object.keys)) else {
      throw ComparisonError.unreadable(
        file: file,
        reason: "the document is no result of moire audit, moire shift or moire theorem")
    }
    // A file of another version may lack keys of this one: its version is the clearer reason.
    let version = (object["versions"] as? [String: Any])?["moire"] as? String
    if object["schema"] as? Int != 1 {
      throw ComparisonError.unreadable(
        file: file,
        reason: "its schema is \(object["schema"] ?? "missing") of Moire \(version ?? "unknown"), "
          + "this program reads schema 1")
    }
    do {
      switch kind {
      case .audit:
        return ComparedResult(try DocumentJSON.decode(AuditDocument.self, from: data), file: file)
      case .shift:
        return ComparedResult(try DocumentJSON.decode(ShiftDocument.self, from: data), file: file)
      case .theorem:
        return ComparedResult(try DocumentJSON.decode(TheoremDocument.self, from: data), file: file)
      }
    } catch let error as DecodingError {
      throw ComparisonError.unreadable(
        file: file, reason: "the \(kind.rawValue) document is not whole: \(reason(error))")
    }
  }

  private static func kind(of keys: Set<String>) -> ComparedResult.Kind? {
    let needed: [(ComparedResult.Kind, Set<String>)] = [
      (.audit, ["network", "images", "sites", "shift", "sweeps"]),
      (.shift, ["network", "images", "settings", "protocols", "intervals"]),
      (.theorem, ["network", "images", "sites", "pointwise", "protocol_line"]),
    ]
    return needed.first { $0.1.isSubset(of: keys) }?.0
  }

  private static func reason(_ error: DecodingError) -> String {
    func place(_ path: [any CodingKey]) -> String {
      path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
    switch error {
    case .keyNotFound(let key, let context):
      return "'\(place(context.codingPath + [key]))' is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .dataCorrupted(let context):
      return "'\(place(context.codingPath))' has another type than it should"
    @unknown default: return "it cannot be decoded"
    }
  }
}
