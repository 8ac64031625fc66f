import Foundation
import MoireLayers
import MoireSpectral
import MoireTensors

/// The rewriting of one network.
struct Surgery {
  let network: Network
  let antialiasing: Antialiasing
  let shapes: [[Int]]
  /// What is replaced, in order of execution.
  let sites: [SamplingSite]
  let levels: Levels
  var draft: GraphDraft
  /// The decision of each level that has one already.
  var decisions: [Int: Int] = [:]

  init(_ network: Network, _ antialiasing: Antialiasing) throws {
    self.network = network
    self.antialiasing = antialiasing
    shapes = try network.valueShapes()
    let all = try network.samplingSites().filter {
      Surgery.isBare(network.nodes[$0.node].layer, $0)
    }
    let pattern = antialiasing.sites
    sites = all.filter { site in pattern.map { fnmatch($0, site.path, 0) == 0 } ?? true }
    guard !sites.isEmpty else {
      throw ModelError.nothingToReplace(
        network: network.name, pattern: pattern, paths: all.map(\.path))
    }
    levels = Levels(network, shapes: shapes, sites: sites)
    draft = GraphDraft(network)
  }

  /// Whether a site subsamples without a filter of its own.
  private static func isBare(_ layer: Layer, _ site: SamplingSite) -> Bool {
    switch site.operation {
    case .maxPool, .averagePool: true
    case .convolution:
      if case .convolution(let layer) = layer { !layer.isBinomialFilter } else { false }
    default: false
    }
  }

  mutating func operate() throws -> [Antialiasing.Change] {
    var changes: [Int: Antialiasing.Change] = [:]
    for index in order() { changes[index] = try replace(index) }
    return sites.indices.compactMap { changes[$0] }
  }

  /// The sites, those first that decide for a level.
  private func order() -> [Int] {
    sites.indices.sorted { a, b in
      let (first, second) = (levels.deciding.contains(a), levels.deciding.contains(b))
      return first == second ? a < b : first
    }
  }

  private mutating func replace(_ index: Int) throws -> Antialiasing.Change {
    let site = sites[index]
    switch network.nodes[site.node].layer {
    case .convolution(let layer): return try replace(index, layer)
    case .pooling(let layer): return try replace(index, layer)
    case .adaptivePooling(let operation, _):
      // A site only where all bins are equal.
      return try replace(
        index, Pooling(operation, kernel: site.stride, stride: site.stride))
    default: preconditionFailure("\(site.path) is no layer to replace")
    }
  }

  // MARK: Convolutions

  private mutating func replace(
    _ index: Int, _ layer: Convolution
  ) throws -> Antialiasing.Change {
    let site = sites[index]
    var dense = layer
    dense.stride = 1
    let isFirst = antialiasing.blur == .first || layer.isProjection && !site.hasActivation
    if isFirst {
      let extent = extent(site, from: site.inputSize)
      let mode = layer.paddingMode
      let input = GraphDraft.Source.value(network.nodes[site.node].inputs[0])
      let source = extend(input, by: extent, mode, site.path)
      let filter = try filter(index, source, grown(site.inputSize, extent), mode)
      draft.replace(site.node, .convolution(dense), inputs: [.node(filter.node)])
      draft.expect(shapes[site.node + 1], of: site.node, for: site.path)
      let phase = zip(filter.phase, dense.phase).enumerated().map { axis, pair in
        pair.0 + pair.1 * Double(axis == 0 ? site.stride.height : site.stride.width)
      }
      return change(site, filter.layers + [.convolution(dense)], phase)
    }
    let natural = try size(
      Layer.convolution(dense).outputShape(of: [shapes[network.nodes[site.node].inputs[0]]]))
    let extent = extent(site, from: natural)
    dense.padding = dense.padding + extent
    draft.replace(site.node, .convolution(dense), inputs: draft.nodes[site.node].inputs)
    let phase = dense.phase
    return try finish(
      index, [.convolution(dense)], phase, grown(natural, extent), layer.paddingMode)
  }

  // MARK: Pools

  private mutating func replace(
    _ index: Int, _ layer: Pooling
  ) throws -> Antialiasing.Change {
    let site = sites[index]
    let input = GraphDraft.Source.value(network.nodes[site.node].inputs[0])
    if layer.operation != .max, let direct = try inPlace(index) { return direct }
    var dense = layer
    dense.stride = 1
    dense.ceilMode = false
    let natural = try size(
      Layer.pooling(dense).outputShape(of: [shapes[network.nodes[site.node].inputs[0]]]))
    // In ceil mode the last window may begin behind what stride 1 without it reaches.
    let extent = extent(site, from: natural)
    let mode: PaddingMode = antialiasing.padding == .circular ? .circular : .replicate
    let source = extend(input, by: extent, mode, site.path)
    draft.replace(site.node, .pooling(dense), inputs: [source])
    return try finish(index, [.pooling(dense)], dense.phase, grown(natural, extent), nil)
  }

  /// The filter in the place of a mean, where the size comes out the same.
  private mutating func inPlace(_ index: Int) throws -> Antialiasing.Change? {
    let site = sites[index]
    let input = GraphDraft.Source.value(network.nodes[site.node].inputs[0])
    guard let filter = try pool(site, site.inputSize, nil),
      try filter.layer.outputShape(of: [shapes[network.nodes[site.node].inputs[0]]])
        == shapes[site.node + 1]
    else { return nil }
    draft.replace(site.node, filter.layer, inputs: [input])
    return change(site, [filter.layer], filter.phase)
  }

  // MARK: Parts

  /// The filter behind the chain of a site.
  private mutating func finish(
    _ index: Int, _ layers: [Layer], _ phase: [Double], _ size: HW, _ mode: PaddingMode?
  ) throws -> Antialiasing.Change {
    let site = sites[index]
    let end = site.chain.last ?? site.node
    let filter = try filter(index, .node(end), size, mode)
    draft.redirect(end, to: filter.node)
    draft.expect(shapes[end + 1], of: filter.node, for: site.path)
    return change(site, layers + filter.layers, zip(phase, filter.phase).map(+))
  }

  private func change(
    _ site: SamplingSite, _ layers: [Layer], _ phase: [Double]
  ) -> Antialiasing.Change {
    Antialiasing.Change(
      path: site.path, operation: site.operation, before: network.nodes[site.node].layer.summary,
      after: layers.map(\.summary), inputSize: site.inputSize, outputSize: site.outputSize,
      phaseBefore: site.phase, phase: phase)
  }

  private func size(_ shape: [Int]) -> HW { HW(shape[1], shape[2]) }
}
