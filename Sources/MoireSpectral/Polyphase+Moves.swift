internal import CMoire
import MoireTensors

extension Polyphase {
  typealias Move = (
    UnsafePointer<moire_output>?, UnsafePointer<moire_planes>?, UnsafePointer<moire_phases>?, Int
  ) -> moire_status

  var native: moire_phases {
    moire_phases(
      height: size.height, width: size.width, stride_height: stride.height,
      stride_width: stride.width, wrapped: wrapped ? 1 : 0)
  }

  func index(of phase: HW) throws(SpectralError) -> Int {
    guard (0..<stride.height).contains(phase.height), (0..<stride.width).contains(phase.width)
    else { throw .invalidPhase(phase, stride: stride) }
    return phase.height * stride.width + phase.width
  }

  func check(_ maps: Tensor, size: HW) throws(SpectralError) {
    guard maps.shape.count == 4, maps.shape[2] == size.height, maps.shape[3] == size.width else {
      throw .mapMismatch(expected: size, shape: maps.shape)
    }
  }

  /// Maps of `to` from maps of `from`; the move writes all of them.
  func move(
    _ maps: Tensor, phase: HW, from: HW, to: HW, _ move: Move
  ) throws(SpectralError) -> Tensor {
    let shape = [maps.shape[0], maps.shape[1], to.height, to.width]
    guard var values = (try? Tensor.count(of: shape)).map({ [Float](repeating: 0, count: $0) })
    else { throw .outOfMemory(bytes: .max) }
    try run(&values, to, maps, from, phase: phase, move)
    // The shape's product is the count.
    return try! Tensor(shape: shape, values: values)
  }

  func put(_ part: Tensor, phase: HW, into maps: inout Tensor) throws(SpectralError) {
    var values = maps.values
    let from = try size(of: phase)
    try run(&values, size, part, from, phase: phase, moire_phase_put)
    // The count has not changed.
    maps = try! Tensor(shape: maps.shape, values: values)
  }

  private func run(
    _ values: inout [Float], _ to: HW, _ maps: Tensor, _ from: HW, phase: HW, _ move: Move
  ) throws(SpectralError) {
    let index = try index(of: phase)
    let count = maps.shape[0] * maps.shape[1]
    var phases = native
    let status = values.withUnsafeMutableBufferPointer { values in
      maps.values.withUnsafeBufferPointer { input in
        // Planes without samples have no address.
        guard let source = input.baseAddress, let target = values.baseAddress, !input.isEmpty,
          !values.isEmpty
        else { return moire_status.ok }
        var planes = moire_planes(
          data: source, count: count, plane_stride: from.area, row_stride: from.width,
          column_stride: 1)
        var output = moire_output(
          data: target, plane_stride: to.area, row_stride: to.width, column_stride: 1)
        return move(&output, &planes, &phases, index)
      }
    }
    guard status == .ok else { throw .status(status) }
  }
}
