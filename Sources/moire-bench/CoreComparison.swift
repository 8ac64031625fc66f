import Foundation

/// One operation of the core beside other ways, measured in turns.
struct CoreComparison {
  let name: String
  let map: String
  let threads: Int
  let moire: Contestant
  /// Other ways, and what the ratio of Moire's time to theirs is to stay below.
  let beside: [(contestant: Contestant, target: Double)]

  /// Measures and prints a row for each other way.
  func measure(rounds: Int, budget: Double) throws {
    var ours: [Double] = []
    var theirs = beside.map { _ in (name: "", times: [Double]()) }
    // The first round warms up.
    for round in 0...rounds {
      let mine = try moire.time(budget).milliseconds
      if round > 0 { ours += mine }
      for (index, other) in beside.enumerated() {
        let answer = try other.contestant.time(budget)
        theirs[index].name = answer.name
        if round > 0 { theirs[index].times += answer.milliseconds }
      }
    }
    for (other, result) in zip(beside, theirs) where !result.times.isEmpty {
      print(row(ours, result.name, result.times, other.target))
    }
    fflush(nil)
  }

  private func row(
    _ ours: [Double], _ other: String, _ theirs: [Double], _ target: Double
  ) -> String {
    func milliseconds(_ x: Double) -> String { String(format: x < 1 ? "%.3f" : "%.2f", x) }
    func ratio(_ x: Double) -> String { String(format: "%.2f", x) }
    let (best, least) = (ours.min() ?? 0, theirs.min() ?? 0)
    let medians = Comparison.median(ours) / Comparison.median(theirs)
    return "| \(name) | \(map) | \(threads) | \(milliseconds(best)) | \(other) | "
      + "\(milliseconds(least)) | \(ratio(best / least)) | \(ratio(medians)) | ≤ \(ratio(target)) |"
  }
}
