internal import CMoire
public import MoireTensors

/// What one reading of a set of planes gives.
public struct MapReading: Sendable, Hashable {
  /// Power summed over the planes; 0 everywhere where it was not asked for.
  public var power: PowerSpectrum
  /// One entry a plane.
  public var energies: [PlaneEnergies]
  /// One entry a plane; empty unless asked for.
  public var registrations: [Registration]
}

extension MapReader {
  /// Reads all planes of a tensor `[N, C, H, W]`; entry n · C + c of the result is plane (n, c).
  ///
  /// - Parameters:
  ///   - maps: maps of this reader's size.
  ///   - registering: measure the polyphase identity too.
  ///   - threads: workers to split the planes over; the result has the same bits for any number.
  ///   - workspace: scratch memory to reuse.
  /// - Throws: ``SpectralError/mapMismatch(expected:shape:)``, ``SpectralError/notFinite(plane:)``,
  ///   ``SpectralError/notExact(size:stride:boundary:)``.
  public func read(
    _ maps: Tensor, registering: Bool = false, threads: Int = 1, workspace: Workspace = Workspace()
  ) throws(SpectralError) -> MapReading {
    guard maps.shape.count == 4, maps.shape[2] == size.height, maps.shape[3] == size.width else {
      throw .mapMismatch(expected: size, shape: maps.shape)
    }
    let layout = MapLayout.planar(channels: maps.shape[0] * maps.shape[1], size: size)
    let result = maps.values.withUnsafeBufferPointer { values in
      Result { () throws(SpectralError) in
        guard let base = values.baseAddress else { return try emptyReading() }
        return try read(
          base, layout: layout, registering: registering, threads: threads, workspace: workspace)
      }
    }
    return try result.get()
  }

  /// Reads one map in place, whatever its layout.
  ///
  /// The planes are split into pieces that do not depend on `threads`, and merged in their order.
  /// - Parameters:
  ///   - base: the first sample of the first plane.
  ///   - layout: where the planes lie; everything it reaches must be readable, nothing is written.
  ///   - pooling: sum up the power too; without it the planes' energies alone are cheaper.
  ///   - registering: measure the polyphase identity too, at about twice the cost.
  ///   - threads: workers to split the planes over, 1 or more.
  ///   - workspace: scratch memory to reuse; not to be shared by concurrent calls.
  /// - Throws: ``SpectralError/notFinite(plane:)``, ``SpectralError/notExact(size:stride:boundary:)``,
  ///   ``SpectralError/outOfMemory(bytes:)``.
  public func read(
    _ base: UnsafePointer<Float>, layout: MapLayout, pooling: Bool = true,
    registering: Bool = false, threads: Int = 1, workspace: Workspace = Workspace()
  ) throws(SpectralError) -> MapReading {
    guard isExact || !registering else {
      throw .notExact(size: size, stride: stride, boundary: boundary)
    }
    guard layout.channels > 0, layout.blockSize > 0 else { return try emptyReading() }
    let job = try Job(
      reader: self, base: base, layout: layout, pooling: pooling, registering: registering,
      workers: max(1, threads), workspace: workspace)
    job.run()
    return try job.merged()
  }

  private func emptyReading() throws(SpectralError) -> MapReading {
    MapReading(
      power: try PowerSpectrum(size: gridSize, stride: stride), energies: [], registrations: [])
  }
}
