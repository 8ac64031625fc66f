/// The nodes that one output needs, in an order of execution.
struct GraphSection {
  private(set) var nodes: [ONNXNodeProto] = []
  /// The inputs of the graph that the output depends on, in the order of the graph.
  private(set) var inputs: [String] = []
  /// How often each value is read, the output itself counting as one.
  private(set) var uses: [String: Int] = [:]

  private let model: ONNXModel
  private let initialisers: Set<String>
  private let producers: [String: Int]

  /// - Throws: ``ModelError/invalidGraph(model:reason:)``.
  init(of model: ONNXModel, output: String) throws {
    self.model = model
    initialisers = Set(
      model.graph.initializer.map(\.name) + model.graph.sparseInitializer.map(\.values.name))
    producers = try GraphSection.producers(
      in: model, taken: initialisers.union(model.inputs.map(\.name)))
    try order(try reach(output))
  }

  private static func producers(
    in model: ONNXModel, taken: Set<String>
  ) throws -> [String: Int] {
    var producers: [String: Int] = [:]
    for (index, node) in model.graph.node.enumerated() {
      for name in node.output where !name.isEmpty {
        guard producers.updateValue(index, forKey: name) == nil, !taken.contains(name) else {
          throw ModelError.invalidGraph(
            model: model.name, reason: "\(Operator.label(of: node)) gives '\(name)' a second time")
        }
      }
    }
    return producers
  }

  /// Finds the needed nodes from the output backwards.
  private mutating func reach(_ output: String) throws -> Set<Int> {
    var needed: Set<Int> = []
    var reached: Set<String> = []
    var pending = [(name: output, reader: "the output")]
    let ports = Set(model.inputs.map(\.name))
    while let (name, reader) = pending.popLast() {
      uses[name, default: 0] += 1
      guard reached.insert(name).inserted, !initialisers.contains(name), !ports.contains(name)
      else { continue }
      guard let index = producers[name] else {
        throw ModelError.invalidGraph(
          model: model.name, reason: "\(reader) reads '\(name)', which nothing gives")
      }
      guard needed.insert(index).inserted else { continue }
      let node = model.graph.node[index]
      pending += node.input.filter { !$0.isEmpty }.map { ($0, Operator.label(of: node)) }
    }
    inputs = model.inputs.map(\.name).filter(reached.contains)
    return needed
  }

  /// Keeps the order of the file as far as the edges allow (Kahn 1962).
  private mutating func order(_ needed: Set<Int>) throws {
    var missing: [Int: Int] = [:]
    var readers: [Int: [Int]] = [:]
    for index in needed {
      for name in model.graph.node[index].input {
        guard let producer = producers[name] else { continue }
        missing[index, default: 0] += 1
        readers[producer, default: []].append(index)
      }
    }
    let sorted = needed.sorted()
    if isOrdered(sorted) {
      nodes = sorted.map { model.graph.node[$0] }
      return
    }
    var ready = sorted.filter { missing[$0] == nil }
    var next = 0
    while next < ready.count {
      for reader in (readers[ready[next]] ?? []).sorted() {
        missing[reader]! -= 1
        if missing[reader] == 0 { ready.append(reader) }
      }
      next += 1
    }
    guard ready.count == needed.count else {
      let stuck = sorted.first { missing[$0, default: 0] > 0 }!
      throw ModelError.invalidGraph(
        model: model.name,
        reason: "\(Operator.label(of: model.graph.node[stuck])) stands in or behind a cycle")
    }
    nodes = ready.map { model.graph.node[$0] }
  }

  private func isOrdered(_ indices: [Int]) -> Bool {
    indices.allSatisfy { index in
      model.graph.node[index].input.allSatisfy { (producers[$0] ?? -1) < index }
    }
  }
}
