import MoireLayers
import MoireSpectral
import MoireTensors

/// What a step is beside the layer that it has: a piece of something larger, kept as a layer of its own
/// where the larger thing does not follow.
enum Meaning {
  /// One number for each image of a map.
  enum Measure: Equatable {
    case absoluteSum
    /// √Σ x², or Σ x² itself: what is largest is the same.
    case norm
    case maximum
    case absoluteMaximum
  }

  case measure(Measure, of: Int)
  /// The measures of all phases of a map, one after the other.
  case measures(Measure, stride: HW, of: Int)
  /// A map times an entry of a decision.
  case weighted(Int, entry: Int, decision: Int)
  /// The samples of a map a stride apart and zeros between.
  case placed(stride: HW, offset: HW, of: Int)
  /// A map times channels of a softmax.
  case tap(Int, of: Int, channels: [Int])
  /// `rows · x · columns`, either may be missing.
  case product(rows: Constant?, columns: Constant?, of: Int)
}

/// Adaptive polyphase sampling, written as the choice of a number and sums of weighted phases.
///
/// As with the activations only what is computed is looked at.
extension Importer {
  /// The meaning of a value, also behind reshapes.
  private func meaning(_ index: Int) -> Meaning? {
    meanings[index] ?? source(of: index).flatMap { meanings[$0] }
  }

  /// Σ |x|, Σ x, √Σ x² and Σ x² over all channels and positions, by means.
  func reduceSum(_ op: Operator) throws {
    let (input, order) = try oriented(op)
    let rank = order.count
    let axes = try Set(
      (try self.axes(op, input: 1) ?? Array(0..<rank)).map { try op.axis($0, rank: rank) })
    guard axes == Set(1..<rank), rank == 4, op.integer("keepdims", default: 1) != 0 else {
      throw op.refuse(
        "over dimensions \(axes.sorted()) of \(rank), only over all but the first and with keepdims is "
          + "supported")
    }
    let path = path(of: op)
    var value = input
    switch op.type {
    case "ReduceL1":
      value = try append(op, path, .layer(.activation(.abs)), inputs: [value])
    case "ReduceL2", "ReduceSumSquare":
      value = try append(op, path, .layer(.activation(.power(2))), inputs: [value])
    default: break
    }
    let shape = shapes[input]
    let mean = Pooling.Operation.average(includesPadding: false)
    value = try append(op, path, .layer(.globalPooling(mean)), inputs: [value])
    value = try append(op, path, .layer(.flatten), inputs: [value])
    try charge([shape[0]], for: op)
    let weight = try Tensor(shape: [1, shape[0]], repeating: Float(shape[1] * shape[2]))
    value = try append(op, path, .layer(.linear(Linear(weight: weight))), inputs: [value])
    if op.type == "ReduceL2" {
      value = try append(op, path, .layer(.activation(.sqrt)), inputs: [value])
    }
    switch op.type {
    case "ReduceL1": meanings[value] = .measure(.absoluteSum, of: input)
    case "ReduceL2", "ReduceSumSquare": meanings[value] = .measure(.norm, of: input)
    default: break
    }
    give(op, try append(op, path, .layer(.reshape([1, 1, 1])), inputs: [value]), order: order)
  }

  /// The largest of all values of each image, `[1, 1, 1]`.
  func largest(_ op: Operator, _ path: String, of input: Int) throws -> Int {
    let pool = Operation.layer(.globalPooling(.max))
    let channels = try append(op, path, pool, inputs: [input])
    let column = try append(
      op, path, .layer(.reshape([1, shapes[input][0], 1])), inputs: [channels])
    let result = try append(op, path, pool, inputs: [column])
    meanings[result] = .measure(.maximum, of: input)
    return result
  }

  /// Remembers a vector of measures of all phases of one map.
  func noteMeasures(_ result: Int, _ parts: [Int]) {
    var kinds: [Meaning.Measure] = []
    var maps: [Int] = []
    for part in parts {
      guard case .measure(let kind, let map)? = meaning(part) else { return }
      kinds.append(kind)
      maps.append(map)
    }
    guard let kind = kinds.first, kinds.allSatisfy({ $0 == kind }) else { return }
    var measure = kind
    if kind == .maximum {
      let inner = maps.compactMap { map -> Int? in
        guard let step = step(map), step.layer == .activation(.abs) else { return nil }
        return step.inputs[0]
      }
      if inner.count == maps.count {
        maps = inner
        measure = .absoluteMaximum
      }
    }
    guard let (stride, source) = phases(maps) else { return }
    meanings[result] = .measures(measure, stride: stride, of: source)
  }

