import Foundation
import MoireLayers
import MoireTensors

/// A map that is compared, and where it comes from.
struct PlannedMap: Sendable {
  /// What hands it out.
  enum Source: Hashable, Sendable {
    /// The dense map of a sampling site, by its path.
    case site(String)
    /// That of a pool, as ``WrappedPool`` runs it, by its path.
    case wrapped(String)
    /// A value of the network.
    case value(Int)
  }

  var source: Source
  var path: String
  var part: EquivarianceDocument.Part
  var operation: String
  var channels: Int
  /// The size of the map that is handed out.
  var stored: HW
  /// The positions of it that count: the first `size` of every `step`-th.
  var size: HW
  var step: HW = 1

  var bytes: Int { ChannelVectors.bytes(channels: channels, size: stored) }

  /// The points of both maps that meet at each input position of an axis when the image has moved by
  /// `shift`, with their number as weight, divided by `length`: position p shows ⌊p · size / length⌋.
  static func pairs(size: Int, step: Int, length: Int, shift: Int) -> [ChannelVectors.Pair] {
    var pairs: [ChannelVectors.Pair] = []
    let unit = 1 / Double(length)
    for position in 0..<length {
      let other = position * size / length * step
      let own = (position + shift) % length * size / length * step
      if let last = pairs.last, last.other == other, last.own == own {
        pairs[pairs.count - 1].weight += unit
      } else {
        pairs.append(ChannelVectors.Pair(other: other, own: own, weight: unit))
      }
    }
    return pairs
  }
}

/// Which maps of a network are compared.
struct LayerPlan {
  /// In order of execution.
  let maps: [PlannedMap]
  /// By the paths of their sites.
  let pools: [String: WrappedPool]

  /// - Parameter pattern: for paths, as a shell's; nil for the sites, the ends of blocks and the last
  ///   map.
  /// - Throws: ``EquivarianceError/noLayer(pattern:paths:)``, ``LayerError``.
  init(_ network: Network, pattern: String?) throws {
    let shapes = try network.valueShapes()
    let sites = try network.samplingSites()
    let siteOfEnd = Dictionary(sites.map { ($0.chain.last ?? $0.node, $0) }) { first, _ in first }
    let inside = Set(sites.flatMap { [$0.node] + $0.chain })
    let ends = LayerPlan.ends(network, shapes)
    var maps: [PlannedMap] = []
    var pools: [String: WrappedPool] = [:]
    var paths: [String] = []
    for (index, node) in network.nodes.enumerated() {
      let site = siteOfEnd[index]
      guard
        site != nil
          || (shapes[index + 1].count == 3 && !inside.contains(index) && !node.layer.isPad)
      else { continue }
      let path = site?.path ?? node.path
      paths.append(path)
      if let pattern {
        guard fnmatch(pattern, path, 0) == 0 else { continue }
      } else if site == nil {
        guard ends.contains(index) else { continue }
      }
      if let site {
        let wrapped = WrappedPool(site, in: network, shapes)
        maps += LayerPlan.halves(of: site, wrapped, end: index)
        if let wrapped { pools[site.path] = wrapped }
      } else {
        let shape = shapes[index + 1]
        let size = HW(shape[1], shape[2])
        maps.append(
          PlannedMap(
            source: .value(index + 1), path: path, part: .output,
            operation: LayerPlan.name(node.layer), channels: shape[0], stored: size, size: size))
      }
    }
    guard !maps.isEmpty else {
      let some = paths.prefix(12) + (paths.count > 12 ? ["…"] : [])
      throw EquivarianceError.noLayer(pattern: pattern, paths: Array(some))
    }
    self.maps = maps
    self.pools = pools
  }

  /// The dense half of a site on the grid of its input, and what the stride takes of it.
  private static func halves(
    of site: SamplingSite, _ wrapped: WrappedPool?, end: Int
  ) -> [PlannedMap] {
    // The dense map goes on to a multiple of the stride; an ideal pool's has positions of its own.
    let isCropped = site.operation != .idealPool
    let grid = HW(
      isCropped ? min(site.denseSize.height, site.inputSize.height) : site.denseSize.height,
      isCropped ? min(site.denseSize.width, site.inputSize.width) : site.denseSize.width)
    var dense = PlannedMap(
      source: .site(site.path), path: site.path, part: .dense,
      operation: site.operation.rawValue, channels: site.channels, stored: site.denseSize,
      size: grid)
    var taken = dense
    taken.part = .subsampled
    taken.size = site.outputSize
    if let wrapped {
      dense.source = .wrapped(site.path)
      (dense.stored, dense.size) = (wrapped.size, wrapped.size)
    }
    if wrapped != nil || site.operation == .polyphase {
      // A polyphase takes from another place in every image.
      (taken.source, taken.stored) = (.value(end + 1), site.outputSize)
    } else {
      taken.step = site.stride
    }
    return [dense, taken]
  }

  /// The sums and concatenations, each behind the activations that alone read it, and the last map.
  private static func ends(_ network: Network, _ shapes: [[Int]]) -> Set<Int> {
    var readers = [[Int]](repeating: [], count: network.nodes.count + 1)
    for (index, node) in network.nodes.enumerated() {
      for value in Set(node.inputs) { readers[value].append(index) }
    }
    var ends: Set<Int> = []
    for (index, node) in network.nodes.enumerated() {
      switch node.layer {
      case .add, .concatenate: break
      default: continue
      }
      var end = index
      while end + 1 != network.output, let next = readers[end + 1].first,
        readers[end + 1].count == 1, isPointwise(network.nodes[next].layer)
      {
        end = next
      }
      ends.insert(end)
    }
    let last = network.nodes.indices.last { node in
      let shape = shapes[node + 1]
      return shape.count == 3 && shape[1] * shape[2] > 1
    }
    if let last { ends.insert(last) }
    return ends
  }

  private static func isPointwise(_ layer: Layer) -> Bool {
    switch layer {
    case .activation, .prelu, .batchNormalization: true
    default: false
    }
  }

  /// What a layer is called by its case, as `transposed convolution`.
  private static func name(_ layer: Layer) -> String {
    // A case that carries a layer would be described with all its weights.
    let text = Mirror(reflecting: layer).children.first?.label ?? "\(layer)"
    return text.reduce(into: "") { result, character in
      result += character.isUppercase ? " " + character.lowercased() : String(character)
    }
  }

  /// Runs of maps whose sources need at most `limit` bytes together.
  ///
  /// - Throws: ``EquivarianceError/memory(path:bytes:limit:)`` for one that is larger alone.
  func groups(limit: Int) throws -> [[Int]] {
    var groups: [[Int]] = []
    var known: Set<PlannedMap.Source> = []
    var used = 0
    for (index, map) in maps.enumerated() {
      guard map.bytes <= limit else {
        throw EquivarianceError.memory(path: map.path, bytes: map.bytes, limit: limit)
      }
      let added = known.contains(map.source) ? 0 : map.bytes
      if groups.isEmpty || used + added > limit {
        groups.append([])
        (known, used) = ([], 0)
        used = map.bytes
      } else {
        used += added
      }
      known.insert(map.source)
      groups[groups.count - 1].append(index)
    }
    return groups
  }
}

extension Layer {
  /// Whether it only adds a border, which has no place in the image.
  fileprivate var isPad: Bool {
    if case .pad = self { true } else { false }
  }
}
