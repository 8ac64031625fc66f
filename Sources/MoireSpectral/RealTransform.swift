internal import CMoire
public import MoireTensors

/// The 2-D DFT of real planes of one size, there and back.
///
/// Immutable, usable from many threads at once. Transforms of equal size, precision and planning
/// share their plans.
public final class RealTransform<Scalar: TransformScalar>: Sendable {
  /// Of each plane [H, W]; any size from 1.
  public let size: HW
  // Immutable behind the pointer; released once, by deinit.
  nonisolated(unsafe) let handle: OpaquePointer
  private let engine: TransformEngine<Scalar>

  /// Plans both directions.
  ///
  /// - Throws: ``SpectralError/invalidSize(size:stride:)``.
  public init(size: HW, planning: Planning = .estimate) throws(SpectralError) {
    guard size.height >= 1, size.width >= 1 else { throw .invalidSize(size: size, stride: 1) }
    engine = Scalar.transformEngine
    var options = moire_transform_options(
      height: size.height, width: size.width,
      planning: planning == .measure ? .measure : .estimate)
    var made: OpaquePointer?
    let status = engine.create(&made, &options)
    switch status {
    case .ok: break
    case .invalid_argument, .size_overflow: throw .invalidSize(size: size, stride: 1)
    default: throw .status(status)
    }
    guard let made else { throw .library("no transform was made") }
    handle = made
    self.size = size
  }

  deinit { engine.destroy(handle) }

  /// Spectra of planes one after the other, unnormalised; NaN stays within its plane.
  ///
  /// - Parameter planes: `[count][H][W]`.
  /// - Throws: ``SpectralError/valueCount(expected:count:)`` unless whole planes are given,
  ///   ``SpectralError/outOfMemory(bytes:)``.
  public func forward(_ planes: [Scalar]) throws(SpectralError) -> HalfSpectra<Scalar> {
    let count = planes.count / size.area
    guard planes.count == count * size.area else {
      throw .valueCount(expected: count * size.area, count: planes.count)
    }
    return try planes.withUnsafeBufferPointer { values in
      Result { () throws(SpectralError) in
        try forward(values.baseAddress, layout: .planar(channels: count, size: size))
      }
    }.get()
  }

  /// Spectra of planes in place, whatever their layout; the result has the same bits for every one.
  ///
  /// - Parameters:
  ///   - base: the first sample of the first plane.
  ///   - layout: where the planes lie; everything it reaches must be readable, nothing is written.
  /// - Throws: ``SpectralError/outOfMemory(bytes:)``.
  public func forward(
    _ base: UnsafePointer<Scalar>, layout: MapLayout
  ) throws(SpectralError) -> HalfSpectra<Scalar> {
    try forward(Optional(base), layout: layout)
  }

  private func forward(
    _ base: UnsafePointer<Scalar>?, layout: MapLayout
  ) throws(SpectralError) -> HalfSpectra<Scalar> {
    let reals = 2 * size.height * (size.width / 2 + 1)
    let channels = max(0, layout.channels)
    let workspace = MapReader.Workspace()
    let scratch = try scratch(workspace)
    guard let base, channels > 0, layout.blockSize > 0 else {
      return HalfSpectra(size: size, count: 0, checked: [])
    }
    var status = moire_status.ok
    let values = [Scalar](unsafeUninitializedCapacity: channels * reals) { spectrum, filled in
      // The core writes every element of every block.
      spectrum.initialize(repeating: 0)
      for first in Swift.stride(from: 0, to: channels, by: layout.blockSize) where status == .ok {
        let planes = TransformEngine.Planes(
          base: base + first / layout.blockSize * layout.blockStride,
          count: min(layout.blockSize, channels - first), planeStride: layout.planeStride,
          rowStride: layout.rowStride, columnStride: layout.columnStride)
        status = engine.forward(handle, spectrum.baseAddress! + first * reals, planes, scratch)
      }
      filled = channels * reals
    }
    guard status == .ok else { throw .status(status) }
    return HalfSpectra(size: size, count: channels, checked: values)
  }

  /// Planes `[count][H][W]` of spectra, normalised: undoes ``forward(_:)``.
  ///
  /// - Throws: ``SpectralError/mapMismatch(expected:shape:)`` for spectra of another size,
  ///   ``SpectralError/valueCount(expected:count:)`` where their values were given another length,
  ///   ``SpectralError/outOfMemory(bytes:)``.
  public func inverse(_ spectra: HalfSpectra<Scalar>) throws(SpectralError) -> [Scalar] {
    guard spectra.size == size else {
      throw .mapMismatch(
        expected: size, shape: [1, spectra.count, spectra.size.height, spectra.size.width])
    }
    try spectra.check()
    let workspace = MapReader.Workspace()
    let scratch = try scratch(workspace)
    var planes = [Scalar](repeating: 0, count: spectra.count * size.area)
    let status = planes.withUnsafeMutableBufferPointer { planes in
      spectra.values.withUnsafeBufferPointer { values -> moire_status in
        guard let base = planes.baseAddress, let values = values.baseAddress else { return .ok }
        return engine.inverse(
          handle, TransformEngine.Output(base: base, size: size), values, spectra.count, scratch)
      }
    }
    guard status == .ok else { throw .status(status) }
    return planes
  }

  private func scratch(
    _ workspace: MapReader.Workspace
  ) throws(SpectralError) -> TransformEngine<Scalar>.Scratch {
    let bytes = engine.workspaceSize(handle)
    return TransformEngine.Scratch(base: try workspace.reserve(bytes), bytes: bytes)
  }
}

extension RealTransform<Float> {
  /// Spectra of all planes of a tensor `[N, C, H, W]`; entry n · C + c is plane (n, c).
  ///
  /// - Throws: ``SpectralError/mapMismatch(expected:shape:)``,
  ///   ``SpectralError/outOfMemory(bytes:)``.
  public func forward(_ maps: Tensor) throws(SpectralError) -> HalfSpectra<Float> {
    guard maps.shape.count == 4, maps.shape[2] == size.height, maps.shape[3] == size.width else {
      throw .mapMismatch(expected: size, shape: maps.shape)
    }
    return try forward(maps.values)
  }
}