  /// The map of which these are all phases in their order, with the stride.
  private func phases(_ maps: [Int]) -> (stride: HW, of: Int)? {
    guard let first = maps.first, case .subsample(let stride, _)? = step(first)?.layer,
      let source = step(first)?.inputs[0], stride.area == maps.count
    else { return nil }
    for (index, map) in maps.enumerated() {
      let offset = HW(index / stride.width, index % stride.width)
      guard let step = step(map), step.inputs == [source],
        step.layer == .subsample(stride: stride, offset: offset)
      else { return nil }
    }
    let whole = shapes[source][1] % stride.height == 0 && shapes[source][2] % stride.width == 0
    guard let before = step(source), case .pad(let padding, .circular)? = before.layer else {
      return whole ? (stride, source) : nil
    }
    let size = shapes[before.inputs[0]]
    func missing(_ size: Int, _ stride: Int) -> Int { (stride - size % stride) % stride }
    let completed = Padding(
      bottom: missing(size[1], stride.height), right: missing(size[2], stride.width))
    if padding == completed { return (stride, before.inputs[0]) }
    return whole ? (stride, source) : nil
  }

  // MARK: The decision

  /// ArgMax and ArgMin over a vector, a part of a decision.
  func indexOfBest(_ op: Operator) throws {
    let (input, order) = try oriented(op)
    guard order.count == 2, order[try op.axis(op.integer("axis", default: 0), rank: 2)] == 1,
      op.integer("select_last_index", default: 0) == 0
    else {
      throw op.refuse(
        "of a value of shape \(seen(input, order)), only the first best of a vector is supported")
    }
    let keeps = op.integer("keepdims", default: 1) != 0
    let result = try append(
      op, path(of: op), .part(.index(isLargest: op.type == "ArgMax")), inputs: [input],
      partShape: keeps ? [1] : [])
    give(op, result)
  }

  /// A decision for each image, `[N, F]`, by the index of its best entry.
  func oneHot(_ op: Operator) throws {
    let (index, order) = try oriented(op)
    guard let step = step(index), case .part(.index(let isLargest)) = step.operation else {
      throw op.refuse("is supported only of the result of ArgMax or ArgMin")
    }
    let scores = step.inputs[0]
    guard try constant(op, 1)?.scalar == Float(shapes[scores][0]),
      try constant(op, 2)?.floats == [0, 1], order.count == 1,
      try op.axis(op.integer("axis", default: -1), rank: 2) == 1
    else {
      throw op.refuse("is supported only with depth \(shapes[scores][0]) and the values 0 and 1")
    }
    let path = path(of: op)
    if case .measures(let kind, let stride, let map)? = meanings[scores],
      let criterion = kind.criterion(isLargest: isLargest)
    {
      let decision = PolyphaseDecision(stride: stride, criterion: criterion)
      return try give(op, .polyphaseDecision(decision), inputs: [map], path: path)
    }
    let signed = isLargest ? scores : try scale(op, path, scores, by: -1)
    try give(op, .oneHotArgmax, inputs: [signed], path: path)
  }

  private func isDecision(_ index: Int) -> Bool {
    switch step(index)?.layer {
    case .polyphaseDecision?, .oneHotArgmax?: true
    default: false
    }
  }

  // MARK: Taking a phase

