import Foundation

/// The times of many runs of one thing, in ms.
struct Series {
  private var values: [Double] = []

  mutating func add(_ times: [Double]) { values += times }

  var median: Double { Comparison.median(values) }
  var minimum: Double { values.min() ?? .nan }
  var text: String { String(format: "%.2f / %.2f", median, minimum) }
}
