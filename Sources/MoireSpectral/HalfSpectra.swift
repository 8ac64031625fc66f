public import MoireTensors

/// Unnormalised DFTs of real planes, X[k] = Σ_n x[n] exp(−2πi k n / N), the stored half of each.
public struct HalfSpectra<Scalar: TransformScalar>: Hashable, Sendable {
  /// Of each plane [H, W].
  public let size: HW
  /// Planes.
  public let count: Int
  /// `[count][H][W / 2 + 1][2]`, real part before imaginary part.
  public var values: [Scalar]

  /// Spectra of given values.
  ///
  /// - Throws: ``SpectralError/invalidSize(size:stride:)``,
  ///   ``SpectralError/valueCount(expected:count:)``.
  public init(size: HW, count: Int, values: [Scalar]) throws(SpectralError) {
    guard size.height >= 1, size.width >= 1, count >= 0 else {
      throw .invalidSize(size: size, stride: 1)
    }
    self.init(size: size, count: count, checked: values)
    try check()
  }

  init(size: HW, count: Int, checked values: [Scalar]) {
    self.size = size
    self.count = count
    self.values = values
  }

  /// Whether there are as many values as the sizes call for.
  func check() throws(SpectralError) {
    var expected = (partialValue: count, overflow: false)
    for factor in [size.height, size.width / 2 + 1, 2] where !expected.overflow {
      expected = expected.partialValue.multipliedReportingOverflow(by: factor)
    }
    guard !expected.overflow else { throw .invalidSize(size: size, stride: 1) }
    guard values.count == expected.partialValue else {
      throw .valueCount(expected: expected.partialValue, count: values.count)
    }
  }

  /// X[row, column] of a plane, any bin of the full spectrum: 0 ≤ row < H, 0 ≤ column < W.
  ///
  /// - Precondition: plane and bin exist.
  public subscript(plane: Int, row: Int, column: Int) -> (real: Scalar, imaginary: Scalar) {
    precondition(
      0..<count ~= plane && 0..<size.height ~= row && 0..<size.width ~= column,
      "bin (\(row), \(column)) of plane \(plane) in \(count) spectra of \(size)")
    let half = size.width / 2 + 1
    let mirrored = column >= half
    let y = mirrored ? (size.height - row) % size.height : row
    let x = mirrored ? size.width - column : column
    let index = 2 * ((plane * size.height + y) * half + x)
    return (values[index], mirrored ? -values[index + 1] : values[index + 1])
  }

  /// |X|² summed over the planes in double, with the stride it is to be judged by.
  ///
  /// - Throws: ``SpectralError/invalidSize(size:stride:)``,
  ///   ``SpectralError/valueCount(expected:count:)`` where ``values`` was given another length.
  public func power(stride: HW) throws(SpectralError) -> PowerSpectrum {
    try check()
    var result = try PowerSpectrum(size: size, stride: stride)
    let bins = result.values.count
    for plane in 0..<count {
      for bin in 0..<bins {
        let re = Double(values[2 * (plane * bins + bin)])
        let im = Double(values[2 * (plane * bins + bin) + 1])
        result.values[bin] += re * re + im * im
      }
    }
    return result
  }
}
