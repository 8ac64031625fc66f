import MoireLayers
import MoireSpectral
import MoireTensors

/// The sums behind the reading of one site.
struct SiteSums {
  /// One stage of the site: before the activation, or at the end of the chain.
  struct Stage {
    /// Per channel, over images.
    var channels: [PlaneEnergies]
    var planes = 0
    var dead = 0
    var constant = 0

    init(_ site: SamplingSite) {
      channels = Array(
        repeating: PlaneEnergies(total: 0, dc: 0, alias: 0), count: site.channels)
    }

    mutating func add(_ reading: MapReading) {
      for (index, plane) in reading.energies.enumerated() {
        let channel = index % channels.count
        channels[channel].total += plane.total
        channels[channel].dc += plane.dc
        channels[channel].alias += plane.alias
        planes += 1
        dead += plane.kind == .dead ? 1 : 0
        constant += plane.kind == .constant ? 1 : 0
      }
    }

    /// All energy of the stage, from the planes' own sums.
    var energies: PlaneEnergies {
      channels.reduce(into: PlaneEnergies(total: 0, dc: 0, alias: 0)) {
        $0.total += $1.total
        $0.dc += $1.dc
        $0.alias += $1.alias
      }
    }
  }

  let site: SamplingSite
  /// Pooled over the channels and images of the final stage.
  private(set) var power: PowerSpectrum
  private var final: Stage
  private var preactivation: Stage
  private var hasPreactivation = false
  private var deviation = 0.0
  private var registeredEnergy = 0.0
  private var predictedAlias = 0.0
  private var predictedEnergy = 0.0
  private var largestDifference: Double?
  private var planesCompared = 0

  init(_ site: SamplingSite) throws {
    self.site = site
    power = try PowerSpectrum(size: site.denseSize, stride: site.stride)
    final = Stage(site)
    preactivation = Stage(site)
  }

  mutating func add(_ reading: MapReading, isFinal: Bool) throws {
    guard isFinal else {
      hasPreactivation = true
      return preactivation.add(reading)
    }
    try power.add(reading.power)
    final.add(reading)
    for (plane, registration) in zip(reading.energies, reading.registrations)
    where plane.kind == .alive {
      deviation += registration.deviation
      registeredEnergy += registration.energy
      predictedAlias += plane.alias
      predictedEnergy += plane.total
      planesCompared += 1
      largestDifference = max(largestDifference ?? 0, registration.difference(from: plane))
    }
  }

  /// The filters whose effect every reading foretells.
  static let filters: [LowPass] = [.binomial(3), .binomial(5), .ideal]

  func reading() throws -> SiteReading {
    let energies = final.energies
    let before = (hasPreactivation ? preactivation : final).energies
    return SiteReading(
      path: site.path, operation: site.operation.rawValue, stride: site.stride,
      channels: site.channels, denseSize: site.denseSize, outputSize: site.outputSize,
      phase: site.phase, cumulativeStride: site.cumulativeStride, exact: power.isExact,
      aliasFraction: energies.aliasFraction, aliasFractionAc: energies.aliasFractionAC,
      channelQuartiles: quartiles(\.aliasFraction),
      channelQuartilesAc: quartiles(\.aliasFractionAC),
      preactivation: SiteReading.Stage(
        aliasFraction: before.aliasFraction, aliasFractionAc: before.aliasFractionAC),
      planes: final.planes, deadPlanes: final.dead, constantPlanes: final.constant,
      identityDifference: largestDifference, identity: identity,
      filters: try Self.filters.map { try filtered($0) }, radialProfile: radialProfile(energies),
      foldMap: foldMap(energies))
  }

  private var identity: SiteReading.Identity? {
    guard planesCompared > 0 else { return nil }
    return SiteReading.Identity(
      predicted: predictedAlias / predictedEnergy, measured: deviation / registeredEnergy,
      planesCompared: planesCompared)
  }

  private func quartiles(_ value: KeyPath<PlaneEnergies, Double>) -> SiteReading.Quartiles {
    SiteReading.Quartiles(
      of: final.channels.filter { $0.kind == .alive }.map { $0[keyPath: value] })
  }

  private func filtered(_ filter: LowPass) throws -> SiteReading.Filtered {
    let before = power.energies
    let after = try power.filtered(by: filter).energies
    let share = { (part: Double, whole: Double) in whole > 0 ? part / whole : 0 }
    return SiteReading.Filtered(
      filter: filter.description, aliasFraction: after.aliasFraction,
      aliasEnergyLeft: share(after.alias, before.alias),
      basebandEnergyKept: share(
        after.total - after.dc - after.alias, before.total - before.dc - before.alias))
  }

  private func radialProfile(_ energies: PlaneEnergies) -> SiteReading.RadialProfile {
    let profile = power.radialProfile
    let total = energies.total > 0 ? energies.total : 1
    return SiteReading.RadialProfile(
      frequency: profile.frequencies, energy: profile.power.map { $0 / total }, bins: profile.bins)
  }

  private func foldMap(_ energies: PlaneEnergies) -> SiteReading.FoldMap {
    let total = energies.total > 0 ? energies.total : 1
    guard let map = power.foldMap else {
      return SiteReading.FoldMap(size: site.outputSize, inBand: [], folded: [])
    }
    return SiteReading.FoldMap(
      size: map.size, inBand: map.inBand.map { Float($0 / total) },
      folded: map.folded.map { Float($0 / total) })
  }
}
