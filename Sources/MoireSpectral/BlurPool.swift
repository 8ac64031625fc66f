internal import CMoire
public import MoireTensors

/// A binomial low-pass filter with subsampling, in the convention of a named library.
///
/// The libraries agree on the taps, not on sizes, phases and borders; ``geometry(size:)`` says what a
/// convention does to maps of a size.
public struct BlurPool: Hashable, Sendable {
  /// Whose BlurPool: N is the input size, n the filter size, s the stride.
  public enum Convention: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// ⌊(n − 1) / 2⌋ samples before, ⌈(n − 1) / 2⌉ after, output ⌈N / s⌉, reflect.
    case zhang
    /// ⌊(s + n − 2) / 2⌋ samples on both sides, whatever output fits, reflect; n ≥ 2.
    case timm
    /// As ``zhang``, with zeros.
    case kornia
    /// ⌊n / 2⌋ zeros on both sides, odd n only; the layer itself has 3.
    case composer
    /// Output ⌈N / s⌉ at the phase where the grids of input and output share their centre; where n has
    /// the wrong parity for it, n − 1 taps (3 for n = 2). Reflect.
    case auto

    public var description: String { rawValue }

    /// The padding that the convention comes with.
    public var padding: BorderMode { BorderMode(moire_blur_padding(native)) }

    var native: moire_blur_convention {
      switch self {
      case .zhang: .zhang
      case .timm: .timm
      case .kornia: .kornia
      case .composer: .composer
      case .auto: .auto
      }
    }
  }

  public var convention: Convention
  /// n per axis; 1 filters nothing.
  public var filterSize: HW
  public var stride: HW
  public var padding: BorderMode

  /// - Parameter padding: nil for the convention's own.
  public init(
    _ convention: Convention = .zhang, filterSize: HW = 4, stride: HW = 2,
    padding: BorderMode? = nil
  ) {
    self.convention = convention
    self.filterSize = filterSize
    self.stride = stride
    self.padding = padding ?? convention.padding
  }

  /// What becomes of maps of a size.
  ///
  /// - Throws: ``SpectralError/blurRefused(_:)``.
  public func geometry(size: HW) throws(SpectralError) -> BlurGeometry {
    BlurGeometry(
      rows: try axis(filterSize.height, stride: stride.height, input: size.height),
      columns: try axis(filterSize.width, stride: stride.width, input: size.width))
  }

  private func axis(
    _ filter: Int, stride: Int, input: Int
  ) throws(SpectralError) -> BlurGeometry.Axis {
    var axis = moire_blur_axis()
    let status =
      min(filter, stride, input) < 1
      ? moire_status.invalid_argument
      : moire_blur_geometry(&axis, convention.native, padding.native, filter, stride, input)
    switch status {
    case .ok: return BlurGeometry.Axis(axis)
    case .invalid_argument, .size_overflow:
      throw .blurRefused(
        "\(convention) has no BlurPool of \(filter) taps at stride \(stride) for \(input) samples")
    default: throw .status(status)
    }
  }

  /// The filter for maps of a size.
  ///
  /// - Throws: ``SpectralError/blurRefused(_:)``, ``SpectralError/invalidSize(size:stride:)``.
  public func filter(size: HW) throws(SpectralError) -> SeparableFilter {
    _ = try geometry(size: size)
    var options = moire_blur_options(
      convention: convention.native, padding: padding.native, filter_height: filterSize.height,
      filter_width: filterSize.width, stride_height: stride.height, stride_width: stride.width,
      height: size.height, width: size.width)
    var filter: OpaquePointer?
    let status = moire_blur_create(&filter, nil, nil, &options)
    guard status == .ok, let filter else {
      throw status == .size_overflow
        ? .invalidSize(size: size, stride: stride) : .status(status)
    }
    return SeparableFilter(handle: filter, size: size)
  }

  /// Filters maps `[N, C, H, W]`; for many calls with one size make its ``filter(size:)`` once.
  ///
  /// - Throws: as ``filter(size:)`` and ``SeparableFilter/apply(_:threads:)``.
  public func callAsFunction(_ maps: Tensor, threads: Int = 1) throws(SpectralError) -> Tensor {
    guard maps.shape.count == 4 else {
      throw .mapMismatch(expected: 0, shape: maps.shape)
    }
    return try filter(size: HW(maps.shape[2], maps.shape[3])).apply(maps, threads: threads)
  }
}
