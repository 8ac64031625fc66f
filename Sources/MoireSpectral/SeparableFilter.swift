internal import CMoire
public import MoireTensors

/// A separable filter with subsampling for maps of one size, and its transpose. Made once, used from
/// any number of threads.
///
/// Sums are taken tap by tap in single precision, along the height first; a sample that is not finite
/// makes exactly those outputs not finite that its taps reach.
public final class SeparableFilter: Sendable {
  public let inputSize: HW
  public let outputSize: HW
  // Immutable behind the pointer; released once, by deinit.
  nonisolated(unsafe) let handle: OpaquePointer

  /// A filter with one axis for the height and one for the width.
  ///
  /// - Throws: ``SpectralError/invalidSize(size:stride:)``, ``SpectralError/invalidTaps(count:)``.
  public convenience init(size: HW, rows: FilterAxis, columns: FilterAxis) throws(SpectralError) {
    let stride = HW(rows.stride, columns.stride)
    let outputs = min(rows.output ?? 1, columns.output ?? 1)
    guard min(size.height, size.width, stride.height, stride.width, outputs) >= 1 else {
      throw .invalidSize(size: size, stride: stride)
    }
    for axis in [rows, columns] where !axis.taps.allSatisfy({ Float($0).isFinite }) {
      throw .invalidTaps(count: axis.taps.count)
    }
    guard let fewest = [rows.taps.count, columns.taps.count].min(), fewest >= 1 else {
      throw .invalidTaps(count: 0)
    }
    var filter: OpaquePointer?
    let status = rows.taps.withUnsafeBufferPointer { rowTaps in
      columns.taps.withUnsafeBufferPointer { columnTaps in
        var options = moire_fir_options(
          height: rows.native(taps: rowTaps, input: size.height),
          width: columns.native(taps: columnTaps, input: size.width))
        return moire_fir_create(&filter, &options)
      }
    }
    switch (status, filter) {
    case (.ok, let filter?): self.init(handle: filter, size: size)
    case (.invalid_argument, _), (.size_overflow, _):
      throw .invalidSize(size: size, stride: stride)
    default: throw .status(status)
    }
  }

  /// Takes over a filter of the core.
  init(handle: OpaquePointer, size: HW) {
    self.handle = handle
    inputSize = size
    outputSize = HW(moire_fir_output_height(handle), moire_fir_output_width(handle))
  }

  deinit { moire_fir_destroy(handle) }

  /// Filters maps `[N, C, H, W]` of ``inputSize`` to maps of ``outputSize``.
  ///
  /// - Throws: ``SpectralError/mapMismatch(expected:shape:)``, ``SpectralError/outOfMemory(bytes:)``.
  public func apply(_ maps: Tensor, threads: Int = 1) throws(SpectralError) -> Tensor {
    try PlaneJob(
      filter: self, from: inputSize, to: outputSize, call: moire_fir_execute, threads: threads
    ).run(maps)
  }

  /// The transpose, which carries gradients back: maps of ``outputSize`` to maps of ``inputSize``,
  /// ⟨A x, y⟩ = ⟨x, Aᵀ y⟩.
  ///
  /// - Throws: ``SpectralError/mapMismatch(expected:shape:)``, ``SpectralError/outOfMemory(bytes:)``.
  public func adjoint(_ maps: Tensor, threads: Int = 1) throws(SpectralError) -> Tensor {
    try PlaneJob(
      filter: self, from: outputSize, to: inputSize, call: moire_fir_adjoint, threads: threads
    ).run(maps)
  }
}

extension FilterAxis {
  func native(taps: UnsafeBufferPointer<Double>, input: Int) -> moire_fir_axis {
    moire_fir_axis(
      taps: taps.baseAddress, count: taps.count, stride: stride, lead: lead, input: input,
      output: output ?? 0, padding: padding.native)
  }
}
