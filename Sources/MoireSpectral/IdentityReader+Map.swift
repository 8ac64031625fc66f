internal import CMoire
import MoireTensors

extension IdentityReader {
  /// Reads one map in place, whatever its layout; one entry a channel.
  ///
  /// Everything is computed in double. Planes are handed to the workers one by one, so the result has
  /// the same bits for any number of them.
  /// - Parameters:
  ///   - base: the first sample of the first plane.
  ///   - layout: where the planes lie; everything it reaches must be readable, nothing is written.
  ///   - threads: workers, 1 or more, each with a workspace of about 32 bytes a sample of a plane.
  /// - Throws: ``SpectralError/notFinite(plane:)``, ``SpectralError/outOfMemory(bytes:)``.
  public func read(
    _ base: UnsafePointer<Float>, layout: MapLayout, threads: Int = 1
  ) throws(SpectralError) -> [Identities] {
    guard layout.channels > 0 else { return [] }
    let workers = min(max(threads, 1), layout.channels)
    let bytes = (moire_identities_workspace_size(handle) + 63) / 64 * 64
    let (all, overflow) = bytes.multipliedReportingOverflow(by: workers)
    guard !overflow, let memory = moire_alloc(all) else {
      throw .outOfMemory(bytes: overflow ? .max : all)
    }
    defer { moire_free(memory) }
    var readings = [moire_identity_reading](repeating: .init(), count: layout.channels)
    let outcome = readings.withUnsafeMutableBufferPointer { readings in
      // Every reading and every worker's scratch is touched by one call at a time.
      nonisolated(unsafe) let (source, results, scratch) = (base, readings, memory)
      return Result {
        try Parallel.forEach(layout.channels, threads: workers) { worker, plane in
          let (block, within) = plane.quotientAndRemainder(dividingBy: layout.blockSize)
          var planes = moire_planes(
            data: source + block * layout.blockStride + within * layout.planeStride, count: 1,
            plane_stride: layout.planeStride, row_stride: layout.rowStride,
            column_stride: layout.columnStride)
          let status = moire_identities_read(
            self.handle, results.baseAddress.map { $0 + plane }, nil, &planes,
            scratch + worker * bytes, bytes)
          guard status != .not_finite else { throw SpectralError.notFinite(plane: plane) }
          guard status == .ok else { throw SpectralError.status(status) }
        }
      }
    }
    if case .failure(let error) = outcome {
      throw error as? SpectralError ?? .library("\(error)")
    }
    return readings.map(Identities.init)
  }
}
