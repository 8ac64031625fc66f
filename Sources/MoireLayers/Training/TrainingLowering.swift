import CLayers
import MoireTensors

/// Turns the nodes of a network into steps of a program that go forth and back.
///
/// Nothing is folded: a normalisation takes the statistics of the batch. The gradient of a map stands in
/// blocks of channels, that of a vector row by row. Each layer leaves behind what it does when the
/// gradient of its result is there; this is called in the opposite order.
struct TrainingLowering {
  /// A gradient of a value; one that is owned may be written over.
  struct Gradient {
    let value: Int
    let isOwned: Bool
  }

  /// A parameter with the values of the program that hold it and its gradient.
  struct Slot {
    let parameter: TrainableParameter
    let value: Int
    let gradient: Int?
  }

  typealias Back = (inout TrainingLowering, Gradient) throws -> Void

  var maps: Lowering
  var slots: [Slot] = []
  /// Normalisations that a sum takes into its own step.
  var deferred: Set<Int> = []
  /// Pads that the max-pool behind them takes into its own step.
  var takenPads: Set<Int> = []
  /// Maps with the border that the convolution behind them needs, and so their gradients.
  var bordered: [Int: Int] = [:]
  /// Values that hold one number everywhere.
  var constants: [(value: Int, number: Float)] = []
  /// The share of the statistics of a batch in the running ones.
  let momentum: Float
  /// Scores and decisions that are soft while the network trains, with what is added to the scores.
  var softDecisions: Set<Int> = []
  var noises: [Int] = []
  /// What soft decisions divide their scores by; nil without one.
  var temperature: Int?
  /// 1 where normalisations take the statistics of the batch; the other is always 0.
  let mode: Int
  let frozen: Int
  /// Where the gradient of the answer is put.
  private(set) var outputGradient = 0
  private(set) var inputGradient: Int?
  private(set) var output = 0
  let input: Int
  /// The number of steps that go forth.
  private(set) var forwardSteps = 0

  private let needsGradient: [Bool]
  /// Layers that only score phases.
  private let scorers: Set<String>
  private var backs: [(value: Int, path: String, body: Back)] = []
  private var contributions: [Int: [Gradient]] = [:]

  var program: Program { maps.program }
  var network: Network { maps.network }

  init(
    _ network: Network, batch: Int, momentum: Float, wantsInputGradient: Bool,
    usesWinograd: Bool = true
  ) throws {
    maps = try Lowering(training: network, batch: batch)
    self.momentum = momentum
    let program = maps.program
    if !usesWinograd { cl_train_avoid_winograd(program.handle) }
    input = maps.values[0]!
    mode = try program.plainValue([1, 1])
    frozen = try program.plainValue([1, 1])
    needsGradient = Self.needs(network, wantsInputGradient)
    scorers = Self.scorers(of: network)
    for (index, node) in network.nodes.enumerated() where !maps.done.contains(index) {
      program.path = node.path
      try lower(index)
    }
    program.path = "(output)"
    let answer = maps.values[network.output]!
    output = try program.plainValue(maps.dims(of: network.output))
    try step(cl_step_reorder(program.handle, Int32(answer), Int32(output)))
    forwardSteps = program.stepCount
    try lowerBack(wantsInputGradient)
  }

  private static func needs(_ network: Network, _ wantsInputGradient: Bool) -> [Bool] {
    var result = [wantsInputGradient]
    for node in network.nodes {
      switch node.layer {
      case .polyphaseDecision: result.append(false)
      case .convolution, .transposedConvolution, .linear, .batchNormalization, .normalization,
        .prelu:
        result.append(true)
      default: result.append(node.inputs.contains { result[$0] })
      }
    }
    return result
  }

  /// The layers from which every way leads to a decision on a phase.
  private static func scorers(of network: Network) -> Set<String> {
    let consumers = network.consumers()
    var scores = network.nodes.map { $0.layer == .oneHotArgmax }
    var result: Set<String> = []
    for index in network.nodes.indices.reversed() where !scores[index] {
      let readers = consumers[index + 1]
      scores[index] = !readers.isEmpty && readers.allSatisfy { scores[$0] }
      if scores[index] { result.insert(network.nodes[index].path) }
    }
    return result
  }

