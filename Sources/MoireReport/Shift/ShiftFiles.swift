public import MoireAnalysis

/// The files of a run of shift protocols.
public enum ShiftFiles {
  /// Writes `shift.json`, `shift.csv` and, with records, `images.csv` into a folder: all or none.
  ///
  /// - Returns: The paths of the files.
  /// - Throws: ``ReportError``.
  @discardableResult
  public static func write(
    _ document: ShiftDocument, records: [ImageRecord], to directory: String
  ) throws -> [String] {
    let files = [
      ("shift.json", Array(try DocumentJSON.encode(document))),
      ("shift.csv", Array(metrics(document).utf8)),
      ("images.csv", Array(images(document, records).utf8)),
    ]
    return try FolderWriter(directory: directory).write(files)
  }

  /// One row a number: protocol, value of the series where there is one, name, value, interval.
  static func metrics(_ document: ShiftDocument) -> String {
    var rows = [
      [
        "protocol", "series", "metric", "value", "low", "high", "interval", "images", "pairs",
        "line",
      ]
    ]
    for result in document.protocols {
      let points =
        [("", result.metrics)]
        + result.series.map { ($0.label ?? "\($0.value)", $0.metrics) }
      for (place, metrics) in points {
        rows += metrics.map {
          [
            result.name, place, $0.name, field($0.value), field($0.low), field($0.high),
            $0.interval ?? "", "\(result.images)", "\(result.pairs)", result.protocolLine,
          ]
        }
      }
    }
    return csv(rows)
  }

  /// One row an image and protocol: pairs, pairs that agree, views, views that are right.
  static func images(_ document: ShiftDocument, _ records: [ImageRecord]) -> String {
    var rows = [
      [
        "image", "label", "prediction", "probability", "protocol", "pairs", "agreeing", "mac",
        "views", "right",
      ]
    ]
    for record in records.sorted(by: { $0.index < $1.index }) {
      for (result, part) in zip(document.protocols, record.protocols) {
        let change = part.change ?? []
        let mac = change.isEmpty ? nil : change.reduce(0, +) / Double(change.count)
        let right = record.label.map { label in
          "\((part.predictions ?? []).count { $0 == label })"
        }
        rows.append([
          record.name, record.label.map { "\($0)" } ?? "",
          record.prediction.map { "\($0)" } ?? "", field(record.probability), result.name,
          part.agree.map { "\($0.count)" } ?? "", part.agree.map { "\($0.reduce(0, +))" } ?? "",
          field(mac), part.predictions.map { "\($0.count)" } ?? "", right ?? "",
        ])
      }
    }
    return csv(rows)
  }

  private static func csv(_ rows: [[String]]) -> String {
    rows.map { $0.map(CSVField.quoted).joined(separator: ",") + "\r\n" }.joined()
  }

  private static func field(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
}
