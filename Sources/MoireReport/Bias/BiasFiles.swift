public import MoireAnalysis

/// The files of `moire bias`.
public enum BiasFiles {
  /// Writes `bias.json` and `bias.csv` into a folder: both or none.
  ///
  /// - Returns: The paths of the files.
  /// - Throws: ``ReportError``.
  @discardableResult
  public static func write(_ document: BiasDocument, to directory: String) throws -> [String] {
    try FolderWriter(directory: directory).write([
      ("bias.json", Array(try DocumentJSON.encode(document))),
      ("bias.csv", Array(csv(document).utf8)),
    ])
  }

  /// One row for each class; lines end in CR LF.
  static func csv(_ document: BiasDocument) -> String {
    let tests = ["centre_x", "centre_y", "height", "place_x", "place_y"]
    let header =
      ["class", "boxes", "mean_x", "mean_y", "mean_height"]
      + tests.flatMap { ["\($0)_count", "\($0)_distance", "\($0)_p"] }
      + ["position_p", "size_p", "place_p"]
    let rows = document.classes.map { item in
      [item.name, "\(item.boxes)", "\(item.meanX)", "\(item.meanY)", "\(item.meanHeight)"]
        + [item.centreX, item.centreY, item.height, item.placeX, item.placeY].flatMap { test in
          test.map { ["\($0.count)", "\($0.distance)", "\($0.probability)"] } ?? ["0", "", ""]
        }
        + ["\(item.position)", "\(item.size)", item.place.map { "\($0)" } ?? ""]
    }
    return ([header] + rows)
      .map { $0.map(SitesCSV.quoted).joined(separator: ",") + "\r\n" }.joined()
  }
}
