internal import CMoire
public import MoireTensors

/// Filters periodic planes of one size in the frequency domain. Made once, used from any number of
/// threads.
///
/// y = DFT⁻¹(H · DFT(x)) plane by plane. A constant plane comes out as the same constant to the bit
/// when H[0] = 1, as it is for every ``LowPass``.
public final class SpectralFilter: Sendable {
  public let size: HW
  // Immutable behind their pointers; released once, by deinit.
  nonisolated(unsafe) let single: OpaquePointer
  nonisolated(unsafe) let double: OpaquePointer

  /// Where the output of an even number of taps stands.
  public enum Alignment: Hashable, Sendable {
    /// On its sample: the half sample of an even count is taken out by the response's real form.
    case centered
    /// As the taps run over samples, ⌊(n − 1) / 2⌋ of them before the output's: an even count is half
    /// a sample late.
    case sampled
  }

  /// Plans a separable low-pass.
  ///
  /// - Parameter stride: the subsampling that the filter prepares.
  /// - Throws: ``SpectralError/invalidSize(size:stride:)``, and as ``LowPass/response(size:stride:)``.
  public convenience init(
    size: HW, filter: LowPass, stride: HW, alignment: Alignment = .centered
  ) throws(SpectralError) {
    guard min(size.height, size.width, stride.height, stride.width) >= 1 else {
      throw .invalidSize(size: size, stride: stride)
    }
    func axis(_ size: Int, _ stride: Int) throws(SpectralError) -> [Double] {
      switch alignment {
      case .centered: try filter.response(size: size, stride: stride)
      case .sampled: try filter.phasedResponse(size: size, stride: stride)
      }
    }
    try self.init(
      size: size, rows: axis(size.height, stride.height), columns: axis(size.width, stride.width),
      isComplex: alignment == .sampled)
  }

  /// Plans a separable filter by its real responses at the bins k = 0 … size − 1 of each axis.
  ///
  /// A response that is not even acts by its even part, as if the real part of the output were taken.
  /// - Parameters:
  ///   - rows: `[height]`, along the vertical axis.
  ///   - columns: `[width]`, along the horizontal axis.
  /// - Throws: ``SpectralError/invalidSize(size:stride:)``,
  ///   ``SpectralError/invalidResponse(count:expected:)``.
  public convenience init(
    size: HW, rows: [Double], columns: [Double]
  ) throws(SpectralError) {
    try self.init(size: size, rows: rows, columns: columns, isComplex: false)
  }

  /// Plans a filter by its real response on the whole plane, `[height][width]` row by row.
  ///
  /// - Throws: ``SpectralError/invalidSize(size:stride:)``,
  ///   ``SpectralError/invalidResponse(count:expected:)``.
  public convenience init(size: HW, response: [Double]) throws(SpectralError) {
    let (area, overflow) = size.height.multipliedReportingOverflow(by: size.width)
    guard min(size.height, size.width) >= 1, !overflow else {
      throw .invalidSize(size: size, stride: 1)
    }
    guard response.count == area else {
      throw .invalidResponse(count: response.count, expected: area)
    }
    let result = response.withUnsafeBufferPointer { values in
      var options = moire_spectral_filter_options()
      options.height = size.height
      options.width = size.width
      options.response = values.baseAddress
      return Handles.make(options)
    }
    try self.init(size: size, result.get())
  }

  private convenience init(
    size: HW, rows: [Double], columns: [Double], isComplex: Bool
  ) throws(SpectralError) {
    guard min(size.height, size.width) >= 1 else { throw .invalidSize(size: size, stride: 1) }
    let parts = isComplex ? 2 : 1
    for (values, length) in [(rows, size.height), (columns, size.width)]
    where values.count != parts * length {
      throw .invalidResponse(count: values.count, expected: parts * length)
    }
    let result = rows.withUnsafeBufferPointer { rows in
      columns.withUnsafeBufferPointer { columns in
        var options = moire_spectral_filter_options()
        options.height = size.height
        options.width = size.width
        options.response_h = rows.baseAddress
        options.response_w = columns.baseAddress
        options.is_complex = isComplex ? 1 : 0
        return Handles.make(options)
      }
    }
    try self.init(size: size, result.get())
  }

  private init(size: HW, _ handles: Handles) {
    self.size = size
    single = handles.single
    double = handles.double
  }

  deinit {
    moire_spectral_filter_destroy(single)
    moire_spectral_filter_destroy(double)
  }

  /// One filter in both precisions.
  private struct Handles {
    let single: OpaquePointer
    let double: OpaquePointer

    static func make(_ options: moire_spectral_filter_options) -> Result<Handles, SpectralError> {
      Result { () throws(SpectralError) in
        let single = try made(options, .single)
        do throws(SpectralError) {
          return Handles(single: single, double: try made(options, .double))
        } catch {
          moire_spectral_filter_destroy(single)
          throw error
        }
      }
    }

    private static func made(
      _ options: moire_spectral_filter_options, _ precision: moire_precision
    ) throws(SpectralError) -> OpaquePointer {
      var options = options
      options.precision = precision
      var filter: OpaquePointer?
      let status = moire_spectral_filter_create(&filter, &options)
      guard status == .ok, let filter else {
        if status == .size_overflow {
          throw .invalidSize(size: HW(options.height, options.width), stride: 1)
        }
        throw .status(status)
      }
      return filter
    }
  }
}
