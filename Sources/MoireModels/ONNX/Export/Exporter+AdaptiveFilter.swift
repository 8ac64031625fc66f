import MoireLayers
import MoireTensors

/// Filters of their own at every position, in standard operators: a softmax, then for each tap the map
/// moved to it times the weights of that tap, which a Gather gives to all channels of their group.
extension Exporter {
  mutating func adaptiveFilter(
    _ layer: AdaptiveFilter, _ x: Value, logits: Value
  ) throws -> String {
    let (height, width) = (layer.kernel.height / 2, layer.kernel.width / 2)
    let border = Padding(top: height, left: width, bottom: height, right: width)
    let whole = border.isZero ? x.name : try pad(x, border, layer.paddingMode)
    let weights = softmax(layer, logits)
    let (taps, each) = (layer.kernel.area, x.shape[0] / layer.groups)
    let terms = (0..<taps).map { tap in
      let (row, column) = (tap / layer.kernel.width, tap % layer.kernel.width)
      let moved = slice(
        whole, axes: [2, 3], from: [row, column], to: [row + x.size.height, column + x.size.width])
      let channels = (0..<x.shape[0]).map { $0 / each * taps + tap }
      let weight = graph.node(
        "Gather", [weights, graph.integers("tap", channels)], ["axis": .int(1)])
      return graph.node("Mul", [moved, weight])
    }
    return graph.node("Sum", terms)
  }

  private mutating func softmax(_ layer: AdaptiveFilter, _ logits: Value) -> String {
    guard layer.scope == .group, layer.groups > 1 else {
      return graph.node("Softmax", [logits.name], ["axis": .int(1)])
    }
    let groups = reshape(logits.name, [layer.groups, layer.kernel.area, -1])
    return reshape(graph.node("Softmax", [groups], ["axis": .int(2)]), logits.shape)
  }
}
