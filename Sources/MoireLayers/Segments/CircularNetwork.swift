/// A network whose borders have been made circular for analysis.
public struct CircularNetwork: Sendable {
  /// The network with the same parameters, paths, order and shapes.
  public let network: Network
  /// What was changed, and what keeps it from being circular still; one sentence each, the layer
  /// first.
  public let changes: [String]

  init(network: Network, changes: [String]) {
    self.network = network
    self.changes = changes
  }
}

extension Network {
  /// The network with every border continued circularly: maps count as periodic, position n of an axis
  /// of N being position n mod N.
  ///
  /// The shapes of all values stay, the parameters are shared. Convolutions, filters and explicit pads
  /// change their mode; a pool with padding, or with windows that stick out in ceil mode, reads a
  /// circular pad `PATH.pad` and has full windows, so a mean divides by the whole window; resizes by
  /// whole factors and transposed convolutions run on a continued map (`PATH.pad`) of which the
  /// surplus is cut off (`PATH.crop`).
  ///
  /// What cannot be circular is said last in ``CircularNetwork/changes``: a stride that does not divide
  /// its map, windows that leave out part of a map.
  /// - Throws: what ``valueShapes()`` throws.
  public func circular() throws -> CircularNetwork {
    var circularizer = try Circularizer(self)
    for index in nodes.indices { circularizer.add(index) }
    var result = circularizer.result
    result.output = circularizer.values[output]
    _ = try result.valueShapes()
    var changes = circularizer.changes
    do {
      _ = try PhaseGrids(result)
    } catch let obstacle as PhaseChainObstacle {
      changes.append("not every shift is exact: \(obstacle)")
    }
    result.remarks += changes.isEmpty ? [] : ["borders were made circular for analysis"]
    return CircularNetwork(network: result, changes: changes)
  }
}
