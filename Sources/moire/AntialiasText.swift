import Foundation
import MoireKit

/// The changes that `moire antialias` made, as a table.
struct AntialiasText {
  let changes: [Antialiasing.Change]

  init(_ changes: [Antialiasing.Change]) { self.changes = changes }

  func render() -> String {
    let rows =
      [["Layer", "Was", "Is", "Size", "Phase"]]
      + changes.map { change in
        [
          change.path, change.before, change.after.joined(separator: " → "),
          "\(change.inputSize) → \(change.outputSize)",
          "\(AntialiasText.text(change.phaseBefore)) → \(AntialiasText.text(change.phase))",
        ]
      }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let lines = rows.map { row in
      let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
    let count = "\(changes.count) \(changes.count == 1 ? "layer" : "layers") replaced"
    return ([lines[0], rule] + lines.dropFirst() + ["", count]).joined(separator: "\n")
  }

  /// One number where both axes have the same.
  private static func text(_ phase: [Double]) -> String {
    let numbers = phase.map { String(format: "%g", $0) }
    return Set(numbers).count == 1 ? numbers[0] : numbers.joined(separator: ",")
  }
}
