import MoireLayers
import MoireTensors

/// Phases that a decision takes, written as weighted sums, and puts back.
extension Importer {
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
