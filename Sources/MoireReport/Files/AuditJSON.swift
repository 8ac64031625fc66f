public import Foundation
public import MoireAnalysis

/// `audit.json`: snake-case keys in order, one line for each list of plain values.
public enum AuditJSON {
  /// The document as UTF-8 JSON that ``decode(_:)`` gives back unchanged.
  ///
  /// - Throws: ``ReportError/notFinite(key:)``; JSON knows neither NaN nor infinity.
  public static func encode(_ document: AuditDocument) throws -> Data {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    do {
      return Data(compacted(Array(try encoder.encode(document))) + [UInt8(ascii: "\n")])
    } catch EncodingError.invalidValue(_, let context) {
      throw ReportError.notFinite(key: context.codingPath.map(\.name).joined(separator: "."))
    }
  }

  /// Reads what ``encode(_:)`` wrote.
  ///
  /// - Throws: `DecodingError`.
  public static func decode(_ data: Data) throws -> AuditDocument {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(AuditDocument.self, from: data)
  }

  /// Lists without objects or lists inside brought onto one line each.
  static func compacted(_ json: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(json.count)
    var scanner = JSONScanner()
    var listStart: Int?
    for byte in json {
      let isOutside = !scanner.isInString
      scanner.advance(byte)
      result.append(byte)
      guard isOutside else { continue }
      switch byte {
      case UInt8(ascii: "["): listStart = result.count - 1
      case UInt8(ascii: "{"): listStart = nil
      case UInt8(ascii: "]"):
        if let start = listStart {
          result.replaceSubrange(start..., with: onOneLine(result[start...]))
        }
        listStart = nil
      default: break
      }
    }
    return result
  }

  private static func onOneLine(_ list: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var scanner = JSONScanner()
    for byte in list {
      let isOutside = !scanner.isInString
      scanner.advance(byte)
      if isOutside, byte == 10 || byte == 32 { continue }
      result.append(byte)
      if isOutside, byte == UInt8(ascii: ",") { result.append(32) }
    }
    return result
  }
}

/// Tells whether a byte of JSON text stands inside a string.
private struct JSONScanner {
  private(set) var isInString = false
  private var isEscaped = false

  mutating func advance(_ byte: UInt8) {
    if isEscaped {
      isEscaped = false
    } else if isInString, byte == UInt8(ascii: "\\") {
      isEscaped = true
    } else if byte == UInt8(ascii: "\"") {
      isInString.toggle()
    }
  }
}

extension CodingKey {
  /// The key as it stands in the file, with the index of a list.
  fileprivate var name: String {
    if let intValue { return "\(intValue)" }
    return stringValue.map { $0.isUppercase ? "_" + $0.lowercased() : String($0) }.joined()
  }
}