  /// Remembers a map that is multiplied by an entry of a decision.
  func noteWeighting(_ result: Int, _ inputs: [Int]) {
    for (map, weight) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])]
    where shapes[weight] == [1, 1, 1] {
      guard let entry = source(of: weight).flatMap({ step($0) }),
        case .channels(let range)? = entry.layer, range.count == 1, isDecision(entry.inputs[0])
      else { continue }
      meanings[result] = .weighted(map, entry: range.lowerBound, decision: entry.inputs[0])
    }
  }

  /// Σ phase · entry over all phases: the phase that a decision names.
  func giveChosenPhase(_ op: Operator, _ path: String, _ terms: [Int]) throws -> Bool {
    guard let (maps, decision) = weighted(terms), let (stride, map) = phases(maps) else {
      return false
    }
    try give(op, .polyphase(stride: stride), inputs: [map, decision], path: path)
    return true
  }

  /// The maps of terms that are weighted by all entries of one decision in their order.
  private func weighted(_ terms: [Int]) -> (maps: [Int], decision: Int)? {
    var maps: [Int] = []
    var decisions: Set<Int> = []
    for (index, term) in terms.enumerated() {
      guard case .weighted(let map, let entry, let decision)? = meanings[term], entry == index
      else { return nil }
      maps.append(map)
      decisions.insert(decision)
    }
    guard let decision = decisions.first, decisions.count == 1, shapes[decision] == [terms.count]
    else { return nil }
    return (maps, decision)
  }

  // MARK: Putting a phase back

  /// A Pad that makes every sample of `[C, H, 1, W, 1]` a tile.
  func giveTiles(_ op: Operator, _ input: Int, _ before: [Int], _ after: [Int]) throws -> Bool {
    guard before.count == 6, let step = step(input), case .reshape(let shape)? = step.layer,
      shapes[step.inputs[0]] == [shape[0], shape[1], shape[3]], shape[2] == 1, shape[4] == 1,
      (op.string("mode") ?? "constant") == "constant", try constant(op, 2)?.scalar ?? 0 == 0,
      [0, 1, 2, 4].allSatisfy({ before[$0] == 0 && after[$0] == 0 }),
      (before + after).allSatisfy({ $0 >= 0 })
    else { return false }
    let offset = HW(before[3], before[5])
    let stride = HW(before[3] + 1 + after[3], before[5] + 1 + after[5])
    let result = try append(
      op, path(of: op), .part(.tiles(stride: stride, offset: offset)), inputs: step.inputs,
      partShape: [shape[0], shape[1], stride.height, shape[3], stride.width])
    give(op, result)
    return true
  }

  /// Tiles side by side: a transposed convolution with a single weight of 1.
  func giveUpsampled(_ op: Operator, _ target: [Extent]) throws -> Bool {
    let (index, order) = try oriented(op)
    guard let step = step(index), case .part(.tiles(let stride, let offset)) = step.operation,
      order == Array(order.indices)
    else { return false }
    let map = step.inputs[0]
    let shape = shapes[map]
    guard
      try resolve(op, target, of: shapes[index])
        == [shape[0], shape[1] * stride.height, shape[2] * stride.width]
    else { return false }
    try charge([shape[0], stride.area], for: op)
    let place = offset.height * stride.width + offset.width
    let weight = try Tensor(
      shape: [shape[0], 1, stride.height, stride.width],
      values: (0..<shape[0] * stride.area).map { $0 % stride.area == place ? 1 : 0 })
    let layer = TransposedConvolution(weight: weight, stride: stride, groups: shape[0])
    let result = try append(op, path(of: op), .layer(.transposedConvolution(layer)), inputs: [map])
    meanings[result] = .placed(stride: stride, offset: offset, of: map)
    give(op, result)
    return true
  }

  /// Σ of the samples put at every phase, each times its entry.
  func givePlacedPhase(_ op: Operator, _ path: String, _ terms: [Int]) throws -> Bool {
    var inner: [Int] = []
    var strides: Set<HW> = []
    for (index, term) in terms.enumerated() {
      guard case .placed(let stride, let offset, let map)? = meanings[term],
        offset == HW(index / stride.width, index % stride.width)
      else { return false }
      inner.append(map)
      strides.insert(stride)
    }
    guard let stride = strides.first, strides.count == 1, stride.area == terms.count,
      let (maps, decision) = weighted(inner), let map = maps.first,
      maps.allSatisfy({ $0 == map })
    else { return false }
    try give(op, .polyphaseUpsample(stride: stride), inputs: [map, decision], path: path)
    return true
  }
}

extension Meaning.Measure {
  fileprivate func criterion(isLargest: Bool) -> Polyphase.Criterion? {
    switch (self, isLargest) {
    case (.norm, true): .l2
    case (.norm, false): .l2Min
    case (.absoluteSum, true): .l1
    case (.absoluteSum, false): .l1Min
    case (.maximum, true): .nonAbsMax
    case (.absoluteMaximum, true): .lInfinity
    case (.maximum, false), (.absoluteMaximum, false): nil
    }
  }
}
