import MoireTensors

/// A level of a plan as a program of its own.
extension Lowering {
  /// Lowers the nodes of a level; `isBlocked` says how a value carried over the cut is laid out.
  init(_ plan: PhasePlan, level: Int, batch: Int, isBlocked: (Int) -> Bool) throws {
    self.init(
      plan.network, shapes: plan.values.map(\.shape), batch: batch, program: try Program(),
      kept: plan.exits(of: level))
    program.path = "(cut)"
    for value in plan.entries(of: level) {
      if isBlocked(value) {
        values[value] = try newBlocked(dims(of: value))
      } else {
        values[value] = try program.plainValue(dims(of: value))
      }
    }
    for (index, node) in network.nodes.enumerated()
    where plan.values[index + 1].level == level && plan.crossings[index] == nil
      && !done.contains(index)
    {
      program.path = node.path
      try lower(index)
    }
    guard plan.values[network.output].level == level else { return }
    program.path = "(output)"
    values[network.output] = try plain(values[network.output]!, dims(of: network.output))
  }
}

extension PhasePlan {
  /// The values that a level gets from the one before; the input for level 0.
  func entries(of level: Int) -> [Int] {
    let carried = crossings.keys.map { $0 + 1 }.filter { values[$0].level == level }.sorted()
    return level == 0 ? [0] : carried
  }

  /// The values of a level that the next one reads; the answer for the last.
  func exits(of level: Int) -> Set<Int> {
    let next = Set(entries(of: level + 1).map { network.nodes[$0 - 1].inputs[0] })
    return values[network.output].level == level ? next.union([network.output]) : next
  }

  /// Multiply-adds of one run of each level.
  var multiplyAdds: [Int] {
    var result = [Int](repeating: 0, count: strides.count + 1)
    for (index, node) in network.nodes.enumerated() {
      let value = values[index + 1]
      result[value.level] += node.layer.multiplyAdds(
        input: values[node.inputs[0]].shape, output: value.shape)
    }
    return result
  }
}
