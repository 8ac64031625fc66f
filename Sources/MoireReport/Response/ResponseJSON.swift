public import Foundation

/// The JSON of `moire response`: snake-case keys in order, one line for each list of numbers.
public enum ResponseJSON {
  /// The document as UTF-8 JSON that ``decode(_:)`` gives back unchanged.
  ///
  /// - Throws: what `JSONEncoder` throws; the numbers of a document are finite.
  public static func encode(_ document: ResponseDocument) throws -> Data {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    let json = Array(try encoder.encode(document))
    return Data(AuditJSON.compacted(json) + [UInt8(ascii: "\n")])
  }

  /// Reads what ``encode(_:)`` wrote.
  ///
  /// - Throws: `DecodingError`.
  public static func decode(_ data: Data) throws -> ResponseDocument {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(ResponseDocument.self, from: data)
  }
}
