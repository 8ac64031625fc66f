internal import CMoire
public import MoireTensors

extension SpectralFilter {
  /// Filters every plane of a tensor `[N, C, H, W]` of this filter's size.
  ///
  /// - Parameter threads: workers to split the planes over; the bits are the same for any number.
  /// - Throws: ``SpectralError/mapMismatch(expected:shape:)``, ``SpectralError/outOfMemory(bytes:)``.
  public func apply(_ maps: Tensor, threads: Int = 1) throws -> Tensor {
    guard maps.shape.count == 4, maps.shape[2] == size.height, maps.shape[3] == size.width else {
      throw SpectralError.mapMismatch(expected: size, shape: maps.shape)
    }
    return try Tensor(shape: maps.shape, values: apply(maps.values, threads: threads))
  }

  /// Filters planes that lie one after the other; an empty array is no plane.
  ///
  /// - Throws: ``SpectralError/mapMismatch(expected:shape:)`` where the count is not that of whole
  ///   planes, ``SpectralError/outOfMemory(bytes:)``.
  public func apply(_ planes: [Float], threads: Int = 1) throws(SpectralError) -> [Float] {
    var result = planes
    let count = try planeCount(planes.count)
    try run(count, threads: threads, filter: single, values: &result) { [size] base, workspace in
      let area = size.area
      var planes = moire_planes(
        data: base, count: 1, plane_stride: area, row_stride: size.width, column_stride: 1)
      var output = moire_output(
        data: base, plane_stride: area, row_stride: size.width, column_stride: 1)
      return moire_spectral_filter_execute(
        self.single, &planes, &output, workspace.baseAddress, workspace.count)
    }
    return result
  }

  /// ``apply(_:threads:)-([Float],_)`` in double precision.
  ///
  /// - Throws: as there.
  public func apply(_ planes: [Double], threads: Int = 1) throws(SpectralError) -> [Double] {
    var result = planes
    let count = try planeCount(planes.count)
    try run(count, threads: threads, filter: double, values: &result) { [size] base, workspace in
      let area = size.area
      var planes = moire_planes_double(
        data: base, count: 1, plane_stride: area, row_stride: size.width, column_stride: 1)
      var output = moire_output_double(
        data: base, plane_stride: area, row_stride: size.width, column_stride: 1)
      return moire_spectral_filter_execute_double(
        self.double, &planes, &output, workspace.baseAddress, workspace.count)
    }
    return result
  }

  private func planeCount(_ values: Int) throws(SpectralError) -> Int {
    guard values.isMultiple(of: size.area) else {
      throw .mapMismatch(expected: size, shape: [values])
    }
    return values / size.area
  }

  /// Runs `body` on every plane in place, with scratch of its worker's own.
  private func run<Value: Sendable>(
    _ count: Int, threads: Int, filter: OpaquePointer, values: inout [Value],
    _ body:
      @Sendable (UnsafeMutablePointer<Value>, UnsafeMutableRawBufferPointer) -> moire_status
  ) throws(SpectralError) {
    guard count > 0 else { return }
    let workers = min(max(threads, 1), count)
    let bytes = (moire_spectral_filter_workspace_size(filter) + 63) / 64 * 64
    let (all, overflow) = bytes.multipliedReportingOverflow(by: workers)
    guard !overflow, let memory = moire_alloc(all) else {
      throw .outOfMemory(bytes: overflow ? .max : all)
    }
    defer { moire_free(memory) }
    let area = size.area
    let outcome = values.withUnsafeMutableBufferPointer { values in
      // Every plane and every worker's scratch is touched by one call at a time.
      nonisolated(unsafe) let base = values.baseAddress!
      nonisolated(unsafe) let scratch = memory
      return Result {
        try Parallel.forEach(count, threads: workers) { worker, plane in
          let own = UnsafeMutableRawBufferPointer(start: scratch + worker * bytes, count: bytes)
          let status = body(base + plane * area, own)
          guard status == .ok else { throw SpectralError.status(status) }
        }
      }
    }
    if case .failure(let error) = outcome {
      throw error as? SpectralError ?? .library("\(error)")
    }
  }
}
