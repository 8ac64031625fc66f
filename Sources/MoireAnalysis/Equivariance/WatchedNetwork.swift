import MoireLayers
import MoireTensors

/// A network made ready to hand out some of its maps, one run at a time for each worker.
final class WatchedNetwork: Sendable {
  /// What each dense map of a site, and each watched node, stands for.
  private let sites, watched: [PlannedMap.Source]
  private let workers: [CompiledNetwork]

  /// - Throws: ``LayerError``.
  init(
    _ network: Network, maps: [PlannedMap], pools: [String: WrappedPool], workers count: Int
  ) throws {
    let wanted = Set(maps.map(\.source))
    let (instrumented, readers) = WatchedNetwork.instrumented(network, wanted, pools)
    let chosen = try instrumented.samplingSites().filter { wanted.contains(.site($0.path)) }
    sites = chosen.map { .site($0.path) }
    watched = readers.map(\.source)
    workers = try (0..<count).map { _ in
      try CompiledNetwork(instrumented, sites: chosen, watching: readers.map(\.node))
    }
  }

  /// The network with a reader right behind each wanted value, which makes it a map of its own that
  /// is handed out and computes one channel only; and with the dense halves of pools.
  private static func instrumented(
    _ network: Network, _ wanted: Set<PlannedMap.Source>, _ pools: [String: WrappedPool]
  ) -> (network: Network, readers: [(source: PlannedMap.Source, node: Int)]) {
    let poolOfNode = Dictionary(uniqueKeysWithValues: pools.map { ($1.node, ($0, $1)) })
    var result = Network(name: network.name, inputShape: network.inputShape)
    var values = [0]
    var readers: [(source: PlannedMap.Source, node: Int)] = []
    func read(_ value: Int, _ path: String, _ source: PlannedMap.Source) {
      let reader = result.append("\(path).watched", .channels(0..<1), inputs: [value])
      readers.append((source, reader - 1))
    }
    for (index, node) in network.nodes.enumerated() {
      if let (path, pool) = poolOfNode[index], wanted.contains(.wrapped(path)) {
        let dense = pool.append(to: &result, from: network, base: values[pool.base])
        read(dense, "\(path).dense", .wrapped(path))
      }
      let value = result.append(node.path, node.layer, inputs: node.inputs.map { values[$0] })
      values.append(value)
      if wanted.contains(.value(index + 1)) { read(value, node.path, .value(index + 1)) }
    }
    result.output = values[network.output]
    return (result, readers)
  }

  /// Runs one image on one worker.
  ///
  /// - Parameter onMap: gets each wanted map once, in order of execution.
  /// - Throws: ``LayerError``.
  func run(
    _ input: Tensor, worker: Int, threads: Int = 1,
    onMap: (PlannedMap.Source, DenseMap) throws -> Void
  ) throws -> Answer {
    let answer = try workers[worker].run(input, threads: threads) { map in
      switch map.stage {
      case .final: try onMap(sites[map.site], map)
      case .input: try onMap(watched[map.site], map)
      case .unfiltered, .preactivation: break
      }
    }
    return Answer(answer)
  }
}
