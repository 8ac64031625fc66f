import Foundation

/// One operation of the core beside other ways, measured in turns.
struct CoreComparison {
  let name: String
  let map: String
  let threads: Int
  let moire: Contestant
  let rivals: [Rival]

  /// Measures, prints a row for each other way and returns its ratio.
  func measure(rounds: Int, budget: Double) throws -> [CoreRatio] {
    var ours: [Double] = []
    var theirs = rivals.map { _ in (name: "", times: [Double]()) }
    // The first round warms up.
    for round in 0...rounds {
      let mine = try moire.time(budget).milliseconds
      if round > 0 { ours += mine }
      for (index, rival) in rivals.enumerated() {
        let answer = try rival.contestant.time(budget)
        theirs[index].name = answer.name
        if round > 0 { theirs[index].times += answer.milliseconds }
      }
    }
    return zip(rivals, theirs).compactMap { rival, result in
      guard let least = result.times.min(), let best = ours.min() else { return nil }
      let ratio = CoreRatio(
        operation: name, map: map, threads: threads, rival: rival, ours: best, theirs: least)
      let medians = Comparison.median(ours) / Comparison.median(result.times)
      print(row(ratio, result.name, medians))
      fflush(nil)
      return ratio
    }
  }

  private func row(_ ratio: CoreRatio, _ other: String, _ medians: Double) -> String {
    func milliseconds(_ x: Double) -> String { String(format: x < 1 ? "%.3f" : "%.2f", x) }
    func two(_ x: Double) -> String { String(format: "%.2f", x) }
    let limit = ratio.rival.target.map { "≤ \(two($0))" } ?? "–"
    return "| \(name) | \(map) | \(threads) | \(milliseconds(ratio.ours)) | \(other) | "
      + "\(milliseconds(ratio.theirs)) | \(two(ratio.value)) | \(two(medians)) | \(limit) |"
  }
}
