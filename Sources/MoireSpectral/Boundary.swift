/// How a map goes on beyond its border when its spectrum is taken.
public enum Boundary: Hashable, Sendable, CustomStringConvertible {
  /// The map repeats: the only boundary for which the identities are exact.
  case periodic
  /// Half-sample even extension to twice the size: `1234 → 1234|4321`.
  case mirror
  /// Periodic Hann window after the mean is removed; the mean is put back at DC.
  case hann
  /// Periodic Kaiser window, as ``hann``; 0 ≤ β ≤ 700.
  case kaiser(beta: Double)

  public var description: String {
    switch self {
    case .periodic: "periodic"
    case .mirror: "mirror"
    case .hann: "hann"
    case .kaiser(let beta): "kaiser:\(beta)"
    }
  }
}

/// How FFTW plans the lengths it transforms (those with a prime factor above 7).
public enum Planning: Hashable, Sendable {
  /// By rule: the same bits in every run.
  case estimate
  /// By timing on this machine: faster, not the same bits from run to run.
  case measure
}
