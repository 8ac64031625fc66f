import CLayers
import MoireTensors

/// Turns the nodes of a network into steps of a program.
///
/// Batch normalisation behind a convolution goes into its weights, an activation behind it and a
/// residual sum into the same primitive. At the sampling sites asked for, the operation runs dense,
/// its pointwise chain follows in place, and the strided map is taken from it.
struct Lowering {
  /// A moment in the program at which a dense map can be read.
  struct Tap {
    /// The map is complete when this many steps have run.
    let step: Int
    /// The index of the site, or of the watched node.
    let site: Int
    let stage: DenseMap.Stage
    let value: Int
  }

  let network: Network
  let shapes: [[Int]]
  let batch: Int
  let program: Program
  var taps: [Tap] = []
  private(set) var input = 0
  private(set) var output = 0
  /// Network values that are read after the program has run, the answer among them.
  let kept: Set<Int>

  let consumers: [[Int]]
  let sites: [SamplingSite]
  let siteOfNode: [Int: Int]
  /// The watched nodes with their index.
  let watched: [Int: Int]
  /// The program's value for each network value that has been computed.
  var values: [Int: Int] = [:]
  /// Program values that hold maps with their channels in blocks.
  var blocked: Set<Int> = []
  var done: Set<Int> = []
  /// Where the parts of concatenations are computed.
  private(set) var placement = Placement()
  /// The program's values there, and the network values that have arrived there.
  var places: [Int: Int] = [:]
  var placed: Set<Int> = []

  init(
    _ network: Network, batch: Int, sites: [SamplingSite], watching nodes: [Int] = []
  ) throws {
    self.network = network
    self.batch = batch
    self.sites = sites
    kept = [network.output]
    shapes = try network.valueShapes()
    consumers = network.consumers()
    siteOfNode = Dictionary(uniqueKeysWithValues: sites.enumerated().map { ($1.node, $0) })
    watched = Dictionary(nodes.enumerated().map { ($1, $0) }) { first, _ in first }
    program = try Program()
    program.path = "(input)"
    input = try program.plainValue(dims(of: 0))
    values[0] = input
    // Maps that are handed out have image after image.
    if batch == 1 || (sites.isEmpty && nodes.isEmpty) {
      placement = Placement(network, shapes: shapes, blockSize: Program.blockSize)
    }
    for (index, node) in network.nodes.enumerated() where !done.contains(index) {
      program.path = node.path
      if let site = siteOfNode[index] {
        try lowerDense(site)
      } else {
        try lower(index)
      }
    }
    program.path = "(output)"
    output = try plain(values[network.output]!, dims(of: network.output))
    if program.base(of: output) == program.base(of: input) {
      let copy = try program.plainValue(dims(of: network.output))
      try step(cl_step_reorder(program.handle, Int32(output), Int32(copy)))
      output = copy
    }
  }

  /// A lowering whose values and nodes are added by hand.
  init(
    _ network: Network, shapes: [[Int]], batch: Int, program: Program, kept: Set<Int>
  ) {
    self.network = network
    self.shapes = shapes
    self.batch = batch
    self.program = program
    self.kept = kept
    sites = []
    siteOfNode = [:]
    watched = [:]
    consumers = network.consumers()
  }

  // MARK: Values

  /// The dimensions of a network value with the images in front.
  func dims(of value: Int) -> [Int] {
    let shape = shapes[value]
    // Ranks that no layer computes with are carried as rows.
    return shape.count == 3 || shape.count == 1 ? [batch] + shape : [batch, shape.reduce(1, *)]
  }

  func step(_ status: Int32) throws { try program.check(status) }

  mutating func newBlocked(_ dims: [Int]) throws -> Int {
    let value = try program.blockedValue(dims)
    blocked.insert(value)
    return value
  }

  /// A value like another one: same layout, other dimensions.
  mutating func newValue(like other: Int, _ dims: [Int]) throws -> Int {
    blocked.contains(other) ? try newBlocked(dims) : try program.plainValue(dims)
  }

  mutating func inBlocks(_ value: Int, _ dims: [Int]) throws -> Int {
    guard dims.count == 4, !blocked.contains(value) else { return value }
    let result = try newBlocked(dims)
    try step(cl_step_reorder(program.handle, Int32(value), Int32(result)))
    return result
  }

  func plain(_ value: Int, _ dims: [Int]) throws -> Int {
    guard blocked.contains(value) else { return value }
    let result = try program.plainValue(dims)
    try step(cl_step_reorder(program.handle, Int32(value), Int32(result)))
    return result
  }

  /// Whether a node is the last to read a value that may be written over.
  func isLastUse(_ value: Int, by node: Int) -> Bool {
    value != 0 && !kept.contains(value) && !isPlaced(value)
      && consumers[value].allSatisfy { $0 == node || done.contains($0) }
      && network.nodes[node].inputs.filter { $0 == value }.count == 1
  }

