import MoireLayers
import MoireTensors

/// Filters of their own at every position, written as a sum of moved maps times their weights.
extension Importer {
  /// A softmax within groups of channels that a Reshape has made, `[g, taps, …]`; a part.
  func giveGroupSoftmax(_ op: Operator, _ input: Int, _ order: [Int], axis: Int) throws -> Bool {
    guard axis == 2, order == [0, 1, 2, 3], op.opset >= 13,
      case .reshape(let split)? = step(input)?.layer, let logits = source(of: input),
      shapes[logits].count == 3, shapes[logits][0] == split[0] * split[1]
    else { return false }
    give(
      op,
      try append(
        op, path(of: op), .part(.groupSoftmax(taps: split[1])), inputs: [logits],
        partShape: shapes[input]))
    return true
  }

  /// Channels of a softmax in an order that is no range; a part.
  func giveWeights(_ op: Operator, _ input: Int, axis: Int, _ indices: [Int]) throws -> Bool {
    guard axis == 1, shapes[input].count == 3, softmax(input) != nil,
      indices.indices.dropFirst().contains(where: { indices[$0] != indices[$0 - 1] + 1 })
    else { return false }
    let shape = [indices.count] + shapes[input].dropFirst()
    give(
      op, try append(op, path(of: op), .part(.chosen(indices)), inputs: [input], partShape: shape))
    return true
  }

  /// The logits behind a softmax over channels, and over how many of them at a time.
  private func softmax(_ index: Int) -> (logits: Int, taps: Int)? {
    if let step = step(index), step.layer == .softmax {
      return (step.inputs[0], shapes[index][0])
    }
    guard let inner = source(of: index), let step = step(inner),
      case .part(.groupSoftmax(let taps)) = step.operation,
      shapes[index] == shapes[step.inputs[0]]
    else { return nil }
    return (step.inputs[0], taps)
  }

  /// Remembers a map times the weights of one tap.
  func noteTap(_ result: Int, _ inputs: [Int]) {
    for (map, weight) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])] {
      guard let step = step(weight) else { continue }
      switch step.operation {
      case .part(.chosen(let indices)):
        meanings[result] = .tap(map, of: step.inputs[0], channels: indices)
      case .layer(.channels(let range)) where range.count == 1 && softmax(step.inputs[0]) != nil:
        meanings[result] = .tap(map, of: step.inputs[0], channels: [range.lowerBound])
      default: continue
      }
    }
  }

  /// Σ over the taps of a window: the map moved to the tap, times its weights.
  func giveAdaptiveFilter(_ op: Operator, _ path: String, _ terms: [Int]) throws -> Bool {
    guard let first = terms.first, case .tap(let moved, let weights, _)? = meanings[first],
      let (logits, scope) = softmax(weights), let (map, kernel, mode) = window(moved),
      kernel.area == terms.count, shapes[logits][0] % terms.count == 0
    else { return false }
    let shape = shapes[map]
    let groups = shapes[logits][0] / terms.count
    guard shape[0] % groups == 0, scope == terms.count || scope == shapes[logits][0] else {
      return false
    }
    let each = shape[0] / groups
    for (tap, term) in terms.enumerated() {
      guard case .tap(let moved, weights, let channels)? = meanings[term],
        channels.count == shape[0],
        channels.enumerated().allSatisfy({ $1 == $0 / each * terms.count + tap }),
        isMoved(moved, map, kernel, mode, tap)
      else { return false }
    }
    let layer = AdaptiveFilter(
      kernel: kernel, groups: groups, scope: scope == terms.count ? .group : .joint,
      paddingMode: mode)
    try give(op, .adaptiveFilter(layer), inputs: [map, logits], path: path)
    return true
  }

  /// The map of which a value is a part, with the window and the border that its pad allows.
  private func window(_ moved: Int) -> (map: Int, kernel: HW, PaddingMode)? {
    guard let crop = step(moved), case .pad(let cut, _)? = crop.layer, !cut.isGrowing,
      let before = step(crop.inputs[0]), case .pad(let border, let mode)? = before.layer,
      border
        == Padding(
          top: border.top, left: border.left, bottom: border.top, right: border.left)
    else { return (moved, 1, .reflect) }
    return (before.inputs[0], HW(2 * border.top + 1, 2 * border.left + 1), mode)
  }

  private func isMoved(
    _ moved: Int, _ map: Int, _ kernel: HW, _ mode: PaddingMode, _ tap: Int
  ) -> Bool {
    if kernel == 1 { return moved == map }
    guard let (source, size, border) = window(moved), source == map, size == kernel, border == mode,
      case .pad(let cut, _)? = step(moved)?.layer
    else { return false }
    let (row, column) = (tap / kernel.width, tap % kernel.width)
    return cut
      == Padding(
        top: -row, left: -column, bottom: row + 1 - kernel.height, right: column + 1 - kernel.width)
  }
}
