internal import CMoire
internal import MoireTensors

/// Owns a filtered activation of the C core and the function it may call.
final class ActivationCore: Sendable {
  /// A custom φ behind the context pointer of the C core.
  private final class Function: Sendable {
    let body: @Sendable (UnsafeMutableBufferPointer<Float>) -> Void

    init(_ body: @escaping @Sendable (UnsafeMutableBufferPointer<Float>) -> Void) {
      self.body = body
    }
  }

  let size: HW
  // Lives as long as the handle, which holds it unretained.
  private let function: Function?
  // Immutable behind the pointer; released once, by deinit.
  nonisolated(unsafe) let handle: OpaquePointer

  init(
    size: HW, pointwise: Pointwise, factor: Int, doubled: Bool
  ) throws(SpectralError) {
    var options = moire_activation_options()
    options.height = size.height
    options.width = size.width
    options.factor = factor
    (options.pointwise, options.alpha) = pointwise.native
    options.doubled = doubled ? 1 : 0
    var coefficients: [Double] = []
    if case .polynomial(let given) = pointwise { coefficients = given }
    var function: Function?
    if case .custom(let body) = pointwise {
      let boxed = Function(body)
      function = boxed
      options.context = Unmanaged.passUnretained(boxed).toOpaque()
      options.function = { values, count, context in
        guard let context else { return }
        let function = Unmanaged<Function>.fromOpaque(context).takeUnretainedValue()
        function.body(UnsafeMutableBufferPointer(start: values, count: count))
      }
    }
    var made: OpaquePointer?
    let status = coefficients.withUnsafeBufferPointer { buffer in
      options.coefficients = buffer.baseAddress
      options.coefficient_count = buffer.count
      return moire_activation_create(&made, &options)
    }
    switch status {
    case .ok: break
    case .invalid_argument, .size_overflow: throw .invalidSize(size: size, stride: 1)
    default: throw .status(status)
    }
    guard let made else { throw .library("no activation was made") }
    handle = made
    self.size = size
    self.function = function
  }

  deinit { moire_activation_destroy(handle) }

  /// Executes over all planes; the same bits for any number of threads.
  func run(
    _ maps: Tensor, planes: Int, output: UnsafeMutablePointer<Float>?,
    readings: UnsafeMutablePointer<moire_activation_reading>?, threads: Int
  ) -> moire_status {
    let work = PlaneWork(
      planes: planes, threads: threads, bytes: moire_activation_workspace_size(handle))
    let (area, width) = (size.area, size.width)
    return maps.values.withUnsafeBufferPointer { source in
      nonisolated(unsafe) let (from, to, entries) = (source.baseAddress, output, readings)
      return work.run { range, scratch, bytes in
        guard let from else { return .ok }
        var input = moire_planes(
          data: from + range.lowerBound * area, count: range.count, plane_stride: area,
          row_stride: width, column_stride: 1)
        let first = entries.map { $0 + range.lowerBound }
        guard let to else {
          return moire_activation_execute(self.handle, &input, nil, first, scratch, bytes)
        }
        var target = moire_output(
          data: to + range.lowerBound * area, plane_stride: area, row_stride: width,
          column_stride: 1)
        return moire_activation_execute(self.handle, &input, &target, first, scratch, bytes)
      }
    }
  }
}
