internal import CMoire
public import MoireTensors

/// A pointwise function without the aliasing it brings, on periodic maps: r = D L φ(U x).
///
/// U is the ideal upsampling by u on both axes, L the ideal low-pass filter back to the map's bins
/// (N/2 of an even N dropped), D the decimation. A polynomial of degree 2u − 1 or less comes out free
/// of aliasing. Cost: u² values of φ a sample, four times that again for the error of a reading.
public struct FilteredActivation: Sendable {
  public let size: HW
  public let factor: Int
  let core: ActivationCore

  /// - Parameters:
  ///   - factor: u, 1 or more; 1 is φ alone.
  ///   - measuringError: readings are taken at 2u as well.
  /// - Throws: ``SpectralError/invalidSize(size:stride:)``,
  ///   ``SpectralError/outOfRange(_:value:allowed:)``.
  public init(
    size: HW, _ pointwise: Pointwise, factor: Int = 4, measuringError: Bool = true
  ) throws(SpectralError) {
    guard min(size.height, size.width) >= 1 else { throw .invalidSize(size: size, stride: 1) }
    guard factor >= 1 else {
      throw .outOfRange("the upsampling factor", value: "\(factor)", allowed: "1 or more")
    }
    guard pointwise.native.alpha.isFinite else {
      throw .outOfRange("α", value: "\(pointwise.native.alpha)", allowed: "finite")
    }
    if case .polynomial(let coefficients) = pointwise, coefficients.isEmpty {
      throw .outOfRange("the number of coefficients", value: "0", allowed: "1 or more")
    }
    self.size = size
    self.factor = factor
    core = try ActivationCore(
      size: size, pointwise: pointwise, factor: factor, doubled: measuringError)
  }

  /// r of all planes of `[N, C, H, W]`; a plane that is not finite comes out as NaN.
  ///
  /// - Throws: ``SpectralError/mapMismatch(expected:shape:)``.
  public func callAsFunction(
    _ maps: Tensor, threads: Int = 1
  ) throws(SpectralError) -> Tensor {
    let planes = try PlaneWork.planes(of: maps, size: size)
    var values = try PlaneWork.values(planes: planes, size: size)
    let status = values.withUnsafeMutableBufferPointer {
      core.run(maps, planes: planes, output: $0.baseAddress, readings: nil, threads: threads)
    }
    guard status == .ok else { throw .status(status) }
    return try PlaneWork.tensor(maps.shape, size: size, values: values)
  }

  /// The aliasing of φ on each plane of `[N, C, H, W]`; entry n · C + c is plane (n, c).
  ///
  /// - Throws: ``SpectralError/mapMismatch(expected:shape:)``, ``SpectralError/notFinite(plane:)``.
  public func read(
    _ maps: Tensor, threads: Int = 1
  ) throws(SpectralError) -> [ActivationReading] {
    let planes = try PlaneWork.planes(of: maps, size: size)
    if let index = maps.firstNonFinite { throw .notFinite(plane: index / size.area) }
    var readings = [moire_activation_reading](repeating: .init(), count: planes)
    let status = readings.withUnsafeMutableBufferPointer {
      core.run(maps, planes: planes, output: nil, readings: $0.baseAddress, threads: threads)
    }
    guard status == .ok else { throw .status(status) }
    return readings.map(ActivationReading.init)
  }
}
