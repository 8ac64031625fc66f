internal import CMoire
public import MoireTensors
import Synchronization

/// Reads the spectra of maps of one size at one stride. Made once, used from any number of threads.
///
/// Two planes share a complex transform, sixteen run side by side. Every plane is transformed
/// without its mean and scaled to unit variance, so neither a large mean nor a strong neighbour
/// disturbs it; total and DC are exact sums over the samples.
public final class MapReader: Sendable {
  /// The size of the maps, the stride of the subsampling that follows, and the boundary.
  public let size: HW
  public let stride: HW
  public let boundary: Boundary
  /// The transformed grid: ``size``, twice that for the mirror boundary.
  public let gridSize: HW
  /// Whether the identities hold: periodic boundary, and the stride divides the size.
  public let isExact: Bool
  // Immutable behind the pointer; released once, by deinit.
  nonisolated(unsafe) let handle: OpaquePointer

  /// Plans a reader.
  ///
  /// - Throws: ``SpectralError/invalidSize(size:stride:)``, ``SpectralError/invalidBeta(_:)``.
  public init(
    size: HW, stride: HW, boundary: Boundary = .periodic, planning: Planning = .estimate
  ) throws(SpectralError) {
    guard min(size.height, size.width, stride.height, stride.width) >= 1 else {
      throw .invalidSize(size: size, stride: stride)
    }
    var options = moire_reader_options(
      height: size.height, width: size.width, stride_height: stride.height,
      stride_width: stride.width, boundary: boundary.native, kaiser_beta: 0,
      planning: planning == .measure ? .measure : .estimate)
    if case .kaiser(let beta) = boundary { options.kaiser_beta = beta }
    var reader: OpaquePointer?
    let status = moire_reader_create(&reader, &options)
    switch (status, boundary) {
    case (.ok, _): break
    case (.invalid_argument, .kaiser(let beta)): throw .invalidBeta(beta)
    case (.invalid_argument, _), (.size_overflow, _):
      throw .invalidSize(size: size, stride: stride)
    default: throw .status(status)
    }
    guard let reader else { throw .library("no reader was made") }
    handle = reader
    self.size = size
    self.stride = stride
    self.boundary = boundary
    gridSize = HW(moire_reader_grid_height(reader), moire_reader_grid_width(reader))
    isExact = moire_reader_is_exact(reader) != 0
  }

  deinit { moire_reader_destroy(handle) }

  private struct Key: Hashable {
    let size: HW
    let stride: HW
    let boundary: Boundary
    let planning: Planning
  }

  private static let cache = Mutex<[Key: MapReader]>([:])

  /// The one reader of these properties, made at the first call and kept.
  ///
  /// - Throws: as ``init(size:stride:boundary:planning:)``.
  public static func shared(
    size: HW, stride: HW, boundary: Boundary = .periodic, planning: Planning = .estimate
  ) throws(SpectralError) -> MapReader {
    let key = Key(size: size, stride: stride, boundary: boundary, planning: planning)
    if let found = cache.withLock({ $0[key] }) { return found }
    let made = try MapReader(size: size, stride: stride, boundary: boundary, planning: planning)
    return cache.withLock { cache in
      let kept = cache[key] ?? made
      cache[key] = kept
      return kept
    }
  }
}

extension Boundary {
  var native: moire_boundary {
    switch self {
    case .periodic: .periodic
    case .mirror: .mirror
    case .hann: .hann
    case .kaiser: .kaiser
    }
  }
}
