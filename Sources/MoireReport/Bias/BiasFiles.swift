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
    var header = ["class", "boxes", "mean_x", "mean_y", "mean_height"]
    for test in ["centre_x", "centre_y", "height", "place_x", "place_y"] {
      header += [test + "_count", test + "_distance", test + "_p"]
    }
    header += ["position_p", "size_p", "place_p"]
    let rows = [header] + document.classes.map(row)
    return rows.map { $0.map(CSVField.quoted).joined(separator: ",") + "\r\n" }.joined()
  }

  private static func row(_ item: BiasDocument.Class) -> [String] {
    var cells = [item.name, "\(item.boxes)"]
    cells += [item.meanX, item.meanY, item.meanHeight].map { "\($0)" }
    let tests: [UniformityTest?] = [
      item.centreX, item.centreY, item.height, item.placeX, item.placeY,
    ]
    for test in tests {
      guard let test else {
        cells += ["0", "", ""]
        continue
      }
      cells += ["\(test.count)", "\(test.distance)", "\(test.probability)"]
    }
    cells += ["\(item.position)", "\(item.size)"]
    return cells + [item.place.map { "\($0)" } ?? ""]
  }
}
