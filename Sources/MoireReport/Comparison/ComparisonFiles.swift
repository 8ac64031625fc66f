public import MoireAnalysis

/// The files of a comparison.
public enum ComparisonFiles {
  /// Writes `compare.json`, `compare.csv` and `compare.svg` into a folder: all or none.
  ///
  /// - Returns: The paths of the files.
  /// - Throws: ``ReportError``.
  @discardableResult
  public static func write(
    _ document: ComparisonDocument, to directory: String
  ) throws -> [String] {
    try FolderWriter(directory: directory).write([
      ("compare.json", Array(try DocumentJSON.encode(document))),
      ("compare.csv", Array(ComparisonCSV(document).render().utf8)),
      ("compare.svg", Array(BeforeAfterChart(document).svg().utf8)),
    ])
  }
}
