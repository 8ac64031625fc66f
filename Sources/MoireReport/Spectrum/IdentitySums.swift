import MoireSpectral
import MoireTensors

/// The exact identities summed over planes, each side by itself; dead and constant planes are left out.
struct IdentitySums: Sendable {
  /// One side: predicted from the spectrum, or measured by shifts.
  struct Side: Sendable {
    var energy = 0.0
    var deviation = 0.0
    var shiftError = 0.0
    var poolVariance = 0.0

    mutating func add(
      _ plane: Identities, _ side: KeyPath<Identities.Comparison, Double>
    ) {
      energy += plane.energy[keyPath: side]
      deviation += plane.deviation[keyPath: side]
      shiftError += plane.shiftError[keyPath: side]
      poolVariance += plane.poolVariance[keyPath: side]
    }
  }

  private(set) var predicted = Side()
  private(set) var measured = Side()
  private(set) var planes = 0
  /// Of any fraction of any plane.
  private(set) var largestDifference = 0.0

  /// Reads all planes of a tensor `[N, C, H, W]`, whose order alone decides the sums.
  init(_ maps: Tensor, stride: HW, threads: Int) throws {
    let size = HW(maps.shape[2], maps.shape[3])
    let reader = try IdentityReader(size: size, stride: stride)
    let count = maps.shape[0] * maps.shape[1]
    let single = try maps.reshaped([count, 1, size.height, size.width])
    let readings = Collected<[Identities]>(count: count)
    try Parallel.forEach(count, threads: threads) { _, plane in
      do {
        readings.set(try reader.read(single.images(plane..<plane + 1)), at: plane)
      } catch SpectralError.notFinite {
        throw SpectralError.notFinite(plane: plane)
      }
    }
    for plane in readings.values.flatMap({ $0 }) where plane.kind == .alive {
      predicted.add(plane, \.predicted)
      measured.add(plane, \.measured)
      planes += 1
      largestDifference = max(largestDifference, plane.difference)
    }
  }

  mutating func add(_ other: IdentitySums) {
    predicted += other.predicted
    measured += other.measured
    planes += other.planes
    largestDifference = max(largestDifference, other.largestDifference)
  }
}

extension IdentitySums.Side {
  static func += (left: inout Self, right: Self) {
    left.energy += right.energy
    left.deviation += right.deviation
    left.shiftError += right.shiftError
    left.poolVariance += right.poolVariance
  }
}
