internal import CMoire
import MoireTensors

/// A separable low-pass filter that may stand before a subsampling.
public enum LowPass: Hashable, Sendable, CustomStringConvertible {
  case none
  /// The n taps of (½ + ½z)ⁿ⁻¹; |H(f)| = |cos πf|ⁿ⁻¹. One tap is no filter.
  case binomial(Int)
  /// 1 inside the box of the stride, 0 outside and at its shared Nyquist bin.
  case ideal

  /// `none`, `bin-3`, `ideal`.
  public var description: String {
    switch self {
    case .none: "none"
    case .binomial(let taps): "bin-\(taps)"
    case .ideal: "ideal"
    }
  }

  /// The filter of a name as ``description`` writes it.
  public init?(_ name: String) {
    switch name {
    case "none": self = .none
    case "ideal": self = .ideal
    default:
      guard name.hasPrefix("bin-"), let taps = Int(name.dropFirst(4)), taps >= 1 else { return nil }
      self = .binomial(taps)
    }
  }

  /// The gain at the bins k = 0 … size − 1 of a DFT along one axis.
  ///
  /// - Parameters:
  ///   - size: the DFT's length in samples, 1 or more.
  ///   - stride: the subsampling that the ideal filter prepares, 1 or more.
  /// - Throws: ``SpectralError/invalidFilter(taps:)``, ``SpectralError/invalidSize(size:stride:)``.
  public func response(size: Int, stride: Int) throws(SpectralError) -> [Double] {
    guard size > 0, stride > 0 else {
      throw .invalidSize(size: HW(size, 1), stride: HW(stride, 1))
    }
    var gains = [Double](repeating: 1, count: size)
    switch self {
    case .none: break
    case .binomial(let taps):
      guard taps >= 1 else { throw .invalidFilter(taps: taps) }
      let status = moire_binomial_sample(&gains, size, taps)
      guard status == .ok else { throw .status(status) }
    case .ideal:
      let status = moire_ideal_sample(&gains, size, stride, .drop)
      guard status == .ok else { throw .status(status) }
    }
    return gains
  }
}
