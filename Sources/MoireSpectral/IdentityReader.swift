internal import CMoire
public import MoireTensors

/// Evaluates the three exact identities for periodic maps of one size; immutable, usable from many
/// threads at once.
public final class IdentityReader: Sendable {
  /// A filter's gain at the bins k = 0 … N − 1 of one axis.
  public struct Response: Hashable, Sendable {
    public var real: [Double]
    /// Empty where it is 0.
    public var imaginary: [Double]

    public init(real: [Double], imaginary: [Double] = []) {
      self.real = real
      self.imaginary = imaginary
    }

    func fits(_ size: Int) -> Bool {
      real.count == size && (imaginary.isEmpty || imaginary.count == size)
    }
  }

  public let size: HW
  public let stride: HW
  // Immutable behind the pointer; released once, by deinit.
  nonisolated(unsafe) let handle: OpaquePointer

  /// Plans a reader.
  ///
  /// - Parameters:
  ///   - size: of the maps, a multiple of the stride on each axis.
  ///   - stride: of the subsampling, 1 or more per axis.
  ///   - rows: gain over k_h of a filter before the subsampling; nil for none.
  ///   - columns: gain over k_w.
  ///   - plane: a real gain `[height][width]` multiplied onto both; empty for none.
  /// - Throws: ``SpectralError/invalidSize(size:stride:)``,
  ///   ``SpectralError/notExact(size:stride:boundary:)``,
  ///   ``SpectralError/valueCount(expected:count:)``, ``SpectralError/library(_:)`` for a gain that is
  ///   not finite.
  public init(
    size: HW, stride: HW, rows: Response? = nil, columns: Response? = nil, plane: [Double] = [],
    planning: Planning = .estimate
  ) throws(SpectralError) {
    guard min(size.height, size.width, stride.height, stride.width) >= 1 else {
      throw .invalidSize(size: size, stride: stride)
    }
    for (response, count) in [(rows, size.height), (columns, size.width)] {
      if let response, !response.fits(count) {
        throw .valueCount(
          expected: count, count: max(response.real.count, response.imaginary.count))
      }
    }
    guard plane.isEmpty || plane.count == size.area else {
      throw .valueCount(expected: size.area, count: plane.count)
    }
    var made: OpaquePointer?
    let status = withResponses(rows, columns) { height, width in
      plane.withUnsafeBufferPointer { values in
        var options = moire_identities_options(
          height: size.height, width: size.width, stride_height: stride.height,
          stride_width: stride.width, response_height: height, response_width: width,
          planning: planning == .measure ? .measure : .estimate,
          response_plane: plane.isEmpty ? nil : values.baseAddress)
        return moire_identities_create(&made, &options)
      }
    }
    switch status {
    case .ok: break
    case .not_exact: throw .notExact(size: size, stride: stride, boundary: .periodic)
    case .size_overflow: throw .invalidSize(size: size, stride: stride)
    default: throw .status(status)
    }
    guard let made else { throw .library("no reader was made") }
    handle = made
    self.size = size
    self.stride = stride
  }

  deinit { moire_identities_destroy(handle) }

  /// A reader with a filter before the subsampling.
  ///
  /// - Parameter alignment: where the output of an even number of taps stands, which decides how the
  ///   aliases of a bin add up.
  /// - Throws: as ``init(size:stride:rows:columns:plane:planning:)``, and
  ///   ``SpectralError/invalidFilter(taps:)``.
  public convenience init(
    size: HW, stride: HW, filter: LowPass, alignment: SpectralFilter.Alignment = .centered
  ) throws(SpectralError) {
    func axis(_ size: Int, _ stride: Int) throws(SpectralError) -> Response {
      guard alignment == .sampled else {
        return Response(real: try filter.response(size: size, stride: stride))
      }
      let pairs = try filter.phasedResponse(size: size, stride: stride)
      return Response(
        real: (0..<size).map { pairs[2 * $0] }, imaginary: (0..<size).map { pairs[2 * $0 + 1] })
    }
    try self.init(
      size: size, stride: stride, rows: axis(size.height, stride.height),
      columns: axis(size.width, stride.width))
  }

  /// Reads all planes of a tensor `[N, C, H, W]`; entry n · C + c is plane (n, c).
  ///
  /// Cost: two complex FFTs in double a plane, three with a filter.
  /// - Throws: ``SpectralError/mapMismatch(expected:shape:)``, ``SpectralError/notFinite(plane:)``,
  ///   ``SpectralError/outOfMemory(bytes:)``.
  public func read(_ maps: Tensor) throws(SpectralError) -> [Identities] {
    guard maps.shape.count == 4, maps.shape[2] == size.height, maps.shape[3] == size.width else {
      throw .mapMismatch(expected: size, shape: maps.shape)
    }
    return try run(maps.shape[0] * maps.shape[1]) { readings, fault, count, scratch, bytes in
      maps.values.withUnsafeBufferPointer { samples in
        var planes = moire_planes(
          data: samples.baseAddress, count: count, plane_stride: size.area,
          row_stride: size.width, column_stride: 1)
        return moire_identities_read(handle, readings, fault, &planes, scratch, bytes)
      }
    }
  }

  /// Reads planes `[count][H][W]` in double.
  ///
  /// - Throws: ``SpectralError/valueCount(expected:count:)``, ``SpectralError/notFinite(plane:)``,
  ///   ``SpectralError/outOfMemory(bytes:)``.
  public func read(_ planes: [Double]) throws(SpectralError) -> [Identities] {
    let count = planes.count / size.area
    guard planes.count == count * size.area else {
      throw .valueCount(expected: count * size.area, count: planes.count)
    }
    return try run(count) { readings, fault, count, scratch, bytes in
      planes.withUnsafeBufferPointer { samples in
        var planes = moire_planes_double(
          data: samples.baseAddress, count: count, plane_stride: size.area,
          row_stride: size.width, column_stride: 1)
        return moire_identities_read_double(handle, readings, fault, &planes, scratch, bytes)
      }
    }
  }

  private typealias Call = (
    UnsafeMutablePointer<moire_identity_reading>, UnsafeMutablePointer<Int>, Int,
    UnsafeMutableRawPointer, Int
  ) -> moire_status

  private func run(_ count: Int, _ call: Call) throws(SpectralError) -> [Identities] {
    let workspace = MapReader.Workspace()
    let bytes = moire_identities_workspace_size(handle)
    let scratch = try workspace.reserve(bytes)
    var readings = [moire_identity_reading](repeating: moire_identity_reading(), count: count)
    var fault = 0
    let status = call(&readings, &fault, count, scratch, bytes)
    switch status {
    case .ok: return readings.map(Identities.init)
    case .not_finite: throw .notFinite(plane: fault)
    default: throw .status(status)
    }
  }
}

/// Calls with the responses as the core takes them.
private func withResponses<Result>(
  _ rows: IdentityReader.Response?, _ columns: IdentityReader.Response?,
  _ body: (moire_axis_response, moire_axis_response) -> Result
) -> Result {
  func with<R>(_ response: IdentityReader.Response?, _ body: (moire_axis_response) -> R) -> R {
    guard let response else { return body(moire_axis_response()) }
    return response.real.withUnsafeBufferPointer { real in
      response.imaginary.withUnsafeBufferPointer { imaginary in
        body(
          moire_axis_response(
            real: real.baseAddress,
            imaginary: response.imaginary.isEmpty ? nil : imaginary.baseAddress))
      }
    }
  }
  return with(rows) { height in with(columns) { width in body(height, width) } }
}
