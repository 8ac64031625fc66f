/// A separable low-pass filter that may stand before a subsampling.
///
/// Frequencies are in cycles per sample, 0 … ½. A cutoff of nil is the new Nyquist frequency
/// 1 / (2 stride) of the subsampling that the filter is asked about. Filters with taps (FIR) are
/// symmetric and their taps sum to 1; the others are defined by their response on the DFT grid.
public enum LowPass: Hashable, Sendable, CustomStringConvertible {
  case none
  /// The n taps of (½ + ½z)ⁿ⁻¹; |H(f)| = |cos πf|ⁿ⁻¹. One tap is no filter.
  case binomial(Int)
  /// 1 inside the box of the stride, 0 outside and at its shared Nyquist bin.
  case ideal
  /// ``ideal``, but ½ at the shared Nyquist bin: keeps energy there that aliases.
  case idealHalving
  /// n taps sin(2π cutoff (m − c)) / π(m − c), c = (n − 1) / 2, under a Kaiser window of 0 ≤ β ≤ 700;
  /// see ``kaiser(attenuation:width:cutoff:)`` for the design by stop-band and transition.
  case kaiser(taps: Int, beta: Double, cutoff: Double? = nil)
  /// 1 up to cutoff (1 − r), then ½ + ½ cos down to 0 at cutoff (1 + r); 0 ≤ r ≤ 1. No taps.
  case raisedCosine(rollOff: Double, cutoff: Double? = nil)
  /// n taps exp(−(m − c)² / 2σ²), or without taps the response exp(−2π²σ²f²); σ > 0 in samples.
  case gaussian(sigma: Double, taps: Int? = nil)
  /// n taps sin²(π(m + 1) / (n + 1)): the window itself smooths. Three taps are bin-3.
  case hann(taps: Int)
  /// The window of ``hann(taps:)`` over the taps sin(2π cutoff (m − c)) / π(m − c).
  case hannSinc(taps: Int, cutoff: Double? = nil)

  /// What ``init(parsing:)`` reads: `none`, `bin-3`, `ideal`, `kaiser:taps=12,beta=5.65`.
  public var description: String {
    switch self {
    case .none: "none"
    case .binomial(let taps): "bin-\(taps)"
    case .ideal: "ideal"
    case .idealHalving: "ideal:halve"
    case .kaiser(let taps, let beta, let cutoff):
      "kaiser:taps=\(taps),beta=\(number(beta))" + (cutoff.map { ",cutoff=\(number($0))" } ?? "")
    case .raisedCosine(let rollOff, let cutoff):
      "raised-cosine:rolloff=\(number(rollOff))" + (cutoff.map { ",cutoff=\(number($0))" } ?? "")
    case .gaussian(let sigma, let taps):
      "gaussian:sigma=\(number(sigma))" + (taps.map { ",taps=\($0)" } ?? "")
    case .hann(let taps): "hann:taps=\(taps)"
    case .hannSinc(let taps, let cutoff):
      "hann:taps=\(taps),cutoff=" + (cutoff.map(number) ?? "nyquist")
    }
  }

  private func number(_ value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
