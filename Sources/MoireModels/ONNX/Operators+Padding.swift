import MoireLayers
import MoireTensors

/// Pads as operators of their own.
extension Importer {
  /// Whether this package wrote the file, and with it the paths.
  private var isOwn: Bool { model.producer.hasPrefix(Exporter.producer + " ") }

  func pad(_ op: Operator) throws {
    let (input, order) = try oriented(op)
    let rank = order.count
    guard let pads = try op.integers("pads") ?? constant(op, 1).map({ try known(op, $0) }) else {
      throw op.refuse("pads are missing")
    }
    let axes = try constant(op, 3).map { try known(op, $0) } ?? Array(0..<rank)
    guard pads.count == 2 * axes.count else {
      throw op.refuse("\(pads.count) pads for \(axes.count) dimensions")
    }
    var before = [Int](repeating: 0, count: rank)
    var after = before
    for (index, axis) in try axes.map({ try op.axis($0, rank: rank) }).enumerated() {
      before[order[axis]] = pads[index]
      after[order[axis]] = pads[axes.count + index]
    }
    guard (before + after).allSatisfy({ Operator.sizes.contains(Int(clamping: $0.magnitude)) })
    else {
      throw op.refuse("pads \(pads) are not possible")
    }
    if (before + after).allSatisfy({ $0 == 0 }) { return give(op, input, order: order) }
    if order == Array(order.indices), try giveTiles(op, input, before, after) { return }
    guard rank == 4, before[..<2] == [0, 0], after[..<2] == [0, 0] else {
      throw op.refuse("pads \(pads), only height and width can be padded")
    }
    let padding = Padding(top: before[2], left: before[3], bottom: after[2], right: after[3])
    let layer = Layer.pad(padding, try paddingMode(op))
    give(op, try append(op, padPath(of: op), .layer(layer), inputs: [input]), order: order)
  }

  /// The path of a node that pads: inside of a module it must not be that of the layer that reads it.
  func padPath(of op: Operator) -> String {
    let path = path(of: op)
    return path.lowercased().hasSuffix("pad") || isOwn ? path : path + ".pad"
  }

  private func paddingMode(_ op: Operator) throws -> PaddingMode {
    switch op.string("mode") ?? "constant" {
    case "reflect": return .reflect
    case "edge": return .replicate
    case "wrap": return .circular
    case "constant":
      let stored = try constant(op, 2)
      guard let value = stored.map(\.scalar) ?? op.float("value", default: 0), value.isFinite
      else { throw op.refuse("the value to pad with must be one finite number") }
      return .constant(value)
    case let other: throw op.refuse("mode \(other) is unknown")
    }
  }
}
