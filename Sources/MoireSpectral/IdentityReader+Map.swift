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
    try IdentityReader.read([self], base, layout: layout, threads: threads)[0]
  }

  /// The same by several readers of one size, for each of which there is one entry a channel: a plane's
  /// forward transform is done once for all.
  ///
  /// - Throws: as ``read(_:layout:threads:)``, and ``SpectralError/mapMismatch(expected:shape:)`` for a
  ///   reader of another size.
  public static func read(
    _ readers: [IdentityReader], _ base: UnsafePointer<Float>, layout: MapLayout, threads: Int = 1
  ) throws(SpectralError) -> [[Identities]] {
    guard let first = readers.first, layout.channels > 0 else { return readers.map { _ in [] } }
    if let other = readers.first(where: { $0.size != first.size }) {
      throw .mapMismatch(expected: first.size, shape: [other.size.height, other.size.width])
    }
    let workers = min(max(threads, 1), layout.channels)
    let handles = readers.map { Optional($0.handle) }
    let bytes = (moire_identities_each_workspace_size(handles, handles.count) + 63) / 64 * 64
    let (all, overflow) = bytes.multipliedReportingOverflow(by: workers)
    guard !overflow, let memory = moire_alloc(all) else {
      throw .outOfMemory(bytes: overflow ? .max : all)
    }
    defer { moire_free(memory) }
    var readings = [moire_identity_reading](
      repeating: .init(), count: layout.channels * handles.count)
    let outcome = readings.withUnsafeMutableBufferPointer { readings in
      // Every reading and every worker's scratch is touched by one call at a time.
      nonisolated(unsafe) let (source, results, scratch) = (base, readings, memory)
      nonisolated(unsafe) let handles = handles
      return Result {
        try Parallel.forEach(layout.channels, threads: workers) { worker, plane in
          let (block, within) = plane.quotientAndRemainder(dividingBy: layout.blockSize)
          var planes = moire_planes(
            data: source + block * layout.blockStride + within * layout.planeStride, count: 1,
            plane_stride: layout.planeStride, row_stride: layout.rowStride,
            column_stride: layout.columnStride)
          let status = moire_identities_read_each(
            handles, handles.count, results.baseAddress.map { $0 + plane * handles.count }, nil,
            &planes, scratch + worker * bytes, bytes)
          guard status != .not_finite else { throw SpectralError.notFinite(plane: plane) }
          guard status == .ok else { throw SpectralError.status(status) }
        }
      }
    }
    if case .failure(let error) = outcome {
      throw error as? SpectralError ?? .library("\(error)")
    }
    return readers.indices.map { reader in
      (0..<layout.channels).map { Identities(readings[$0 * readers.count + reader]) }
    }
  }
}
