/// How many phases of each level to draw at each node of the tree.
struct SamplingDesign {
  let branching: [Int]
  let cost: Double

  /// The design with the least expected error of the shares whose cost stays within the budget.
  ///
  /// The error of V_l goes with the square of what one phase's mean varies by, its own share and what is
  /// left of the shares behind it after averaging, over the degrees of freedom of its level; shares
  /// are taken as equal. Where nothing fits, 2 of each level, the least that says anything.
  /// - Parameters:
  ///   - phases: K_l for each level.
  ///   - cost: of a design, in the unit of the budget.
  init(phases: [Int], budget: Double, cost: ([Int]) -> Double) {
    // The interval needs some branches of the first level.
    let least = phases.enumerated().map { min($1, $0 == 0 ? 4 : 2) }
    var best = least
    var error = Double.infinity
    var current = least
    func search(_ level: Int) {
      guard level < phases.count else {
        let found = Self.error(current, phases)
        if found < error, cost(current) <= budget { (best, error) = (current, found) }
        return
      }
      for count in Self.candidates(from: least[level], to: phases[level]) {
        current[level] = count
        // Later levels only add to the cost.
        if cost(Array(current[...level]) + Array(least[(level + 1)...])) > budget { break }
        search(level + 1)
      }
      current[level] = least[level]
    }
    search(0)
    if error == .infinity, cost(best) > budget { best = phases.map { min($0, 2) } }
    branching = best
    self.cost = cost(best)
  }

  /// All numbers up to 16, then steps of a quarter.
  private static func candidates(from least: Int, to most: Int) -> [Int] {
    var result: [Int] = []
    var count = least
    while count < most {
      result.append(count)
      count += max(1, count / 16 * 4)
    }
    return result + [most]
  }

  private static func error(_ branching: [Int], _ phases: [Int]) -> Double {
    var noise = [Double](repeating: 0, count: phases.count)
    for level in phases.indices.dropLast().reversed() {
      let next = level + 1
      let own = 1 - Double(branching[next]) / Double(phases[next])
      noise[level] = (own + noise[next]) / Double(branching[next])
    }
    var (nodes, drawn, sum) = (1.0, 1.0, 0.0)
    for level in phases.indices where phases[level] > 1 {
      drawn *= Double(branching[level]) / Double(phases[level])
      let spread = (1 - drawn).squareRoot() + noise[level]
      sum += spread * spread / (nodes * Double(branching[level] - 1))
      nodes *= Double(branching[level])
    }
    return sum
  }
}