  private mutating func lowerBack(_ wantsInputGradient: Bool) throws {
    let dims = maps.dims(of: network.output)
    outputGradient = try program.plainValue(dims)
    let gradient = try maps.inBlocks(outputGradient, dims)
    contributions[network.output] = [
      Gradient(value: gradient, isOwned: gradient != outputGradient)
    ]
    for (value, path, body) in backs.reversed() {
      program.path = path
      guard let gradient = try total(of: value) else { continue }
      try body(&self, gradient)
    }
    guard wantsInputGradient, let gradient = try total(of: 0) else { return }
    program.path = "(input)"
    let result = try program.plainValue(maps.dims(of: 0))
    try step(cl_step_reorder(program.handle, Int32(gradient.value), Int32(result)))
    inputGradient = result
  }

  // MARK: Values

  /// The values at the ends of the program, whose memory no other value shares.
  var ends: [Int] {
    [input, output, outputGradient, inputGradient ?? output, mode, frozen]
      + constants.map(\.value) + noises
  }

  func step(_ status: Int32) throws { try program.check(status) }

  func shape(_ value: Int) -> [Int] { maps.shapes[value] }

  func size(_ value: Int) -> HW { HW(maps.shapes[value][1], maps.shapes[value][2]) }

  /// A network value as a map in blocks, or a vector row by row.
  mutating func source(_ value: Int) throws -> Int {
    let source = maps.values[value]!
    let dims = maps.dims(of: value)
    guard shape(value).count == 3 else { return try maps.plain(source, dims) }
    let blocks = try maps.inBlocks(source, dims)
    maps.values[value] = blocks
    return blocks
  }

  /// A new value in the layout of a network value's gradient.
  mutating func newValue(for value: Int) throws -> Int {
    let dims = maps.dims(of: value)
    return shape(value).count == 3 ? try maps.newBlocked(dims) : try program.plainValue(dims)
  }

  // MARK: Gradients

  func wantsGradient(_ value: Int) -> Bool { needsGradient[value] }

  /// Leaves behind what is to be done when the gradient of a network value is there.
  mutating func back(_ value: Int, _ body: @escaping Back) {
    guard needsGradient[value] else { return }
    backs.append((value, program.path, body))
  }

  mutating func contribute(_ gradient: Int, to value: Int, isOwned: Bool = true) {
    guard needsGradient[value] else { return }
    contributions[value, default: []].append(Gradient(value: gradient, isOwned: isOwned))
  }

  /// The sum of what the readers of a value gave; nil where none did.
  private mutating func total(of value: Int) throws -> Gradient? {
    guard var parts = contributions.removeValue(forKey: value), !parts.isEmpty else { return nil }
    let owned = parts.firstIndex { $0.isOwned } ?? 0
    var sum = parts.remove(at: owned)
    for part in parts {
      if sum.isOwned {
        try step(cl_train_accumulate(program.handle, Int32(part.value), Int32(sum.value)))
      } else {
        let result = try newValue(for: value)
        try step(
          cl_step_add(
            program.handle, Int32(sum.value), Int32(part.value), Int32(result), .none))
        sum = Gradient(value: result, isOwned: true)
      }
    }
    return sum
  }

  // MARK: Parameters

  /// Registers a parameter; the answer is the value of its gradient, -1 for one without.
  @discardableResult
  mutating func register(
    _ name: String, _ role: TrainableParameter.Role, _ shape: [Int], _ value: Int
  ) throws -> Int {
    let path = program.path
    let parameter = TrainableParameter(
      path: path, name: name.isEmpty ? path : "\(path).\(name)", role: role, shape: shape,
      isDecayed: role == .weight && !scorers.contains(path))
    var gradient: Int?
    if role.isTrained {
      gradient = try program.check(cl_value_like(program.handle, Int32(value)))
    }
    slots.append(Slot(parameter: parameter, value: value, gradient: gradient))
    return gradient ?? -1
  }

  /// Declares a parameter of one number a channel.
  mutating func vector(
    _ name: String, _ role: TrainableParameter.Role, _ tensor: Tensor
  ) throws -> (value: Int, gradient: Int) {
    let value = try program.plainValue([1, tensor.count])
    return (value, try register(name, role, tensor.shape, value))
  }
}

extension Lowering {
  /// Nothing lowered yet but the input: the values and helpers for a lowering of another kind.
  init(training network: Network, batch: Int) throws {
    self.network = network
    self.batch = batch
    sites = []
    siteOfNode = [:]
    watched = [:]
    kept = [network.output]
    shapes = try network.valueShapes()
    consumers = network.consumers()
    program = try Program()
    program.path = "(input)"
    values[0] = try program.plainValue(dims(of: 0))
  }
}
