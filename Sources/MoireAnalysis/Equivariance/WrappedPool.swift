import MoireLayers
import MoireTensors

/// The dense half of a pool that has no padding, or stands behind a circular one: the pool at stride 1
/// on a map that continues circularly, as the image does, and its pointwise layers.
///
/// The windows that hang over the end are no windows of the network: what lies there is for the
/// measurement to say.
struct WrappedPool: Sendable {
  /// The node of the pool, and the value that is padded.
  let node, base: Int
  let padding: Padding
  let pooling: Pooling
  let chain: [Int]
  let size: HW

  /// Nil for what is no such pool.
  init?(_ site: SamplingSite, in network: Network, _ shapes: [[Int]]) {
    guard case .pooling(var pooling) = network.nodes[site.node].layer, pooling.padding.isZero,
      var base = network.nodes[site.node].inputs.first
    else { return nil }
    var before = Padding()
    if base > 0, case .pad(let padding, .circular) = network.nodes[base - 1].layer,
      let source = network.nodes[base - 1].inputs.first
    {
      (before, base) = (padding, source)
    }
    let extent = HW(
      pooling.dilation.height * (pooling.kernel.height - 1) + 1,
      pooling.dilation.width * (pooling.kernel.width - 1) + 1)
    pooling.stride = 1
    pooling.ceilMode = false
    (node, chain) = (site.node, site.chain)
    self.base = base
    self.pooling = pooling
    padding = Padding(
      top: before.top, left: before.left, bottom: extent.height - 1 - before.top,
      right: extent.width - 1 - before.left)
    size = HW(shapes[base][1], shapes[base][2])
  }

  /// Adds the dense half to a copy of the network.
  ///
  /// - Parameter value: that of ``base`` in the copy.
  /// - Returns: its value.
  func append(to result: inout Network, from network: Network, base value: Int) -> Int {
    let path = network.nodes[node].path + ".dense"
    var last = result.append("\(path).pad", .pad(padding, .circular), inputs: [value])
    last = result.append(path, .pooling(pooling), inputs: [last])
    for index in chain {
      let layer = network.nodes[index]
      last = result.append("\(layer.path).dense", layer.layer, inputs: [last])
    }
    return last
  }
}
