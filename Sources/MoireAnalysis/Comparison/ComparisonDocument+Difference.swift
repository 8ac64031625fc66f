extension ComparisonDocument.Difference {
  /// Later minus first; nil where one has no value.
  ///
  /// Newcombe's interval of v − u from [l₁, h₁] around u and [l₂, h₂] around v is
  /// (v − u) − √((v − l₂)² + (h₁ − u)²) … (v − u) + √((h₂ − v)² + (u − l₁)²).
  init?(from first: ComparedResult.Number, to later: ComparedResult.Number) {
    guard let u = first.value, let v = later.value else { return nil }
    difference = v - u
    if let range = ComparisonDocument.Difference.paired(first.images, later.images) {
      (low, high, interval) = (range.low, range.high, "paired-bootstrap")
    } else if let l1 = first.low, let h1 = first.high, let l2 = later.low, let h2 = later.high {
      low = (v - u) - ((v - l2) * (v - l2) + (h1 - u) * (h1 - u)).squareRoot()
      high = (v - u) + ((h2 - v) * (h2 - v) + (u - l1) * (u - l1)).squareRoot()
      interval = "newcombe"
    }
  }

  /// Over the images of both; nil where they differ, and where all of them changed alike, so that
  /// resamples would show no spread.
  private static func paired(
    _ first: [String: Double]?, _ later: [String: Double]?
  ) -> (low: Double, high: Double)? {
    guard let first, let later, first.keys == later.keys else { return nil }
    let changes = first.keys.sorted().map { later[$0]! - first[$0]! }
    guard let some = changes.first, changes.contains(where: { $0 != some }) else { return nil }
    return Interval.bootstrap(changes, changes.map { _ in 1 }, seed: 0)
  }
}
