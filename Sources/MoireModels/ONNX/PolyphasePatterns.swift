import MoireLayers
import MoireSpectral
import MoireTensors

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
  func phases(_ maps: [Int]) -> (stride: HW, of: Int)? {
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

  func isDecision(_ index: Int) -> Bool {
    switch step(index)?.layer {
    case .polyphaseDecision?, .oneHotArgmax?: true
    default: false
    }
  }
}
