import MoireTensors

/// Chosen shifts as a tree of their phases.
///
/// Per axis a shift is d = d₁ + s₁ d₂ + s₁ s₂ d₃ + …, 0 ≤ d_l < s_l: two shifts have in common what the
/// phases say on which they agree from d₁ on.
struct ShiftTree {
  /// The phases to go on with, for each level by the shift reached so far.
  private(set) var phases: [[HW: [HW]]]

  /// - Parameter shifts: different ones, from 0 to below Π s_l.
  init(_ shifts: some Sequence<HW>, strides: [HW]) {
    phases = strides.map { _ in [:] }
    var reached = strides.map { _ in Set<HW>() }
    for shift in shifts {
      var (node, size) = (HW(0, 0), HW(1, 1))
      for (level, phase) in Self.phases(of: shift, strides).enumerated() {
        let next = node + phase * size
        if reached[level].insert(next).inserted { phases[level][node, default: []].append(phase) }
        (node, size) = (next, size * strides[level])
      }
    }
  }

  /// A tree for each worker: the shifts in the order of the tree, cut into equal parts.
  static func parts(_ shifts: [HW], strides: [HW], count: Int) -> [ShiftTree] {
    let ordered = shifts.map { ($0, Self.phases(of: $0, strides)) }
      .sorted { a, b in
        a.1.lexicographicallyPrecedes(b.1) { ($0.height, $0.width) < ($1.height, $1.width) }
      }
      .map(\.0)
    return (0..<count).map { part in
      ShiftTree(
        ordered[part * ordered.count / count..<(part + 1) * ordered.count / count],
        strides: strides)
    }
  }

  /// The most phases behind one node, for each level.
  var branching: [Int] { phases.map { $0.values.map(\.count).max() ?? 1 } }

  /// The work of a run in which a node of each level costs so much, level 0 before the first phase.
  func cost(_ costs: [Int]) -> Double {
    zip(costs.dropFirst(), phases).reduce(Double(costs[0])) { sum, level in
      sum + Double(level.0) * Double(level.1.values.reduce(0) { $0 + $1.count })
    }
  }

  /// d₁, d₂, …
  private static func phases(of shift: HW, _ strides: [HW]) -> [HW] {
    var left = shift
    return strides.map { stride in
      defer { left = left / stride }
      return left % stride
    }
  }
}
