import MoireLayers
import MoireSpectral
import MoireTensors

/// Predictions beside the exact answers, image by image.
struct ExplanationRun {
  private(set) var levels: [ExplanationLevel] = []
  private var leftOut: [String] = []
  private let options: Explanation.Options
  private let chain: PhaseChain
  private let sites: [SamplingSite]
  private let compiled: CompiledNetwork
  private var sums: ExplanationScores

  init(_ network: Network, _ options: Explanation.Options, _ chain: PhaseChain) throws {
    self.options = options
    self.chain = chain
    sites = try network.samplingSites()
    compiled = try CompiledNetwork(network, sites: sites)
    sums = ExplanationScores(seed: options.seed)
    let whole = Double(max(1, chain.multiplyAdds.reduce(0, +)))
    for (index, level) in chain.levels.enumerated() {
      let own = sites.indices.filter { level.sites.contains(sites[$0].path) }
      let behind = Double(chain.multiplyAdds[(index + 1)...].reduce(0, +)) / whole
      let name = "level \(index + 1)"
      guard !own.isEmpty else {
        leftOut.append("explanation: \(name) has no site that could be read and is left out")
        continue
      }
      guard
        own.allSatisfy({
          sites[$0].stride == level.stride && network.isExact(sites[$0], circular: true)
        })
      else {
        leftOut.append("explanation: \(name) is left out: a site's map is not a whole circle")
        continue
      }
      do {
        levels.append(
          try ExplanationLevel(
            index + 1, network, sites, of: own, stride: level.stride, cost: behind,
            options: options))
      } catch let obstacle as NetworkTail.Obstacle {
        leftOut.append("explanation: \(name) is left out: \(Self.words(obstacle))")
      }
    }
  }

  private static func words(_ obstacle: NetworkTail.Obstacle) -> String {
    switch obstacle {
    case .sizes: "its sites give maps of different sizes"
    case .bypass(let path): "layer \(path) also reads what stands before its sites"
    case .unread: "the answer does not depend on its sites"
    }
  }

  /// Of each level, for the next image.
  ///
  /// - Throws: what the image or the network refuses.
  func predictions(
    for input: Tensor
  ) throws -> [[Double]] {
    let readings = try readings(of: input)
    return try levels.map { level in
      try level.predictions(
        level.sites.compactMap { readings[$0] }, seed: options.seed, image: sums.images.count)
    }
  }

  mutating func add(
    _ name: String, _ answers: PhaseAnswers,
    _ predictions: [[Double]]
  ) {
    guard !levels.isEmpty else { return }
    sums.add(
      name, answers, answers.decomposition(levels: chain.levels), numbers: levels.map(\.number),
      predictions: predictions, shifts: max(2, Int(passes(.tail).rounded())))
  }

  private func readings(of input: Tensor) throws -> [Int: ExplanationLevel.Reading] {
    var early: [Int: AliasOrders] = [:]
    var result: [Int: ExplanationLevel.Reading] = [:]
    let readers = Dictionary(
      uniqueKeysWithValues: levels.flatMap { zip($0.sites, $0.readers).map { ($0, $1) } })
    let threads = options.threads
    _ = try compiled.run(input, threads: threads) { map in
      guard map.stage == .preactivation || map.isFinal, let reader = readers[map.site] else {
        return
      }
      let stride = sites[map.site].stride
      let orders = try AliasOrders(map, stride: stride, threads: threads)
      if map.isFinal {
        let layout = MapLayout.blocked(channels: map.channels, size: map.size)
        let planes = try reader.read(map.base, layout: layout, threads: threads)
        result[map.site] = ExplanationLevel.Reading(
          orders: orders, early: early[map.site], planes: planes, size: map.size, stride: stride)
      } else {
        early[map.site] = orders
      }
    }
    return result
  }

  /// Forward passes an image that a predictor needs.
  private func passes(_ predictor: ExplanationReading.Predictor) -> Double {
    switch predictor {
    case .aliasFraction, .aliasEnergy, .coherentEnergy, .poolLeak: 1
    case .energyGain, .tail, .tailBeforeActivation:
      1 + levels.reduce(0) { $0 + 2 * Double($1.directions) * $1.cost }
    }
  }

  /// What was left out and why.
  var remarks: [String] {
    let reason =
      levels.isEmpty
      ? "no level has a site to read" : sums.images.isEmpty ? "nothing could be answered" : nil
    return leftOut + (reason.map { ["no explanation: \($0)"] } ?? [])
  }

  /// Nil where there is nothing to say.
  var reading: ExplanationReading? {
    sums.reading(levels: levels.map(\.number), passes: passes)
  }
}
