internal import CMoire
public import MoireTensors

extension MapReader {
  /// The power of every plane of a tensor `[N, C, H, W]` by itself; entry n · C + c is plane (n, c).
  ///
  /// Cost: as ``read(_:registering:threads:workspace:)`` on one thread, and one half-spectrum of
  /// doubles a plane.
  /// - Throws: ``SpectralError/mapMismatch(expected:shape:)``, ``SpectralError/notFinite(plane:)``,
  ///   ``SpectralError/outOfMemory(bytes:)``.
  public func planePowers(
    of maps: Tensor, workspace: Workspace = Workspace()
  ) throws(SpectralError) -> [PowerSpectrum] {
    guard maps.shape.count == 4, maps.shape[2] == size.height, maps.shape[3] == size.width else {
      throw .mapMismatch(expected: size, shape: maps.shape)
    }
    let empty = try PowerSpectrum(size: gridSize, stride: stride)
    let count = maps.shape[0] * maps.shape[1]
    let bins = empty.values.count
    let bytes = moire_reader_workspace_size(handle, 0)
    let scratch = try workspace.reserve(bytes)
    var power = [Double](repeating: 0, count: count * bins)
    var reading = moire_reading()
    let status = maps.values.withUnsafeBufferPointer { samples in
      power.withUnsafeMutableBufferPointer { power in
        var planes = moire_planes(
          data: samples.baseAddress, count: count, plane_stride: size.area,
          row_stride: size.width, column_stride: 1)
        reading.plane_power = power.baseAddress
        return moire_reader_read(handle, &planes, &reading, scratch, bytes)
      }
    }
    switch status {
    case .ok: break
    case .not_finite: throw .notFinite(plane: reading.not_finite_plane)
    default: throw .status(status)
    }
    return (0..<count).map { plane in
      var spectrum = empty
      spectrum.values = Array(power[plane * bins..<(plane + 1) * bins])
      return spectrum
    }
  }
}
