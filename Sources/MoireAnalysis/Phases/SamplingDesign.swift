import MoireTensors

/// How many nodes of each level to compute, and which.
struct SamplingDesign {
  /// n_l, the nodes of each level, its phases drawn or reached.
  let nodes: [Int]
  /// In the unit of the budget.
  let cost: Double
  private let strides: [HW]

  /// The nodes that n_l − n_(l−1) ∝ 1/√C_l gives within the budget, C_l what a node of level l and one of
  /// each level behind it cost: for independent squares the least sum of variances, as in Neyman's
  /// allocation. A level takes no more than all of its phases.
  /// - Parameters:
  ///   - costs: of a node of each level.
  ///   - fixed: what is spent before the first level.
  init(strides: [HW], costs: [Double], fixed: Double, budget: Double) {
    let behind = costs.indices.map { costs[$0...].reduce(0, +) }
    let most = behind.max() ?? 1
    func nodes(_ scale: Double) -> [Int] {
      var (result, reached) = ([Int](), 1)
      for (level, stride) in strides.enumerated() {
        let more = scale * (most / max(behind[level], most * 1e-9)).squareRoot()
        reached += max(0, min(reached * (stride.area - 1), max(1, Int(more.rounded()))))
        result.append(reached)
      }
      return result
    }
    func cost(_ nodes: [Int]) -> Double {
      zip(nodes, costs).reduce(fixed) { $0 + Double($1.0) * $1.1 }
    }
    var (low, high) = (0.0, Double(strides.reduce(1) { $0 * $1.area }))
    if cost(nodes(high)) <= budget { low = high }
    for _ in 0..<60 where low < high {
      let middle = (low + high) / 2
      if cost(nodes(middle)) <= budget { low = middle } else { high = middle }
    }
    self.nodes = nodes(low)
    self.cost = cost(self.nodes)
    self.strides = strides
  }

  /// The most children that a node of each level has.
  var branching: [Int] {
    nodes.indices.map { level in
      let parents = level == 0 ? 1 : nodes[level - 1]
      return (nodes[level] + parents - 1) / parents
    }
  }

  /// One tree at random: the phases to go on with, for each level by the shift reached so far, and the
  /// leaves' digits by their shifts.
  ///
  /// Which children are drawn keeps every phase, and every pair of phases of two levels, as frequent
  /// as the others, nearby levels first: means of a level's phases are then hardly disturbed by other
  /// levels.
  func tree(
    _ generator: inout SeededGenerator
  ) -> (phases: [[HW: [HW]]], leaves: [HW: [Int]]) {
    var phases: [[HW: [HW]]] = []
    var reached: [(shift: HW, digits: [Int])] = [(0, [])]
    var size: HW = 1
    for (level, stride) in strides.enumerated() {
      let positions = stride.positions
      var balance = PhaseBalance(level: level, phases: strides.map(\.area))
      var chosen: [HW: [HW]] = [:]
      var next: [(shift: HW, digits: [Int])] = []
      let (each, more) = nodes[level].quotientAndRemainder(dividingBy: reached.count)
      let order = generator.draw(reached.count, of: Array(reached.indices))
      let generous = Set(generator.draw(more, of: Array(reached.indices)))
      for index in order {
        let node = reached[index]
        let digits = balance.draw(
          each + (generous.contains(index) ? 1 : 0), behind: node.digits, &generator)
        chosen[node.shift] = digits.map { positions[$0] }
        next += digits.map { digit in
          (node.shift + positions[digit] * size, node.digits + [digit])
        }
      }
      phases.append(chosen)
      reached = next
      size = size * stride
    }
    return (phases, Dictionary(uniqueKeysWithValues: reached.map { ($0.shift, $0.digits) }))
  }
}

/// How often each phase of a level was drawn, alone and behind each phase of the levels before.
private struct PhaseBalance {
  private let count: Int
  private var alone: [Int]
  /// By earlier level, its phase and the drawn one.
  private var behind: [[[Int]]]

  init(level: Int, phases: [Int]) {
    count = phases[level]
    alone = Array(repeating: 0, count: count)
    behind = phases[..<level].map { earlier in
      Array(repeating: Array(repeating: 0, count: phases[level]), count: earlier)
    }
  }

  /// Different phases, the rarest ones; of equals any.
  mutating func draw(
    _ number: Int, behind digits: [Int], _ generator: inout SeededGenerator
  ) -> [Int] {
    var left = generator.draw(count, of: Array(0..<count))
    return (0..<min(number, count)).map { _ in
      let scores = left.map { score($0, digits) }
      let best = scores.indices.min { scores[$0] < scores[$1] } ?? 0
      let phase = left.remove(at: best)
      alone[phase] += 1
      for (level, digit) in digits.enumerated() { behind[level][digit][phase] += 1 }
      return phase
    }
  }

  private func score(_ phase: Int, _ digits: [Int]) -> Double {
    var (sum, weight) = (0.3 * Double(alone[phase]), 1.0)
    for (level, digit) in digits.enumerated().reversed() {
      sum += weight * Double(behind[level][digit][phase])
      weight /= 2
    }
    return sum
  }
}
