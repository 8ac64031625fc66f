import CLayers
import MoireTensors

/// Sampling sites run dense.
extension Lowering {
  /// The dense run of a site: taps before and after its chain, then every stride-th position.
  mutating func lowerDense(_ siteIndex: Int) throws {
    let site = sites[siteIndex]
    let node = network.nodes[site.node]
    done.insert(site.node)
    var rest = site.chain[...]
    let denseDims = [batch, site.channels, site.denseSize.height, site.denseSize.width]
    var dense: Int
    switch node.layer.concrete(for: shapes[node.inputs[0]]) {
    case .convolution(var layer):
      for index in site.chain.prefix(site.affinePrefix) {
        guard case .batchNormalization(let normalization) = network.nodes[index].layer else {
          break
        }
        layer = layer.folding(normalization)
        rest = rest.dropFirst()
      }
      dense = try denseConvolution(layer, site, node.inputs[0], denseDims)
    case .pooling(let layer):
      dense = try pool(
        layer, values[node.inputs[0]]!, site.inputSize, to: denseDims, dense: site.denseSize)
    case .subsample(_, let offset):
      dense = try denseSlice(values[node.inputs[0]]!, site, offset, denseDims)
    default: preconditionFailure("\(node.layer) is no sampling site")
    }
    dense = try inBlocks(dense, denseDims)
    let activationStart = site.chain.dropFirst(site.affinePrefix).first
    for index in rest {
      if index == activationStart { tap(siteIndex, dense, isFinal: false) }
      try pointwise(network.nodes[index].layer, from: dense, to: dense)
    }
    tap(siteIndex, dense, isFinal: true)
    let last = site.chain.last ?? site.node
    values[last + 1] = try subsample(dense, site.stride, 0, to: dims(of: last + 1))
    site.chain.forEach { done.insert($0) }
  }

  mutating func tap(_ site: Int, _ value: Int, isFinal: Bool) {
    taps.append(Tap(step: program.stepCount, site: site, isFinal: isFinal, value: value))
  }

  mutating func denseConvolution(
    _ layer: Convolution, _ site: SamplingSite, _ input: Int, _ dims: [Int]
  ) throws -> Int {
    var window = layer.window.dense(input: site.inputSize, output: site.outputSize)
    var from = values[input]!
    let extent = window.extent
    if layer.paddingMode != .constant(0) || window.padding.bottom >= extent.height
      || window.padding.right >= extent.width
    {
      // No fast kernel takes windows that lie in the padding altogether.
      from = try padInput(of: layer, input, &window)
    }
    let target = try newBlocked(dims)
    try convolve(layer, window, from, target, accumulate: false, nil)
    return target
  }

  /// The map a strided slice takes from, moved so that its first sample comes first.
  mutating func denseSlice(
    _ source: Int, _ site: SamplingSite, _ offset: HW, _ dims: [Int]
  ) throws -> Int {
    let shift = Padding(
      top: -offset.height, left: -offset.width,
      bottom: offset.height + site.denseSize.height - site.inputSize.height,
      right: offset.width + site.denseSize.width - site.inputSize.width)
    return try pad(source, shift, .replicate, to: dims)
  }
}
