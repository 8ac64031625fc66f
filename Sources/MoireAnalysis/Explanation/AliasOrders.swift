import Foundation
import MoireLayers
import MoireSpectral
import MoireTensors

/// A dense map taken apart by what folds where it is subsampled by s at phase 0.
///
/// y_d(n) = x(sn + d) are the polyphase components and z_d = y_d moved by −d/s, registered. With
/// X_m[k] = X[k + mM], z_d = Σ_m e^{2πi m·d/s} a_m, where a_m is the map of order m in X subsampled at
/// phase 0; so a_m = S⁻¹ Σ_d e^{−2πi m·d/s} z_d, S = s_h s_w. The bin M/2 of an even M, shared by two
/// orders, goes to both by halves. The maps of m and −m are conjugate: both together are the real
/// part and the imaginary part of one of them, each with weight 2.
struct AliasOrders {
  /// y_0, `[1, C, H, W]`.
  let map: Tensor
  /// S − 1 real maps: Σ weight ‖J v‖² = Σ_{m≠0} ‖J a_m‖² for every linear J.
  let directions: [(map: Tensor, weight: Double)]

  init(_ dense: DenseMap, stride: HW, threads: Int) throws {
    let components = Self.polyphase(dense, stride)
    let size = HW(dense.size.height / stride.height, dense.size.width / stride.width)
    let phases = stride.positions
    let registered = try zip(components, phases).map { component, phase in
      try FractionalShift(
        size: size, dy: -Double(phase.height) / Double(stride.height),
        dx: -Double(phase.width) / Double(stride.width))(component, threads: threads)
    }
    map = components[0]
    directions = Self.directions(registered, stride)
  }

  /// y_d for every phase d, rows first.
  private static func polyphase(_ dense: DenseMap, _ stride: HW) -> [Tensor] {
    let (width, block) = (dense.size.width, dense.blockSize)
    let size = HW(dense.size.height / stride.height, width / stride.width)
    return stride.positions.map { phase in
      let count = dense.channels * size.area
      let values = [Float](unsafeUninitializedCapacity: count) { target, filled in
        var place = target.baseAddress!
        for channel in 0..<dense.channels {
          let plane =
            dense.base + channel / block * dense.size.area * block + channel % block
          for row in 0..<size.height {
            var from = plane + ((row * stride.height + phase.height) * width + phase.width) * block
            for _ in 0..<size.width {
              place.initialize(to: from.pointee)
              place += 1
              from += stride.width * block
            }
          }
        }
        filled = count
      }
      // As many values as the shape says.
      return try! Tensor(shape: [1, dense.channels, size.height, size.width], values: values)
    }
  }

  private static func directions(
    _ registered: [Tensor], _ stride: HW
  ) -> [(map: Tensor, weight: Double)] {
    let phases = stride.positions
    var result: [(map: Tensor, weight: Double)] = []
    for order in phases.dropFirst() {
      let other = HW(
        (stride.height - order.height) % stride.height, (stride.width - order.width) % stride.width)
      // Of a pair the first one stands for both.
      if (other.height, other.width) < (order.height, order.width) { continue }
      let angles = phases.map { phase in
        2 * Double.pi
          * (Double(order.height * phase.height) / Double(stride.height)
            + Double(order.width * phase.width) / Double(stride.width))
      }
      let weight = other == order ? 1.0 : 2.0
      let scale = 1 / Double(phases.count)
      result.append((combined(registered, angles.map { scale * cos($0) }), weight))
      if other != order {
        result.append((combined(registered, angles.map { scale * sin($0) }), weight))
      }
    }
    return result
  }

  private static func combined(_ maps: [Tensor], _ factors: [Double]) -> Tensor {
    let count = maps[0].count
    let values = [Float](unsafeUninitializedCapacity: count) { target, filled in
      target.initialize(repeating: 0)
      for (map, factor) in zip(maps, factors) {
        map.values.withUnsafeBufferPointer { source in
          for index in 0..<count { target[index] += Float(factor) * source[index] }
        }
      }
      filled = count
    }
    return try! Tensor(shape: maps[0].shape, values: values)
  }
}

extension Tensor {
  /// √Σ v².
  var norm: Double {
    values.withUnsafeBufferPointer { values in
      var sum = 0.0
      for value in values { sum += Double(value) * Double(value) }
      return sum.squareRoot()
    }
  }

  /// Every plane of `[1, C, H, W]` moved around its circle at random, with a random sign: the
  /// magnitudes of its spectrum stay, and nothing else does.
  func scrambled(_ generator: inout SeededGenerator) -> Tensor {
    let (height, width) = (shape[2], shape[3])
    var result = [Float](repeating: 0, count: count)
    for channel in 0..<shape[1] {
      let sign: Float = generator.next() & 1 == 0 ? 1 : -1
      let down = generator.integer(in: 0..<height)
      let across = generator.integer(in: 0..<width)
      let start = channel * height * width
      for row in 0..<height {
        let from = start + (row + down) % height * width
        for column in 0..<width {
          result[start + row * width + column] = sign * values[from + (column + across) % width]
        }
      }
    }
    return try! Tensor(shape: shape, values: result)
  }
}
