public import Foundation
public import MoireAnalysis

/// What `moire theorem --out` writes, as bytes with their names.
public enum TheoremFiles {
  /// `theorem.json`, `theorem.csv` and `theorem.svg`.
  ///
  /// - Parameter keepsChannels: whether single channels stand in the JSON file; the table and the
  ///   drawing have them always.
  /// - Throws: ``ReportError/notFinite(key:)``.
  public static func render(
    _ document: TheoremDocument, keepsChannels: Bool
  ) throws -> [(name: String, data: Data)] {
    [
      ("theorem.json", try json(document, keepsChannels: keepsChannels)),
      ("theorem.csv", Data(TheoremCSV(document).render().utf8)),
      ("theorem.svg", Data(IdentityChart(document).svg().utf8)),
    ]
  }

  /// The document alone.
  ///
  /// - Throws: ``ReportError/notFinite(key:)``.
  public static func json(_ document: TheoremDocument, keepsChannels: Bool) throws -> Data {
    try DocumentJSON.encode(keepsChannels ? document : document.withoutChannels)
  }

  /// Writes them into a folder, all or none; the folder is made if need be.
  ///
  /// - Returns: the paths of the files.
  /// - Throws: ``ReportError``.
  @discardableResult
  public static func write(
    _ document: TheoremDocument, keepsChannels: Bool, to directory: String
  ) throws -> [String] {
    let files = try render(document, keepsChannels: keepsChannels)
    return try FolderWriter(directory: directory).write(files.map { ($0.name, Array($0.data)) })
  }
}
