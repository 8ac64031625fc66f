public import MoireAnalysis
import MoireTensors

/// The files of `moire equivariance`.
public enum EquivarianceFiles {
  /// Writes `equivariance.json`, `equivariance.csv` and `equivariance.svg` into a folder: all or none.
  ///
  /// - Returns: The paths of the files.
  /// - Throws: ``ReportError``, and what the encoder throws.
  @discardableResult
  public static func write(
    _ document: EquivarianceDocument, to directory: String, encodePNG: @escaping PNGEncoder
  ) throws -> [String] {
    try FolderWriter(directory: directory).write([
      ("equivariance.json", Array(try DocumentJSON.encode(document))),
      ("equivariance.csv", Array(csv(document).utf8)),
      (
        "equivariance.svg",
        Array(try DistanceChart(document, encodePNG: encodePNG).svg().utf8)
      ),
    ])
  }

  /// One row for each layer and shift; lines end in CR LF.
  static func csv(_ document: EquivarianceDocument) -> String {
    var text = "layer,part,dh,dw,distance,of_between\r\n"
    for layer in document.layers {
      let name = CSVField.quoted(layer.path)
      let unit = layer.between.flatMap { $0 > 0 ? $0 : nil }
      for (index, distance) in layer.distances.enumerated() {
        let (row, column) = (index / document.range.width, index % document.range.width)
        text += "\(name),\(layer.part.rawValue),\(row),\(column),\(distance),"
        text += "\(unit.map { "\(distance / $0)" } ?? "")\r\n"
      }
    }
    return text
  }
}
