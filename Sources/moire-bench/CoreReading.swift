import CMoire
import MoireKit

/// Everything a reading gives of a map: the pooled power, the alias energy of each channel and the
/// radial profile.
final class CoreReading: @unchecked Sendable {
  private let map: CoreMap
  private let reader: OpaquePointer
  private let shares: [Range<Int>]
  private let workspaces: [UnsafeMutableRawPointer?]
  private let bytes: Int
  private let bins: Int
  /// Of each share, one after the other.
  private let power: UnsafeMutablePointer<Double>
  private let energies: UnsafeMutablePointer<moire_energies>
  private let profile: UnsafeMutablePointer<Double>
  private let counts: UnsafeMutablePointer<Int>

  init(map: CoreMap, threads: Int, planning: moire_planning) throws {
    self.map = map
    shares = map.shares(threads)
    var options = moire_reader_options()
    (options.height, options.width, options.stride_height, options.stride_width) =
      (map.size, map.size, 2, 2)
    options.planning = planning
    var made: OpaquePointer?
    try CoreComparison.check(moire_reader_create(&made, &options))
    guard let made else { throw Peer.Failure(description: "no reader") }
    reader = made
    let size = moire_reader_workspace_size(made, 0)
    bytes = size
    workspaces = shares.map { _ in moire_alloc(size) }
    bins = map.size * (map.size / 2 + 1)
    let rings = moire_radial_rings(map.size, map.size)
    power = .allocate(capacity: bins * threads)
    energies = .allocate(capacity: map.channels)
    profile = .allocate(capacity: rings)
    counts = .allocate(capacity: rings)
  }

  deinit {
    moire_reader_destroy(reader)
    workspaces.forEach { moire_free($0) }
    power.deallocate()
    energies.deallocate()
    profile.deallocate()
    counts.deallocate()
  }

  func run() {
    power.update(repeating: 0, count: bins * shares.count)
    CoreMap.each(shares.count) { share in self.read(share) }
    for share in 1..<max(shares.count, 1) {
      for bin in 0..<bins { power[bin] += power[share * bins + bin] }
    }
    var spectrum = moire_spectrum(
      power: power, height: map.size, width: map.size, stride_height: 2, stride_width: 2)
    precondition(moire_spectrum_radial(profile, counts, &spectrum) == .ok)
  }

  private func read(_ share: Int) {
    var planes = map.planes(shares[share])
    var reading = moire_reading()
    reading.power = power + share * bins
    reading.energies = energies + shares[share].lowerBound
    precondition(moire_reader_read(reader, &planes, &reading, workspaces[share], bytes) == .ok)
  }
}