  /// The only reader of a value that is not the network's answer.
  func soleConsumer(of value: Int) -> Int? {
    guard !kept.contains(value), consumers[value].count == 1 else { return nil }
    return consumers[value].first
  }

  /// The activation that alone reads a value; it counts as done.
  mutating func takeActivation(
    after value: inout Int, where suits: (Activation) -> Bool = \.isFusible
  ) -> Activation? {
    guard let next = soleConsumer(of: value), siteOfNode[next] == nil, watched[next] == nil,
      case .activation(let activation) = network.nodes[next].layer, suits(activation)
    else { return nil }
    done.insert(next)
    value = next + 1
    return activation
  }

  // MARK: Nodes

  mutating func lower(_ index: Int) throws {
    let node = network.nodes[index]
    done.insert(index)
    if case .concatenate = node.layer, try lowerPlaced(index) { return }
    if case .batchNormalization(let layer) = node.layer, shapes[node.inputs[0]].count == 3,
      watched[index] == nil
    {
      return try lowerBatchNormalization(index, layer)
    }
    for input in node.inputs { try gather(input) }
    let source = values[node.inputs[0]]!
    if let position = watched[index], shapes[node.inputs[0]].count == 3 {
      tap(position, try inBlocks(source, dims(of: node.inputs[0])), .input)
    }
    switch node.layer.concrete(for: shapes[node.inputs[0]]) {
    case .convolution(let layer): try lowerConvolution(index, layer)
    case .linear(let layer): try lowerLinear(index, layer)
    case .pooling(let layer):
      values[index + 1] = try pool(
        layer, source, HW(shapes[node.inputs[0]][1], shapes[node.inputs[0]][2]),
        to: dims(of: index + 1), dense: nil, into: index + 1)
    case .globalPooling(let operation): try lowerGlobalPooling(index, operation)
    case .transposedConvolution(let layer): try lowerTransposedConvolution(index, layer)
    case .normalization(let layer): try lowerNormalization(index, layer)
    case .resize(let layer): try lowerResize(index, layer)
    case .adaptivePooling(let operation, _): try lowerAdaptivePooling(index, operation)
    case .channels(let range): try choose(index, range)
    case .shuffle(let groups):
      try choose(index, shuffled(shapes[index + 1][0], groups: groups))
    case .activation, .prelu, .batchNormalization:
      values[index + 1] = try apply(node.layer, index, source)
    case .add: try lowerBinary(index, isSum: true)
    case .multiply: try lowerBinary(index, isSum: false)
    case .concatenate: try lowerConcatenation(index)
    case .flatten, .reshape:
      let base = try plain(source, dims(of: node.inputs[0]))
      values[index + 1] = try program.view(of: base, dims(of: index + 1))
    case .pad(let padding, let mode):
      values[index + 1] = try pad(source, padding, mode, to: dims(of: index + 1))
    case .subsample(let stride, let offset): try lowerSubsample(index, stride, offset)
    case .blurPool(let layer): try lowerBlurPool(index, layer)
    case .separablePool(let layer): try lowerSeparablePool(index, layer)
    case .idealPool(let layer): try lowerIdealPool(index, layer)
    case .spectralPool(let layer): try lowerSpectralPool(index, layer)
    case .filteredActivation(let layer): try lowerFilteredActivation(index, layer)
    case .adaptiveFilter(let layer): try lowerAdaptiveFilter(index, layer)
    case .polyphaseDecision(let layer): try lowerDecision(index, layer)
    case .oneHotArgmax: try lowerOneHotArgmax(index)
    case .polyphase(let stride):
      let (map, decision) = (node.inputs[0], node.inputs[1])
      values[index + 1] = try polyphase(
        try inBlocks(source, dims(of: map)), try plain(values[decision]!, dims(of: decision)),
        stride, HW(shapes[map][1], shapes[map][2]), to: dims(of: index + 1))
    case .polyphaseUpsample(let stride): try lowerPolyphaseUpsample(index, stride)
    case .softmax:
      let from = try plain(source, dims(of: node.inputs[0]))
      let to = try program.plainValue(dims(of: index + 1))
      try step(cl_step_softmax(program.handle, Int32(from), Int32(to)))
      values[index + 1] = to
    }
  }

  mutating func lowerGlobalPooling(_ index: Int, _ operation: Pooling.Operation) throws {
    let input = network.nodes[index].inputs[0]
    let size = HW(shapes[input][1], shapes[input][2])
    let source = try inBlocks(values[input]!, dims(of: input))
    let target = try newBlocked(dims(of: index + 1))
    var window = cl_window(Window(kernel: size, stride: 1, dilation: 1, padding: 0))
    try step(
      cl_step_pooling(
        program.handle, Int32(source), Int32(target), cl_pooling(operation), &window))
    values[index + 1] = target
  }
}
