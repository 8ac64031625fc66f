internal import CMoire

/// Energies Σ |X|² of one plane, or of a pool of planes, over the full unnormalised spectrum.
public struct PlaneEnergies: Hashable, Sendable {
  public var total: Double
  /// |X[0]|².
  public var dc: Double
  /// The energy outside the box of the stride.
  public var alias: Double

  public init(total: Double, dc: Double, alias: Double) {
    self.total = total
    self.dc = dc
    self.alias = alias
  }

  init(_ energies: moire_energies) {
    self.init(total: energies.total, dc: energies.dc, alias: energies.alias)
  }

  /// What a plane is to statistics over planes.
  public enum Kind: Hashable, Sendable {
    case alive
    /// No energy at all.
    case dead
    /// Energy beside DC below 1e-12 of the total.
    case constant
  }

  public var kind: Kind {
    switch moire_plane_kind_of(moire_energies(total: total, dc: dc, alias: alias)) {
    case .dead: .dead
    case .constant: .constant
    default: .alive
    }
  }

  /// alias / total, 0 … 1; 0 for a dead or constant plane.
  public var aliasFraction: Double { kind == .alive ? alias / total : 0 }

  /// alias / (total − dc), 0 … 1; 0 for a dead or constant plane.
  public var aliasFractionAC: Double { kind == .alive ? min(1, alias / (total - dc)) : 0 }
}

/// The polyphase identity of one plane as measured by subsampling at every shift.
///
/// Z_d is the map subsampled after a shift by d, registered back in the spectrum.
public struct Registration: Hashable, Sendable {
  /// Σ_d ‖Z_d − Z̄‖².
  public var deviation: Double
  /// Σ_d ‖Z_d‖².
  public var energy: Double

  public init(deviation: Double, energy: Double) {
    self.deviation = deviation
    self.energy = energy
  }

  init(_ registration: moire_registration) {
    self.init(deviation: registration.deviation, energy: registration.energy)
  }

  /// deviation / energy, which equals the alias fraction; 0 without energy.
  public var aliasFraction: Double { energy > 0 ? deviation / energy : 0 }

  /// |predicted − measured| / max(predicted, 1e-3).
  public func difference(from predicted: PlaneEnergies) -> Double {
    abs(predicted.aliasFraction - aliasFraction) / max(predicted.aliasFraction, 1e-3)
  }
}
