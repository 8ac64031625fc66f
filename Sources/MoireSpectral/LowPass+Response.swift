internal import CMoire
import MoireTensors

extension LowPass {
  /// The taps, symmetric, Σ = 1; nil for a filter that is defined by its response alone.
  ///
  /// An even count has its centre between two samples: see ``FilterResponse/phase``.
  /// - Parameter stride: the subsampling whose Nyquist frequency is the default cutoff.
  /// - Throws: ``SpectralError/invalidFilter(taps:)``,
  ///   ``SpectralError/invalidParameter(filter:reason:)``.
  public func taps(stride: Int = 1) throws(SpectralError) -> [Double]? {
    var filter = try native(stride: stride)
    let count = moire_filter_tap_count(&filter)
    guard count > 0 else { return nil }
    try checkMemory(&filter)
    var taps = [Double](repeating: 0, count: count)
    let status = moire_filter_taps(&taps, &filter)
    guard status == .ok else { throw .status(status) }
    return taps
  }

  /// The zero-phase amplitude A at the bins k = 0 … size − 1 of a DFT along one axis: real, even,
  /// A(0) = 1; negative where a stop-band ripple is.
  ///
  /// - Parameters:
  ///   - size: the DFT's length in samples, 1 or more.
  ///   - stride: the subsampling that the filter prepares, 1 or more.
  /// - Throws: ``SpectralError/invalidSize(size:stride:)``, and as ``taps(stride:)``.
  public func response(size: Int, stride: Int) throws(SpectralError) -> [Double] {
    guard size > 0, stride > 0 else {
      throw .invalidSize(size: HW(size, 1), stride: HW(stride, 1))
    }
    var filter = try native(stride: stride)
    try checkMemory(&filter)
    var amplitude = [Double](repeating: 1, count: size)
    let status = moire_filter_sample(&amplitude, &filter, size)
    guard status == .ok else { throw .status(status) }
    return amplitude
  }

  /// The zero-phase amplitude at any frequencies in cycles per sample, taken modulo 1.
  ///
  /// - Throws: as ``taps(stride:)``.
  public func response(
    at frequencies: [Double], stride: Int
  ) throws(SpectralError) -> [Double] {
    var filter = try native(stride: stride)
    try checkMemory(&filter)
    var amplitude = [Double](repeating: 0, count: frequencies.count)
    let status = moire_filter_amplitude(&amplitude, &filter, frequencies, frequencies.count)
    guard status == .ok else { throw .status(status) }
    return amplitude
  }

  /// The complex response of the filter as it runs over samples, y[i] = Σ h[m] x[i + m − leading]:
  /// A(f) exp(2πi f (c − leading)) at k = 0 … size − 1, real and imaginary part side by side.
  ///
  /// - Parameter leading: taps before the output's sample; nil: ⌊(n − 1) / 2⌋.
  /// - Throws: as ``response(size:stride:)``.
  public func phasedResponse(
    size: Int, stride: Int, leading: Int? = nil
  ) throws(SpectralError) -> [Double] {
    var filter = try native(stride: stride)
    try checkMemory(&filter)
    let leading = leading ?? max(0, moire_filter_tap_count(&filter) - 1) / 2
    guard size > 0, leading >= 0, size <= Int.max / 2 else {
      throw .invalidSize(size: HW(size, 1), stride: HW(stride, 1))
    }
    var response = [Double](repeating: 0, count: 2 * size)
    let status = moire_filter_sample_phased(&response, &filter, size, leading)
    guard status == .ok else { throw .status(status) }
    return response
  }

  /// What the parameters alone do not show: taps that no memory holds.
  func checkMemory(_ filter: inout moire_filter) throws(SpectralError) {
    let status = moire_filter_check(&filter)
    guard status == .ok else {
      throw .invalidParameter(
        filter: description, reason: String(cString: moire_status_message(status)))
    }
  }
}
