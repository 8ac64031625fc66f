internal import CMoire
import Dispatch
internal import MoireTensors

/// Owns a resampler of the C core and runs it over tensors.
final class ResamplingCore: Sendable {
  let inputSize: HW
  let outputSize: HW
  // Immutable behind the pointer; released once, by deinit.
  nonisolated(unsafe) let handle: OpaquePointer

  /// - Parameters:
  ///   - refused: the error for options that the core refuses.
  ///   - create: makes the resampler.
  init(
    inputSize: HW, refused: SpectralError,
    create: (UnsafeMutablePointer<OpaquePointer?>) -> moire_status
  ) throws(SpectralError) {
    var made: OpaquePointer?
    let status = create(&made)
    switch status {
    case .ok: break
    case .invalid_argument, .size_overflow: throw refused
    default: throw .status(status)
    }
    guard let made else { throw .library("no resampler was made") }
    handle = made
    self.inputSize = inputSize
    outputSize = HW(moire_resampler_output_height(made), moire_resampler_output_width(made))
  }

  deinit { moire_resampler_destroy(handle) }

  /// Resamples all planes of `[N, C, H, W]`; the same bits for any number of threads.
  func apply(_ maps: Tensor, threads: Int) throws(SpectralError) -> Tensor {
    let planes = try PlaneWork.planes(of: maps, size: inputSize)
    let (inputArea, width, rows) = (inputSize.area, inputSize.width, outputSize.width)
    let outputArea = outputSize.area
    let work = PlaneWork(
      planes: planes, threads: threads, bytes: moire_resampler_workspace_size(handle))
    var values = try PlaneWork.values(planes: planes, size: outputSize)
    let status = maps.values.withUnsafeBufferPointer { source in
      values.withUnsafeMutableBufferPointer { target in
        nonisolated(unsafe) let (from, to) = (source.baseAddress, target.baseAddress)
        return work.run { range, scratch, bytes in
          guard let from, let to else { return .ok }
          var input = moire_planes(
            data: from + range.lowerBound * inputArea, count: range.count,
            plane_stride: inputArea, row_stride: width, column_stride: 1)
          var output = moire_output(
            data: to + range.lowerBound * outputArea, plane_stride: outputArea, row_stride: rows,
            column_stride: 1)
          return moire_resampler_execute(self.handle, &input, &output, scratch, bytes)
        }
      }
    }
    guard status == .ok else { throw .status(status) }
    return try PlaneWork.tensor(maps.shape, size: outputSize, values: values)
  }
}
