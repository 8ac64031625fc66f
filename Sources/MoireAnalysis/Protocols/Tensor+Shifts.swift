package import MoireTensors

extension Tensor {
  /// Maps moved circularly: the result at n is the value at n + shift.
  package func rolled(by shift: HW) -> Tensor {
    let (height, width) = (shape[2], shape[3])
    let down = ((shift.height % height) + height) % height
    let across = ((shift.width % width) + width) % width
    var result: [Float] = []
    result.reserveCapacity(count)
    for plane in 0..<shape[0] * shape[1] {
      for row in 0..<height {
        let start = (plane * height + (row + down) % height) * width
        result += values[start + across..<start + width]
        result += values[start..<start + across]
      }
    }
    return try! Tensor(shape: shape, values: result)  // as many as before
  }

  /// The window of `size` whose first corner is at `offset`, or nil when it does not fit.
  func cropped(at offset: HW, size: HW) -> Tensor? {
    let (height, width) = (shape[2], shape[3])
    guard offset.height >= 0, offset.width >= 0, offset.height + size.height <= height,
      offset.width + size.width <= width
    else { return nil }
    var result: [Float] = []
    result.reserveCapacity(shape[0] * shape[1] * size.area)
    for plane in 0..<shape[0] * shape[1] {
      for row in 0..<size.height {
        let start = (plane * height + row + offset.height) * width + offset.width
        result += values[start..<start + size.width]
      }
    }
    return try? Tensor(shape: [shape[0], shape[1], size.height, size.width], values: result)
  }

  /// Maps moved over zeros: the result at n is the value at n + shift, 0 where there is none.
  package func shiftedWithZeros(by shift: HW) throws -> Tensor {
    let (height, width) = (shape[2], shape[3])
    var result = [Float](repeating: 0, count: count)
    let columns = (0..<width).clamped(to: -shift.width..<width - shift.width)
    for plane in 0..<shape[0] * shape[1] {
      for row in 0..<height where (0..<height).contains(row + shift.height) && !columns.isEmpty {
        let target = (plane * height + row) * width
        let source = (plane * height + row + shift.height) * width + shift.width
        result.replaceSubrange(
          target + columns.lowerBound..<target + columns.upperBound,
          with: values[source + columns.lowerBound..<source + columns.upperBound])
      }
    }
    return try Tensor(shape: shape, values: result)
  }
}
