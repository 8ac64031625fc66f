import MoireSpectral
import MoireTensors

/// The identities summed over planes, each side by itself.
///
/// Dead and constant planes are counted; everything else about them is no evidence.
struct IdentityTotals: Sendable {
  struct Side: Sendable {
    var energy = 0.0
    var deviation = 0.0
    var shiftError = 0.0
    var coherent = 0.0
    var poolVariance = 0.0

    mutating func add(_ plane: Identities, _ side: KeyPath<Identities.Comparison, Double>) {
      energy += plane.energy[keyPath: side]
      deviation += plane.deviation[keyPath: side]
      shiftError += plane.shiftError[keyPath: side]
      coherent += plane.coherent[keyPath: side]
      poolVariance += plane.poolVariance[keyPath: side]
    }

    static func += (left: inout Side, right: Side) {
      left.energy += right.energy
      left.deviation += right.deviation
      left.shiftError += right.shiftError
      left.coherent += right.coherent
      left.poolVariance += right.poolVariance
    }
  }

  private(set) var predicted = Side()
  private(set) var measured = Side()
  private(set) var compared = 0
  private(set) var dead = 0
  private(set) var constant = 0
  /// Of any of the three fractions of any plane.
  private(set) var largestDifference = 0.0

  mutating func add(_ plane: Identities) {
    switch plane.kind {
    case .dead: dead += 1
    case .constant: constant += 1
    case .alive:
      compared += 1
      predicted.add(plane, \.predicted)
      measured.add(plane, \.measured)
      largestDifference = max(largestDifference, plane.difference)
    }
  }

  static func += (left: inout IdentityTotals, right: IdentityTotals) {
    left.predicted += right.predicted
    left.measured += right.measured
    left.compared += right.compared
    left.dead += right.dead
    left.constant += right.constant
    left.largestDifference = max(left.largestDifference, right.largestDifference)
  }

  /// - Parameter reference: the same planes without a filter.
  func reading(_ filter: String, size: HW, stride: HW, reference: IdentityTotals) -> IdentityReading
  {
    guard compared > 0 else {
      return IdentityReading(
        filter: filter, planesCompared: 0, deadPlanes: dead, constantPlanes: constant)
    }
    // The energy is Σ_d ‖Z_d‖² = Σ|X|² / S, the mean square Σ|X|² / (H W)².
    let shifts = Double(stride.area)
    let samples = Double(size.area)
    func sides(_ fraction: (Side) -> Double) -> IdentityReading.Sides {
      IdentityReading.Sides(predicted: fraction(predicted), measured: fraction(measured))
    }
    let before = reference.predicted
    return IdentityReading(
      filter: filter, planesCompared: compared, deadPlanes: dead, constantPlanes: constant,
      aliasFraction: sides { $0.deviation / $0.energy },
      equivarianceError: sides { $0.shiftError * shifts / $0.energy },
      coherentShare: predicted.shiftError > 0 ? predicted.coherent / predicted.shiftError : nil,
      poolLeak: sides { $0.poolVariance * samples * samples / shifts / $0.energy },
      equivarianceErrorLeft: before.shiftError > 0
        ? predicted.shiftError / before.shiftError : nil,
      energyKept: before.energy > 0 ? predicted.energy / before.energy : nil,
      identityDifference: largestDifference)
  }
}
