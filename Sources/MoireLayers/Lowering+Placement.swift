import CLayers
import MoireTensors

/// Concatenations without a copy: each part is computed where it stands in the result.
///
/// A part begins at whole blocks of channels, so it is contiguous in a map of one image; one of several
/// images is copied to its place. A concatenation that is a part of another one, or that another one
/// begins with, as in a DenseNet's blocks, stands in it.
struct Placement {
  /// A map of which a value is a part.
  struct Slot {
    /// The value of the longest concatenation.
    let whole: Int
    /// The first of its channels.
    let channel: Int
  }

  /// Where network values stand.
  private(set) var slots: [Int: Slot] = [:]
  /// The concatenations that only have to wait for their parts.
  private(set) var nodes: Set<Int> = []

  init() {}

  init(_ network: Network, shapes: [[Int]], blockSize: Int) {
    var candidates: Set<Int> = []
    for (index, node) in network.nodes.enumerated() {
      guard case .concatenate = node.layer, shapes[index + 1].count == 3,
        node.inputs.dropLast().allSatisfy({ shapes[$0][0] % blockSize == 0 })
      else { continue }
      candidates.insert(index)
    }
    func leaves(_ value: Int) -> [Int] {
      candidates.contains(value - 1)
        ? network.nodes[value - 1].inputs.flatMap(leaves) : [value]
    }
    let sorted = candidates.map { (node: $0, leaves: leaves($0 + 1)) }
      .sorted { ($1.leaves.count, $0.node) < ($0.leaves.count, $1.node) }
    for (node, parts) in sorted where slots[node + 1] == nil {
      guard Set(parts).count == parts.count,
        !parts.contains(where: { $0 == 0 || slots[$0] != nil })
      else { continue }
      place(network, shapes, candidates, node, Slot(whole: node + 1, channel: 0))
      for other in sorted where slots[other.node + 1] == nil {
        guard parts.starts(with: other.leaves) else { continue }
        slots[other.node + 1] = Slot(whole: node + 1, channel: 0)
        nodes.insert(other.node)
      }
    }
  }

  private mutating func place(
    _ network: Network, _ shapes: [[Int]], _ candidates: Set<Int>, _ node: Int, _ slot: Slot
  ) {
    slots[node + 1] = slot
    nodes.insert(node)
    var channel = slot.channel
    for input in network.nodes[node].inputs {
      let part = Slot(whole: slot.whole, channel: channel)
      if candidates.contains(input - 1) {
        place(network, shapes, candidates, input - 1, part)
      } else {
        slots[input] = part
      }
      channel += shapes[input][0]
    }
  }
}

extension Lowering {
  /// The place of a network value in a concatenation, where it has one.
  mutating func slot(of value: Int) throws -> Int? {
    guard let slot = placement.slots[value] else { return nil }
    if let place = places[value] { return place }
    let place: Int
    if value == slot.whole {
      place = try newBlocked(dims(of: value))
    } else {
      let base = try self.slot(of: slot.whole)!
      place = try program.slice(of: base, from: slot.channel, count: shapes[value][0])
      blocked.insert(place)
    }
    places[value] = place
    return place
  }

  /// What a step that computes a network value is to write: its place, or a value of its own.
  mutating func newResult(_ value: Int) throws -> Int {
    guard let slot = try slot(of: value), !program.isStrided(slot) else {
      return try newBlocked(dims(of: value))
    }
    return slot
  }

  /// Whether others may stand in the memory of a value, which is then not written over.
  func isPlaced(_ value: Int) -> Bool { placement.slots[value] != nil }

  /// A value whose images follow each other, for steps that take no other.
  mutating func gather(_ value: Int) throws {
    guard let source = values[value], program.isStrided(source) else { return }
    let copy = try newBlocked(dims(of: value))
    try step(cl_step_copy(program.handle, Int32(source), Int32(copy)))
    values[value] = copy
  }

  /// A concatenation whose parts have been computed, those that are not in place copied there; false when
  /// it is not one of those.
  mutating func lowerPlaced(_ index: Int) throws -> Bool {
    guard placement.nodes.contains(index), let target = try slot(of: index + 1) else {
      return false
    }
    for input in network.nodes[index].inputs where placed.insert(input).inserted {
      let place = try slot(of: input)!
      let source = try inBlocks(values[input]!, dims(of: input))
      if source != place {
        try step(cl_step_copy(program.handle, Int32(source), Int32(place)))
      }
    }
    values[index + 1] = target
    placed.insert(index + 1)
    return true
  }

  /// A batch normalisation of a map, with the rectifier or the clip that alone reads it.
  mutating func lowerBatchNormalization(_ index: Int, _ layer: BatchNormalization) throws {
    let input = network.nodes[index].inputs[0]
    let source = values[input]!
    var value = index + 1
    let activation = takeActivation(after: &value) { $0.isBound }
    let reusable =
      isLastUse(input, by: index) && program.base(of: source) != program.base(of: self.input)
      && !isPlaced(value)
    let target: Int
    if reusable {
      target = source
    } else {
      target =
        blocked.contains(source) ? try newResult(value) : try program.plainValue(dims(of: value))
    }
    try step(
      cl_step_affine(
        program.handle, Int32(source), Int32(target), layer.scale.values, layer.shift.values,
        layer.mean.values, layer.variance.values, layer.epsilon, cl_activation(activation)))
    values[value] = target
  }
}
