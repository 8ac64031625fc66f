public import MoireAnalysis

/// A comparison as a table after RFC 4180: one row for each place, metric and file.
public struct ComparisonCSV {
  private let document: ComparisonDocument

  public init(_ document: ComparisonDocument) {
    self.document = document
  }

  /// Fractions 0…1 with all their digits; an empty field where there is no value.
  public func render() -> String {
    var rows = [
      [
        "group", "place", "metric", "file", "name", "value", "low", "high", "difference",
        "difference_low", "difference_high", "interval",
      ]
    ]
    for place in document.places {
      for metric in place.metrics {
        for (index, item) in document.files.enumerated() {
          let change = index > 0 ? metric.differences[index - 1] : nil
          rows.append([
            place.group.rawValue, place.name, metric.name, item.file, place.names[index] ?? "",
            field(metric.values[index]), field(metric.low[index]), field(metric.high[index]),
            field(change?.difference), field(change?.low), field(change?.high),
            change?.interval ?? "",
          ])
        }
      }
    }
    return rows.map { $0.map(CSVField.quoted).joined(separator: ",") + "\r\n" }.joined()
  }

  private func field(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
}
