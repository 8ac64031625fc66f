internal import CMoire
public import MoireTensors

/// Resampling of maps from one size to another, up or down.
public struct Resampler: Sendable {
  /// What is normalised in a windowed-sinc filter.
  public enum Gain: Hashable, Sendable {
    /// The taps that any one output uses sum to 1: constants are exact.
    case phase
    /// All taps sum to the factor up, as in `scipy.signal.resample_poly`.
    case total
  }

  let core: ResamplingCore

  public var size: HW { core.inputSize }
  public var outputSize: HW { core.outputSize }

  /// Ideal resampling of a periodic map: the spectrum is cropped or padded with zeros, gain 1.
  ///
  /// Output m of an axis stands at input position m N / M + offset. On the way up the bin N/2 of an
  /// even N is shared by halves, so that a tone there keeps its amplitude.
  /// - Throws: ``SpectralError/invalidResampling(from:to:)``,
  ///   ``SpectralError/outOfRange(_:value:allowed:)``.
  public init(
    idealFrom size: HW, to outputSize: HW, bandEdge: BandEdge = .drop, offsetHeight: Double = 0,
    offsetWidth: Double = 0
  ) throws(SpectralError) {
    guard min(size.height, size.width, outputSize.height, outputSize.width) >= 1 else {
      throw .invalidResampling(from: size, to: outputSize)
    }
    for offset in [offsetHeight, offsetWidth] { try FractionalShift.check("an offset", offset) }
    core = try ResamplingCore(
      inputSize: size, refused: .invalidResampling(from: size, to: outputSize)
    ) { made in
      var options = moire_ideal_options()
      options.height = size.height
      options.width = size.width
      options.output_height = outputSize.height
      options.output_width = outputSize.width
      options.offset_height = offsetHeight
      options.offset_width = offsetWidth
      options.band_edge = bandEdge.native
      return moire_ideal_resampler_create(made, &options)
    }
  }

  /// Kaiser-windowed sinc resampling by up / down to ⌈N up / down⌉ samples an axis; output m stands
  /// at input position m down / up.
  ///
  /// - Parameters:
  ///   - zeros: zero crossings on each side, 1 or more.
  ///   - cutoff: relative to the lower of the two Nyquist frequencies, in (0, 1].
  ///   - beta: β of the window, 0 … 700.
  /// - Throws: ``SpectralError/invalidResampling(from:to:)`` (of the factors),
  ///   ``SpectralError/outOfRange(_:value:allowed:)``.
  public init(
    kaiserFrom size: HW, up: HW, down: HW, zeros: Int = 10, cutoff: Double = 1, beta: Double = 5,
    gain: Gain = .phase, border: BorderMode = .zero
  ) throws(SpectralError) {
    guard min(size.height, size.width) >= 1, min(up.height, up.width) >= 1,
      min(down.height, down.width) >= 1
    else { throw .invalidResampling(from: size, to: up) }
    guard zeros >= 1 else {
      throw .outOfRange(
        "the number of zero crossings", value: "\(zeros)", allowed: "1 or more")
    }
    guard cutoff > 0, cutoff <= 1 else {
      throw .outOfRange("the cutoff", value: "\(cutoff)", allowed: "above 0 and up to 1")
    }
    guard beta >= 0, beta <= 700 else { throw .invalidBeta(beta) }
    core = try ResamplingCore(
      inputSize: size, refused: .invalidResampling(from: size, to: up)
    ) { made in
      var options = moire_kaiser_options()
      options.height = size.height
      options.width = size.width
      (options.up_height, options.down_height) = (up.height, down.height)
      (options.up_width, options.down_width) = (up.width, down.width)
      options.zeros = zeros
      options.cutoff = cutoff
      options.beta = beta
      options.gain = gain == .phase ? .phase : .total
      options.padding = border.native
      return moire_kaiser_resampler_create(made, &options)
    }
  }

  /// Resamples all planes of `[N, C, H, W]`; a value that is not finite makes the outputs of its
  /// plane that depend on it not finite.
  ///
  /// - Throws: ``SpectralError/mapMismatch(expected:shape:)``.
  public func callAsFunction(
    _ maps: Tensor, threads: Int = 1
  ) throws(SpectralError) -> Tensor {
    try core.apply(maps, threads: threads)
  }
}
