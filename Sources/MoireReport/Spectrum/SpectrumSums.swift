public import MoireSpectral
public import MoireTensors

/// The energies behind the reading of one input, or of several that are pooled.
public struct SpectrumSums: Sendable {
  /// Of the maps.
  public let size: HW
  public let stride: HW
  public let boundary: Boundary
  /// Whether the identities hold: periodic boundary, and the stride divides the size.
  public let isExact: Bool
  /// Summed over all planes.
  public private(set) var power: PowerSpectrum
  /// Per channel, over images; inputs that are pooled share channels of equal index.
  public private(set) var channels: [PlaneEnergies] = []
  public private(set) var planes = 0
  public private(set) var deadPlanes = 0
  public private(set) var constantPlanes = 0
  private(set) var identities: IdentitySums?

  /// Reads all planes of a tensor `[N, C, H, W]`.
  ///
  /// The identities are measured in double precision by subsampling at every shift, where they hold.
  /// - Throws: `SpectralError`.
  public init(_ maps: Tensor, stride: HW, boundary: Boundary, threads: Int = 1) throws {
    guard maps.shape.count == 4 else {
      throw SpectralError.mapMismatch(expected: 1, shape: maps.shape)
    }
    let size = HW(maps.shape[2], maps.shape[3])
    let reader = try MapReader(size: size, stride: stride, boundary: boundary)
    let reading = try reader.read(maps, threads: threads)
    (self.size, self.stride, self.boundary) = (size, stride, boundary)
    isExact = reader.isExact
    power = reading.power
    add(reading.energies, channelCount: maps.shape[1])
    if isExact { identities = try IdentitySums(maps, stride: stride, threads: threads) }
  }

  /// Adds what was read of another input at the same stride and boundary.
  ///
  /// - Throws: `SpectralError.spectrumMismatch` unless the sizes agree.
  public mutating func add(_ other: SpectrumSums) throws {
    try power.add(other.power)
    grow(to: other.channels.count)
    for (channel, energies) in other.channels.enumerated() { channels[channel] += energies }
    planes += other.planes
    deadPlanes += other.deadPlanes
    constantPlanes += other.constantPlanes
    if let added = other.identities { identities?.add(added) }
  }

  private mutating func add(_ energies: [PlaneEnergies], channelCount: Int) {
    grow(to: channelCount)
    for (index, plane) in energies.enumerated() {
      channels[index % channelCount] += plane
      planes += 1
      deadPlanes += plane.kind == .dead ? 1 : 0
      constantPlanes += plane.kind == .constant ? 1 : 0
    }
  }

  private mutating func grow(to count: Int) {
    while channels.count < count { channels.append(PlaneEnergies(total: 0, dc: 0, alias: 0)) }
  }

  /// All energy, from the planes' own sums.
  public var energies: PlaneEnergies {
    channels.reduce(into: PlaneEnergies(total: 0, dc: 0, alias: 0)) { $0 += $1 }
  }
}

extension PlaneEnergies {
  static func += (left: inout PlaneEnergies, right: PlaneEnergies) {
    left.total += right.total
    left.dc += right.dc
    left.alias += right.alias
  }
}
