public import Foundation

/// Documents as JSON: snake-case keys in order, one line for each list of plain values.
public enum DocumentJSON {
  /// A document as UTF-8 JSON.
  ///
  /// - Throws: ``ReportError/notFinite(key:)``; JSON knows neither NaN nor infinity.
  public static func encode(_ document: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    do {
      let json = Array(try encoder.encode(document))
      return Data(AuditJSON.compacted(json) + [UInt8(ascii: "\n")])
    } catch EncodingError.invalidValue(_, let context) {
      throw ReportError.notFinite(
        key: context.codingPath.map(\.stringValue).joined(separator: "."))
    }
  }

  /// Reads what ``encode(_:)`` wrote.
  ///
  /// - Throws: `DecodingError`.
  public static func decode<Document: Decodable>(
    _ type: Document.Type, from data: Data
  ) throws -> Document {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: data)
  }
}
