import MoireLayers

/// Pads that are not written as such.
extension Importer {
  /// Parts of the rows or columns of one map, one after the other and around its end: a circular pad, as
  /// exporters write it that know no other, a roll, or a part that was cut.
  func giveRing(_ op: Operator, _ inputs: [Int], axis: Int, order: [Int]) throws -> Bool {
    // The first part is the map or was taken from it.
    let wholes = [inputs[0]] + (step(inputs[0])?.inputs.prefix(1) ?? [])
    for whole in wholes where shapes[whole].count == 3 {
      let extent = shapes[whole][axis - 1]
      let parts = inputs.compactMap { positions(of: $0, in: whole, axis: axis) }
      let isRing = zip(parts, parts.dropFirst()).allSatisfy {
        $0.upperBound % extent == $1.lowerBound
      }
      guard parts.count == inputs.count, isRing else { continue }
      let (first, total) = (parts[0].lowerBound, parts.reduce(0) { $0 + $1.count })
      if first == 0, total == extent {
        give(op, whole, order: order)
        return true
      }
      let isCut = first + total <= extent
      let before = isCut ? -first : (extent - first) % extent
      let after = total - extent - before
      let padding =
        axis == 2 ? Padding(top: before, bottom: after) : Padding(left: before, right: after)
      let layer = Layer.pad(padding, isCut ? .constant(0) : .circular)
      give(
        op, try append(op, padPath(of: op), .layer(layer), inputs: [whole]), order: order)
      return true
    }
    return false
  }

  /// The rows or columns of a map that a step takes; nil when it does something else.
  private func positions(of index: Int, in whole: Int, axis: Int) -> Range<Int>? {
    let extent = shapes[whole][axis - 1]
    if index == whole { return 0..<extent }
    guard let part = step(index), part.inputs == [whole],
      case .pad(let padding, .constant(0))? = part.layer
    else { return nil }
    let (before, after) =
      axis == 2 ? (padding.top, padding.bottom) : (padding.left, padding.right)
    let only =
      axis == 2
      ? Padding(top: before, bottom: after) : Padding(left: before, right: after)
    guard before <= 0, after <= 0, padding == only else { return nil }
    return -before..<extent + after
  }
}

/// Pads written as the positions they copy.
enum PadIndices {
  /// The pads before and behind an axis and their mode, when the positions are those of a pad.
  static func recognise(_ indices: [Int], extent: Int) -> (Int, Int, PaddingMode)? {
    let total = indices.count - extent
    guard total > 0 else { return nil }
    for mode in [PaddingMode.circular, .reflect, .replicate] {
      for (first, period) in starts(indices, extent, mode) where (0...total).contains(first) {
        guard indices.indices.allSatisfy({ indices[$0] == source($0 - first, extent, mode) })
        else { continue }
        // A pad of a whole period more looks the same: the sides as equal as can be.
        let more = period == 0 ? 0 : max(0, total / 2 - first + period / 2) / period
        let before = first + more * period
        let start = before <= total ? before : before - period
        return (start, total - start, mode)
      }
    }
    return nil
  }

  /// The pads before the axis, up to whole periods, with which the first position is the one given.
  private static func starts(
    _ indices: [Int], _ extent: Int, _ mode: PaddingMode
  ) -> [(first: Int, period: Int)] {
    let position = indices[0]
    switch mode {
    case .circular: return [((extent - position) % extent, extent)]
    case .reflect:
      let period = max(1, 2 * (extent - 1))
      return [(position % period, period), ((period - position) % period, period)]
    case .replicate, .constant: return [((indices.firstIndex { $0 != 0 } ?? 1) - 1, 0)]
    }
  }

  private static func source(_ position: Int, _ extent: Int, _ mode: PaddingMode) -> Int {
    func modulo(_ n: Int) -> Int { (position % n + n) % n }
    switch mode {
    case .circular: return modulo(extent)
    case .reflect:
      let period = max(1, 2 * (extent - 1))
      return min(modulo(period), period - modulo(period))
    case .replicate, .constant: return min(max(position, 0), extent - 1)
    }
  }
}
