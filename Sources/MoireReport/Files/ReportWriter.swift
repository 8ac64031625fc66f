public import MoireAnalysis

/// Writes a report as a whole: all its files or none.
public enum ReportWriter {
  /// Writes `report.html`, `audit.json` and `sites.csv`, replacing those of an earlier report.
  ///
  /// The folder is made if need be. All is rendered and written beside before any file takes its
  /// name; after an error an earlier report is still there and a new one has left nothing.
  ///
  /// - Returns: The paths of the files.
  /// - Throws: ``ReportError``, and what the encoder throws.
  @discardableResult
  public static func write(
    document: AuditDocument, pictures: [SitePicture], to directory: String,
    encodePNG: @escaping PNGEncoder
  ) throws -> [String] {
    let json = try AuditJSON.encode(document)
    let page = try ReportPage(document, pictures: pictures, encodePNG: encodePNG).render()
    let files = [
      ("report.html", Array(page.utf8)), ("audit.json", Array(json)),
      ("sites.csv", Array(SitesCSV(document).render().utf8)),
    ]
    return try FolderWriter(directory: directory).write(files)
  }
}
