import MoireTensors

/// A network cut into levels: which nodes run for which phases, and what crosses the cuts.
///
/// The network of a plan is the original one with a *crossing* wherever a value of one level is read in
/// the next. A crossing decimates (every s-th position from the phase on), rolls (the map moved by the
/// phase) or holds (a value that the phase does not change); as a node of the network it does what
/// phase 0 asks for, so that the network itself gives the answer for the unshifted image.
struct PhasePlan {
  enum Crossing: Equatable {
    case decimate(period: HW)
    /// A phase of 1 moves the map by `unit` positions.
    case roll(unit: HW, period: HW)
    case hold
  }

  /// What is known of a value of the plan's network.
  struct Value {
    var shape: [Int]
    var level: Int
    /// The cumulative stride.
    var stride: HW
    /// Positions of the whole circle, for maps.
    var period: HW?
  }

  /// Strided operations run at stride 1 before the cut, once for all of their phases; else behind it,
  /// once for each.
  let isDense: Bool
  let grids: PhaseGrids
  let consumers: [[Int]]
  /// The number of phases of levels 1, 2 …, per axis; level 0 comes before the first phase.
  let strides: [HW]
  private(set) var network: Network
  private(set) var values: [Value]
  /// The crossings by the node that stands for them.
  private(set) var crossings: [Int: Crossing] = [:]
  /// The paths of the layers that subsample, for each entry of ``strides``.
  private(set) var sites: [[String]]

  /// The plan's values for those of the original.
  private var known: [Int: Int] = [0: 0]
  private var memo: [Key: Int] = [:]

  private struct Key: Hashable {
    var value: Int
    var level: Int
    var isDecimated: Bool
  }

  /// - Parameter partial: see ``PhaseGrids/init(_:partial:)``.
  /// - Throws: ``PhaseChainObstacle``, ``LayerError``.
  init(_ original: Network, dense: Bool, partial: Bool = false) throws {
    isDense = dense
    grids = try PhaseGrids(original, partial: partial)
    consumers = original.consumers()
    // An answer that moves with the input differs for every shift.
    let answer = grids.grids[original.output].flatMap { grid in
      grid.period.map { PhaseGrid.fixed($0 * grid.stride) }
    }
    let cumulative = try Self.ordered(grids.grids + [answer])
    strides = zip(cumulative.dropFirst(), cumulative).map { $0 / $1 }
    sites = strides.map { _ in [] }
    network = Network(name: original.name, inputShape: original.inputShape)
    values = [
      Value(shape: original.inputShape, level: 0, stride: 1, period: grids.grids[0]?.period)
    ]
    for index in original.nodes.indices
    where grids.grids[index + 1] != nil && known[index + 1] == nil {
      // Pads wait for the level of their readers.
      if case .pad = original.nodes[index].layer { continue }
      try add(index)
    }
    network.output = crossing(try value(original.output), to: strides.count)
    let last = values[network.output]
    if last.period != nil {
      // What is carried over a cut keeps its layout; an answer has one of its own.
      network.output = try append(
        "answer", .pad(0, .circular), [network.output], level: last.level, stride: last.stride,
        period: last.period)
    }
  }

  /// The cumulative strides from 1 on, each a divisor of the next.
  private static func ordered(_ grids: [PhaseGrid?]) throws -> [HW] {
    let strides = Set(grids.compactMap { $0?.stride }).union([1])
      .sorted { ($0.area, $0.height) < ($1.area, $1.height) }
    for (a, b) in zip(strides, strides.dropFirst()) where !a.divides(b) {
      throw PhaseChainObstacle.branchingStrides(a, b)
    }
    return strides
  }

  /// The level of a cumulative stride.
  func level(of stride: HW) -> Int {
    var (level, reached) = (0, HW(1, 1))
    while reached != stride {
      reached = reached * strides[level]
      level += 1
    }
    return level
  }

  // MARK: Building

  /// The plan's value for one of the original's.
  mutating func value(_ original: Int) throws -> Int {
    if known[original] == nil { try add(original - 1) }
    return known[original]!
  }

  mutating func set(_ original: Int, to value: Int) { known[original] = value }

  private mutating func add(_ index: Int) throws {
    let node = grids.network.nodes[index]
    let grid = grids.grids[index + 1]!
    let level = level(of: grid.stride)
    let inputs = node.inputs.map { grids.grids[$0]! }
    if inputs.contains(where: { $0.isMap && $0.stride != grid.stride }) {
      if case .polyphaseDecision = node.layer {} else { sites[level - 1].append(node.path) }
      if isDense, try addDense(index, level) { return }
    }
    let sources = try node.inputs.map { crossing(try value($0), to: level) }
    known[index + 1] = try append(
      node.path, node.layer, sources, level: level, stride: grid.stride, period: grid.period)
  }

  mutating func append(
    _ path: String, _ layer: Layer, _ inputs: [Int], level: Int, stride: HW, period: HW?
  ) throws -> Int {
    let shape = try layer.outputShape(of: inputs.map { values[$0].shape })
    values.append(Value(shape: shape, level: level, stride: stride, period: period))
    return network.append(path, layer, inputs: inputs)
  }

  /// A value carried to a level.
  mutating func crossing(_ value: Int, to level: Int, decimating: Bool = false) -> Int {
    var value = value
    while values[value].level < level {
      let key = Key(value: value, level: level, isDecimated: decimating)
      value = memo[key] ?? step(value, decimating)
      memo[key] = value
    }
    return value
  }

  /// A value carried over the next cut.
  private mutating func step(_ value: Int, _ decimating: Bool) -> Int {
    var next = values[value]
    let factor = strides[next.level]
    let crossing: Crossing
    var layer = Layer.pad(0, .circular)
    if let period = next.period, decimating {
      crossing = .decimate(period: period)
      layer = .subsample(stride: factor, offset: 0)
      next.stride = next.stride * factor
      next.period = period / factor
      next.shape = [next.shape[0], period.height / factor.height, period.width / factor.width]
    } else if let period = next.period {
      let reached = strides[..<next.level].reduce(1, *)
      crossing = .roll(unit: reached / next.stride, period: period)
    } else {
      crossing = .hold
      if next.shape.count != 3 { layer = .reshape(next.shape) }
    }
    next.level += 1
    crossings[network.nodes.count] = crossing
    values.append(next)
    let path = value == 0 ? "input" : network.nodes[value - 1].path
    return network.append("\(path).phase", layer, inputs: [value])
  }
}
