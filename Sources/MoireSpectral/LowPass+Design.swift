internal import CMoire
import MoireTensors

extension LowPass {
  /// Kaiser's design for a stop-band: ⌈(attenuation − 7.95) / (2.285 · 2π width)⌉ + 1 taps and the
  /// β that goes with it.
  ///
  /// - Parameters:
  ///   - attenuation: of the stop-band in dB, 8 … 300.
  ///   - width: of the transition, which is centred on the cutoff, in cycles per sample, 0 … ½.
  ///   - cutoff: where the gain is about ½; nil: the new Nyquist frequency.
  /// - Throws: ``SpectralError/invalidParameter(filter:reason:)``.
  public static func kaiser(
    attenuation: Double, width: Double, cutoff: Double? = nil
  ) throws(SpectralError) -> LowPass {
    guard (8...300).contains(attenuation) else {
      throw .invalidParameter(
        filter: "kaiser", reason: "a stop-band of \(attenuation) dB is outside 8 … 300")
    }
    try check(width: width)
    var taps = 0
    var beta = 0.0
    let status = moire_kaiser_order(&taps, &beta, attenuation, width)
    guard status == .ok else { throw .status(status) }
    return .kaiser(taps: taps, beta: beta, cutoff: cutoff)
  }

  /// StyleGAN3's design: the β whose n taps give a transition of `width` cycles per sample.
  ///
  /// - Throws: ``SpectralError/invalidParameter(filter:reason:)``.
  public static func kaiser(
    taps: Int, width: Double, cutoff: Double? = nil
  ) throws(SpectralError) -> LowPass {
    guard taps >= 1 else { throw .invalidFilter(taps: taps) }
    try check(width: width)
    let beta = moire_kaiser_beta(moire_kaiser_attenuation(taps, width))
    return .kaiser(taps: taps, beta: beta, cutoff: cutoff)
  }

  /// The Gaussian that loses `loss` dB at `cutoff` cycles per sample.
  ///
  /// - Throws: ``SpectralError/invalidParameter(filter:reason:)``.
  public static func gaussian(
    cutoff: Double, loss: Double, taps: Int? = nil
  ) throws(SpectralError) -> LowPass {
    guard cutoff > 0, cutoff <= 0.5, loss > 0, loss.isFinite else {
      throw .invalidParameter(
        filter: "gaussian",
        reason: "needs a cutoff of 0 … 0.5 cycles per sample and a loss above 0 dB there, got"
          + " \(cutoff) and \(loss)")
    }
    return .gaussian(sigma: moire_gaussian_sigma(cutoff, loss), taps: taps)
  }

  /// The odd number of taps that reaches 4σ to both sides of a Gaussian; nil where there is none.
  public static func gaussianTaps(sigma: Double) -> Int? {
    let taps = moire_gaussian_tap_count(sigma)
    return taps > 0 ? taps : nil
  }

  private static func check(width: Double) throws(SpectralError) {
    guard width > 0, width <= 0.5 else {
      throw .invalidParameter(
        filter: "kaiser",
        reason: "a transition of \(width) cycles per sample is outside 0 … 0.5")
    }
  }

  /// The filter as the core takes it, every parameter checked.
  func native(stride: Int) throws(SpectralError) -> moire_filter {
    guard stride > 0 else { throw .invalidSize(size: 1, stride: HW(stride, stride)) }
    var filter = moire_filter()
    let nyquist = 0.5 / Double(stride)
    switch self {
    case .none: filter.kind = .none
    case .binomial(let taps):
      filter.kind = .binomial
      filter.taps = try count(taps)
    case .ideal, .idealHalving:
      filter.kind = .ideal
      filter.stride = stride
      filter.nyquist = self == .ideal ? .drop : .halve
    case .kaiser(let taps, let beta, let cutoff):
      filter.kind = .kaiser
      filter.taps = try count(taps)
      filter.beta = try checked(beta, in: 0...700, "beta")
      filter.cutoff = try frequency(cutoff ?? nyquist)
    case .raisedCosine(let rollOff, let cutoff):
      filter.kind = .raised_cosine
      filter.roll_off = try checked(rollOff, in: 0...1, "rolloff")
      filter.cutoff = try frequency(cutoff ?? nyquist)
    case .gaussian(let sigma, let taps):
      filter.kind = .gaussian
      filter.sigma = try checked(
        sigma, in: .leastNonzeroMagnitude ... .greatestFiniteMagnitude, "sigma")
      if let taps { filter.taps = try count(taps) }
    case .hann(let taps):
      filter.kind = .hann
      filter.taps = try count(taps)
    case .hannSinc(let taps, let cutoff):
      filter.kind = .hann
      filter.taps = try count(taps)
      filter.cutoff = try frequency(cutoff ?? nyquist)
    }
    return filter
  }

  private func count(_ taps: Int) throws(SpectralError) -> Int {
    guard taps >= 1 else { throw .invalidFilter(taps: taps) }
    return taps
  }

  private func frequency(_ cutoff: Double) throws(SpectralError) -> Double {
    guard cutoff > 0, cutoff <= 0.5 else {
      throw .invalidParameter(
        filter: description,
        reason: "a cutoff of \(cutoff) cycles per sample is outside 0 … 0.5")
    }
    return cutoff
  }

  private func checked(
    _ value: Double, in range: ClosedRange<Double>, _ name: String
  ) throws(SpectralError) -> Double {
    guard range.contains(value) else {
      let wanted =
        range.upperBound == .greatestFiniteMagnitude
        ? "must be positive" : "is outside \(range.lowerBound) … \(range.upperBound)"
      throw .invalidParameter(filter: description, reason: "\(name) \(value) \(wanted)")
    }
    return value
  }
}
