import Foundation

/// Moire's time against a rival's, for one map and number of threads.
struct CoreRatio {
  let operation: String
  let map: String
  let threads: Int
  let rival: Rival
  let ours: Double
  let theirs: Double

  var value: Double { ours / theirs }

  /// The ratios with a column for each map.
  static func summary(_ all: [CoreRatio]) -> String {
    let maps = all.reduce(into: [String]()) { if !$0.contains($1.map) { $0.append($1.map) } }
    var rows: [(key: String, target: String, ratios: [String: String])] = []
    for ratio in all {
      let key = "| \(ratio.operation) | \(ratio.rival.label) | \(ratio.threads) |"
      let text = String(format: "%.2f", ratio.value)
      if let row = rows.firstIndex(where: { $0.key == key }) {
        rows[row].ratios[ratio.map] = text
      } else {
        let target = ratio.rival.target.map { String(format: "≤ %.2f", $0) } ?? "–"
        rows.append((key, target, [ratio.map: text]))
      }
    }
    let head =
      "| operation | beside | threads | \(maps.joined(separator: " | ")) | target |\n"
      + "|---|---|--:|" + String(repeating: "--:|", count: maps.count + 1)
    return
      ([head]
      + rows.map { row in
        "\(row.key) \(maps.map { row.ratios[$0] ?? "" }.joined(separator: " | ")) | \(row.target) |"
      }).joined(separator: "\n")
  }
}
