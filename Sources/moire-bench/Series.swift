import Foundation

/// The times of one thing over the rounds of a comparison, in ms.
struct Series {
  private var rounds: [[Double]] = []

  mutating func add(_ times: [Double]) { rounds.append(times) }

  var median: Double { Comparison.median(rounds.flatMap { $0 }) }
  var minimum: Double { rounds.joined().min() ?? .nan }
  var text: String { String(format: "%.2f / %.2f", median, minimum) }

  /// This over another, round by round, since the machine's clock may change from one to the next: the
  /// median of the ratios of the rounds' medians.
  func ratio(to other: Series) -> Double {
    Comparison.median(
      zip(rounds, other.rounds).map { Comparison.median($0) / Comparison.median($1) })
  }
}
