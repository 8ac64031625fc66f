internal import CMoire
public import MoireTensors

/// A shift by a real number of samples, x_d(n) = x(n + d).
///
/// Whole shifts copy samples and are exact to the bit.
public struct FractionalShift: Sendable {
  /// How a map is evaluated between its samples.
  public enum Interpolation: Hashable, Sendable {
    /// The trigonometric interpolation of the periodic map; the bin N/2 of an even N takes the real
    /// factor cos(πd).
    case fourier
    /// sinc(t) sinc(t / lobes), 1 … 64 lobes, weights divided by their sum.
    case lanczos(lobes: Int, border: BorderMode)
  }

  public let size: HW
  /// d in samples.
  public let dy: Double
  public let dx: Double
  public let interpolation: Interpolation
  private let core: ResamplingCore

  /// - Throws: ``SpectralError/invalidSize(size:stride:)``,
  ///   ``SpectralError/outOfRange(_:value:allowed:)``.
  public init(
    size: HW, dy: Double, dx: Double, interpolation: Interpolation = .fourier
  ) throws(SpectralError) {
    guard min(size.height, size.width) >= 1 else { throw .invalidSize(size: size, stride: 1) }
    for shift in [dy, dx] { try FractionalShift.check("a shift", shift) }
    if case .lanczos(let lobes, _) = interpolation, !(1...64).contains(lobes) {
      throw .outOfRange("the number of Lanczos lobes", value: "\(lobes)", allowed: "1 … 64")
    }
    self.size = size
    self.dy = dy
    self.dx = dx
    self.interpolation = interpolation
    core = try ResamplingCore(
      inputSize: size, refused: .invalidSize(size: size, stride: 1)
    ) { made in
      var options = moire_shift_options()
      options.height = size.height
      options.width = size.width
      options.shift_height = dy
      options.shift_width = dx
      if case .lanczos(let lobes, let border) = interpolation {
        options.interpolation = .lanczos
        options.lobes = lobes
        options.padding = border.native
      }
      return moire_shift_create(made, &options)
    }
  }

  /// Refuses numbers of samples that are not finite or beyond ±2³¹.
  static func check(_ name: String, _ samples: Double) throws(SpectralError) {
    guard abs(samples) <= 0x1p31 else {
      throw .outOfRange(name, value: "\(samples)", allowed: "within ±2³¹ samples")
    }
  }

  /// Shifts all planes of `[N, C, H, W]`; a value that is not finite makes the outputs of its plane
  /// that depend on it not finite.
  ///
  /// - Throws: ``SpectralError/mapMismatch(expected:shape:)``.
  public func callAsFunction(
    _ maps: Tensor, threads: Int = 1
  ) throws(SpectralError) -> Tensor {
    try core.apply(maps, threads: threads)
  }
}
