/// Small square matrices, row-major, in double precision.
enum SquareMatrix {
  /// Σ_ij a_ij b_ij, the trace of a bᵀ.
  static func trace(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        for index in 0..<a.count { sum += a[index] * b[index] }
      }
    }
    return sum
  }

  static func transposed(_ a: [Double], _ size: Int) -> [Double] {
    var result = a
    for i in 0..<size {
      for j in 0..<size { result[j * size + i] = a[i * size + j] }
    }
    return result
  }

  static func product(_ a: [Double], _ b: [Double], _ size: Int) -> [Double] {
    var result = [Double](repeating: 0, count: size * size)
    result.withUnsafeMutableBufferPointer { result in
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          for i in 0..<size {
            for l in 0..<size {
              let factor = a[i * size + l]
              for j in 0..<size { result[i * size + j] += factor * b[l * size + j] }
            }
          }
        }
      }
    }
    return result
  }

  /// a b a.
  static func sandwich(_ a: [Double], _ b: [Double], _ size: Int) -> [Double] {
    product(product(a, b, size), a, size)
  }

  /// The inverse of a symmetric positive definite matrix, by Gauss and Jordan without pivots.
  static func inverse(_ matrix: [Double], _ size: Int) -> [Double] {
    var result = matrix
    result.withUnsafeMutableBufferPointer { a in
      for pivot in 0..<size {
        let scale = 1 / a[pivot * size + pivot]
        a[pivot * size + pivot] = 1
        for j in 0..<size { a[pivot * size + j] *= scale }
        for i in 0..<size where i != pivot {
          let factor = a[i * size + pivot]
          guard factor != 0 else { continue }
          a[i * size + pivot] = 0
          for j in 0..<size { a[i * size + j] -= factor * a[pivot * size + j] }
        }
      }
    }
    return result
  }
}
