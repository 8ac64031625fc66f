import MoireAnalysis
import MoireSpectral
import MoireTensors

extension SpectrumDocument.Entry {
  init(
    _ input: SpectrumDocument.Input, filters: [(name: String, filter: LowPass)]
  ) throws {
    let sums = input.sums
    let energies = sums.energies
    name = input.name
    values = input.values
    shape = input.shape
    size = sums.size
    gridSize = sums.power.size
    outputSize = HW(
      (sums.size.height + sums.stride.height - 1) / sums.stride.height,
      (sums.size.width + sums.stride.width - 1) / sums.stride.width)
    exact = sums.power.isExact && sums.size.isMultiple(of: sums.stride)
    (planes, deadPlanes, constantPlanes) = (sums.planes, sums.deadPlanes, sums.constantPlanes)
    aliasFraction = energies.aliasFraction
    aliasFractionAc = energies.aliasFractionAC
    let alive = sums.channels.filter { $0.kind == .alive }
    channelQuartiles = SiteReading.Quartiles(of: alive.map(\.aliasFraction))
    channelQuartilesAc = SiteReading.Quartiles(of: alive.map(\.aliasFractionAC))
    let total = sums.power.energies.total
    let scale = total > 0 ? 1 / total : 0
    poolLeak = sums.isExact ? sums.power.poolLeak.map { $0 * scale } : nil
    identities = sums.identities.flatMap {
      SpectrumDocument.IdentityTable($0, size: sums.size, stride: sums.stride)
    }
    self.filters = try filters.map { try .init(name: $0.name, $0.filter, before: sums.power) }
    bandwidth = energies.kind == .alive ? try SpectrumDocument.BandwidthTable(sums.power) : nil
    let profile = sums.power.radialProfile
    radialProfile = SiteReading.RadialProfile(
      frequency: profile.frequencies, energy: profile.power.map { $0 * scale },
      bins: profile.bins)
    slices = [(0, .degrees0), (45, .degrees45), (90, .degrees90)].map {
      (degrees: Int, slice: SpectrumSlice) in
      let profile = sums.power.slice(slice)
      return SpectrumDocument.Slice(
        degrees: degrees, frequency: profile.frequencies, power: profile.power.map { $0 * scale })
    }
    foldMap = sums.power.foldMap.map { map in
      SiteReading.FoldMap(
        size: map.size, inBand: map.inBand.map { Float($0 * scale) },
        folded: map.folded.map { Float($0 * scale) })
    }
    power = sums.power.full.map { $0 * scale }
  }
}

extension SiteReading.Filtered {
  /// What a filter in front would leave of a spectrum.
  init(name: String, _ filter: LowPass, before power: PowerSpectrum) throws {
    let (before, after) = (power.energies, try power.energies(after: filter))
    let share = { (part: Double, whole: Double) in whole > 0 ? max(0, part) / whole : 0 }
    self.init(
      filter: name, aliasFraction: after.aliasFraction,
      aliasEnergyLeft: share(after.alias, before.alias),
      basebandEnergyKept: share(
        after.total - after.dc - after.alias, before.total - before.dc - before.alias))
  }
}

extension SpectrumDocument.IdentityTable {
  /// Nil where no plane could be compared.
  init?(_ sums: IdentitySums, size: HW, stride: HW) {
    guard sums.planes > 0 else { return nil }
    // The energy is Σ_d ‖Z_d‖² = Σ|X|² / S, the mean square Σ|X|² / (H W)².
    let shifts = Double(stride.area)
    let samples = Double(size.area)
    polyphase = Self.sides(sums) { $0.deviation / $0.energy }
    shift = Self.sides(sums) { $0.shiftError * shifts / $0.energy }
    pool = Self.sides(sums) { $0.poolVariance * samples * samples / shifts / $0.energy }
    planesCompared = sums.planes
    largestDifference = sums.largestDifference
  }

  private static func sides(
    _ sums: IdentitySums, _ fraction: (IdentitySums.Side) -> Double
  ) -> SpectrumDocument.Sides {
    let (predicted, measured) = (fraction(sums.predicted), fraction(sums.measured))
    return SpectrumDocument.Sides(
      predicted: predicted, measured: measured,
      difference: abs(predicted - measured) / max(predicted, 1e-3))
  }
}

extension SpectrumDocument.BandwidthTable {
  init(_ power: PowerSpectrum) throws {
    let share = 0.95
    let found = try power.bandwidth(share: share)
    self.init(
      share: share, containing: [found.containing.height, found.containing.width],
      containingRadius: found.containingRadius, rms: [found.rms.height, found.rms.width],
      rmsRadius: found.rmsRadius, noise: [found.noise.height, found.noise.width])
  }
}

extension HW {
  func isMultiple(of stride: HW) -> Bool {
    height.isMultiple(of: stride.height) && width.isMultiple(of: stride.width)
  }
}
