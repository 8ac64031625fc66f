import MoireLayers
import MoireSpectral
import MoireTensors

/// One level of a network with what is behind its sites.
struct ExplanationLevel {
  /// From 1 on.
  let number: Int
  /// Of the network's sites.
  let sites: [Int]
  let stride: HW
  /// Forward passes that one run of the tail costs.
  let cost: Double
  let tail: TailGain
  /// With the activations of the sites' chains in it; nil where no site has one.
  let early: TailGain?
  let readers: [IdentityReader]

  /// Real directions of a level: S − 1.
  var directions: Int { stride.area - 1 }

  /// - Throws: ``NetworkTail/Obstacle``, `LayerError`, `SpectralError`.
  init(
    _ number: Int, _ network: Network, _ all: [SamplingSite], of own: [Int], stride: HW,
    cost: Double, options: Explanation.Options
  ) throws {
    let sites = own.map { all[$0] }
    (self.number, self.sites, self.stride, self.cost) = (number, own, stride, cost)
    let last = sites.map { ($0.chain.last ?? $0.node) + 1 }
    tail = try TailGain(
      NetworkTail(network, behind: last), step: options.step, threads: options.threads)
    if sites.contains(where: \.hasActivation) {
      let first = sites.map { site in
        (site.affinePrefix > 0 ? site.chain[site.affinePrefix - 1] : site.node) + 1
      }
      early = try TailGain(
        NetworkTail(network, behind: first), step: options.step, threads: options.threads)
    } else {
      early = nil
    }
    readers = try sites.map { try IdentityReader(size: $0.denseSize, stride: $0.stride) }
  }

  /// What a run handed out at one site.
  struct Reading {
    var orders: AliasOrders
    /// Before the first activation, where there is one.
    var early: AliasOrders?
    /// Mean squares, summed over channels.
    var energy = 0.0, alias = 0.0, coherent = 0.0, leak = 0.0

    init(orders: AliasOrders, early: AliasOrders?, planes: [Identities], size: HW, stride: HW) {
      (self.orders, self.early) = (orders, early)
      let (samples, phases) = (Double(size.area), Double(stride.area))
      // The sums are 1/S and 1/S² of those over the full spectrum.
      for plane in planes where plane.kind == .alive {
        energy += plane.energy.predicted * phases / (samples * samples)
        alias += plane.deviation.predicted * phases / (samples * samples)
        coherent += plane.coherent.predicted * phases * phases / (samples * samples)
        leak += plane.poolVariance.predicted
      }
    }
  }

  /// One number for each predictor, in the order of `allCases`.
  func predictions(_ readings: [Reading], seed: UInt64, image: Int) throws -> [Double] {
    var generator = SeededGenerator(seed: seed, 0xE1, image, number)
    let energy = readings.reduce(0) { $0 + $1.energy }
    let alias = readings.reduce(0) { $0 + $1.alias }
    let scrambled = { (map: Tensor) in map.scrambled(&generator) }
    let exact = try gain(tail, readings.map(\.orders)) { $0 }
    let random = try gain(tail, readings.map(\.orders), scrambled)
    let before = try early.map { tail in
      try gain(tail, readings.map { $0.early ?? $0.orders }) { $0 }
    }
    return ExplanationReading.Predictor.allCases.map { predictor in
      switch predictor {
      case .aliasFraction: energy > 0 ? alias / energy : 0
      case .aliasEnergy: alias
      case .coherentEnergy: readings.reduce(0) { $0 + $1.coherent }
      case .poolLeak: readings.reduce(0) { $0 + $1.leak }
      case .energyGain: random
      case .tail: exact
      case .tailBeforeActivation: before ?? exact
      }
    }
  }

  /// Σ weight ‖J v‖² over the directions, those of all sites of the level together.
  private func gain(
    _ tail: TailGain, _ orders: [AliasOrders], _ change: (Tensor) -> Tensor
  ) throws -> Double {
    let maps = orders.map(\.map)
    return try (0..<directions).reduce(0.0) { sum, index in
      let direction = orders.map { change($0.directions[index].map) }
      return sum
        + (orders[0].directions[index].weight) * (try tail.squared(maps, along: direction))
    }
  }
}
