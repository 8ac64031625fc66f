import Foundation

/// How two lists of numbers go together.
enum Correlations {
  /// Σ (a − ā)(b − b̄) / √(Σ (a − ā)² Σ (b − b̄)²); nil for fewer than three points or a constant.
  static func pearson(_ a: [Double], _ b: [Double]) -> Double? {
    guard a.count == b.count, a.count > 2 else { return nil }
    let count = Double(a.count)
    let (meanA, meanB) = (a.reduce(0, +) / count, b.reduce(0, +) / count)
    var (ab, aa, bb) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      ab += (x - meanA) * (y - meanB)
      aa += (x - meanA) * (x - meanA)
      bb += (y - meanB) * (y - meanB)
    }
    // What is left of a constant after rounding is no variation.
    guard aa > 1e-24 * count * meanA * meanA, bb > 1e-24 * count * meanB * meanB, aa > 0, bb > 0
    else { return nil }
    return max(-1, min(1, ab / (aa * bb).squareRoot()))
  }

  /// ``pearson(_:_:)`` of ln a and ln b over the points where both are positive.
  static func logarithmic(_ a: [Double], _ b: [Double]) -> Double? {
    let pairs = zip(a, b).filter { $0.0 > 0 && $0.1 > 0 }
    return pearson(pairs.map { log($0.0) }, pairs.map { log($0.1) })
  }

  /// ``pearson(_:_:)`` of the ranks, equal values sharing the mean of theirs.
  static func spearman(_ a: [Double], _ b: [Double]) -> Double? { pearson(ranks(a), ranks(b)) }

  static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var result = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      for place in start..<end { result[order[place]] = Double(start + end - 1) / 2 }
      start = end
    }
    return result
  }
}
