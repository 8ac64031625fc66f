import Foundation
import MoireSpectral
import MoireTensors
import TestSupport
import Testing

@Suite("Filtering in the frequency domain")
struct SpectralFilterTests {
  static let sizes: [HW] = [
    1, 2, 3, [1, 6], [6, 1], 6, 7, [8, 12], [10, 14], [9, 15], [11, 13], [16, 5], [14, 14],
  ]

  /// FLC pooling returns 0 for a constant at sizes 6, 10, 14.
  @Test("a constant stays the same constant to the bit", arguments: LowPass.samples, sizes)
  func constants(filter: LowPass, size: HW) throws {
    for stride: HW in [2, [1, 3], 4] {
      for alignment in [SpectralFilter.Alignment.centered, .sampled] {
        let spectral = try SpectralFilter(
          size: size, filter: filter, stride: stride, alignment: alignment)
        for value in [1, 0.1, -3.7e5] {
          let plane = [Double](repeating: value, count: size.area)
          #expect(try spectral.apply(plane) == plane)
          let single = plane.map(Float.init)
          #expect(try spectral.apply(single) == single)
        }
      }
    }
  }

  private func values(_ size: HW, planes: Int = 1, seed: UInt64 = 1) -> [Double] {
    var generator = SeededGenerator(seed: seed, size.height, size.width)
    return (0..<planes * size.area).map { _ in generator.normal() + 0.5 }
  }

  private func difference(_ a: [Double], _ b: [Double]) -> Double {
    a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
  }

  /// y[i] = Σ h[m] x[i + m − leading] around the circle, along both axes.
  private func circular(_ x: [Double], _ size: HW, _ rows: [Double], _ columns: [Double])
    -> [Double]
  {
    var y = [Double](repeating: 0, count: x.count)
    let (top, left) = ((rows.count - 1) / 2, (columns.count - 1) / 2)
    for i in 0..<size.height {
      for j in 0..<size.width {
        for (m, a) in rows.enumerated() {
          for (n, b) in columns.enumerated() {
            let row = ((i + m - top) % size.height + size.height) % size.height
            let column = ((j + n - left) % size.width + size.width) % size.width
            y[i * size.width + j] += a * b * x[row * size.width + column]
          }
        }
      }
    }
    return y
  }

  // Transforms of values of unit size: 1e-13 in double, 5e-6 in float leave a factor of ten.
  @Test("filters with taps are the circular filters", arguments: LowPass.samples, sizes)
  func taps(filter: LowPass, size: HW) throws {
    guard let taps = try filter.taps(stride: 2), taps.count < 20 else { return }
    let spectral = try SpectralFilter(size: size, filter: filter, stride: 2, alignment: .sampled)
    let x = values(size)
    let wanted = circular(x, size, taps, taps)
    #expect(difference(try spectral.apply(x), wanted) < 1e-13)
    let single = try spectral.apply(x.map(Float.init)).map(Double.init)
    #expect(difference(single, wanted) < 5e-6)
    if !taps.count.isMultiple(of: 2) {
      let centered = try SpectralFilter(size: size, filter: filter, stride: 2)
      #expect(difference(try centered.apply(x), wanted) < 1e-13)
    }
  }

  @Test("every filter is the product with its response", arguments: LowPass.samples, sizes)
  func products(filter: LowPass, size: HW) throws {
    let stride: HW = [2, 3]
    let spectral = try SpectralFilter(size: size, filter: filter, stride: stride)
    let x = values(size)
    let before = SpectralOracle.dft(.init(size: size, values: x))
    let after = SpectralOracle.dft(.init(size: size, values: try spectral.apply(x)))
    let rows = try filter.response(size: size.height, stride: stride.height)
    let columns = try filter.response(size: size.width, stride: stride.width)
    // Sums of up to 200 products of unit size, each transform twice.
    for k in 0..<size.area {
      let gain = rows[k / size.width] * columns[k % size.width]
      #expect(abs(after[k].re - gain * before[k].re) < 1e-11)
      #expect(abs(after[k].im - gain * before[k].im) < 1e-11)
    }
  }

  @Test("the ideal filter is idempotent and shift-covariant", arguments: sizes, [1, 2, 3])
  func ideal(size: HW, stride: Int) throws {
    let filter = try SpectralFilter(size: size, filter: .ideal, stride: HW(stride, stride))
    let x = values(size)
    let y = try filter.apply(x)
    #expect(difference(try filter.apply(y), y) < 1e-13)
    for (dy, dx) in [(1, 0), (0, 1), (2, 3)] {
      #expect(
        difference(try filter.apply(rolled(x, size, dy, dx)), rolled(y, size, dy, dx)) < 1e-13)
    }
    if stride == 1 { #expect(difference(x, y) < 1e-13) }
  }

  private func rolled(_ x: [Double], _ size: HW, _ dy: Int, _ dx: Int) -> [Double] {
    (0..<size.area).map { i in
      x[(i / size.width + dy) % size.height * size.width + (i % size.width + dx) % size.width]
    }
  }

  @Test("linear, and no energy is gained where no gain exceeds 1", arguments: 1...200)
  func linearity(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let size = HW(1 + Int(generator.next() % 17), 1 + Int(generator.next() % 17))
    let stride = HW(1 + Int(generator.next() % 4), 1 + Int(generator.next() % 4))
    let filter = LowPass.samples[Int(generator.next() % UInt64(LowPass.samples.count))]
    let spectral = try SpectralFilter(size: size, filter: filter, stride: stride)
    let (a, b) = (values(size, seed: UInt64(seed)), values(size, seed: UInt64(seed) + 1000))
    let (fa, fb) = (try spectral.apply(a), try spectral.apply(b))
    let sum = try spectral.apply(zip(a, b).map { 2 * $0 - 0.5 * $1 })
    #expect(difference(sum, zip(fa, fb).map { 2 * $0 - 0.5 * $1 }) < 1e-12)
    let gains = try filter.response(size: size.height, stride: stride.height).map(abs).max()!
    let others = try filter.response(size: size.width, stride: stride.width).map(abs).max()!
    let (before, after) = (a.reduce(0) { $0 + $1 * $1 }, fa.reduce(0) { $0 + $1 * $1 })
    #expect(after <= before * gains * gains * others * others * (1 + 1e-12))
  }

  @Test("a response of the whole plane acts by its even part")
  func planes() throws {
    let size: HW = [6, 9]
    let rows = try LowPass.binomial(4).response(size: 6, stride: 2)
    let columns = try LowPass.gaussian(sigma: 1).response(size: 9, stride: 2)
    let product = (0..<size.area).map { (n: Int) -> Double in rows[n / 9] * columns[n % 9] }
    let x = values(size, planes: 3)
    let whole = try SpectralFilter(size: size, response: product)
    let separable = try SpectralFilter(size: size, rows: rows, columns: columns)
    #expect(difference(try whole.apply(x), try separable.apply(x)) < 1e-13)
    var odd = product
    odd[0 * 9 + 2] += 0.25
    odd[0 * 9 + 7] -= 0.25
    #expect(
      difference(try SpectralFilter(size: size, response: odd).apply(x), try whole.apply(x)) < 1e-13
    )
  }

  @Test("tensors, threads, empty, not finite")
  func tensors() throws {
    let size: HW = [10, 7]
    let filter = try SpectralFilter(size: size, filter: .binomial(5), stride: 2)
    let maps = try noise(planes: 24, size: size, mean: 3).reshaped([2, 12, 10, 7])
    let one = try filter.apply(maps)
    #expect(one.shape == maps.shape)
    for threads in [2, 5, 64] { #expect(try filter.apply(maps, threads: threads) == one) }
    #expect(try filter.apply([Float]()).isEmpty)
    #expect(try filter.apply(Tensor(shape: [0, 3, 10, 7])).count == 0)
    var broken = maps
    broken[size.area + 3] = .nan
    let result = try filter.apply(broken)
    for (index, value) in result.values.enumerated() {
      let isBroken = index / size.area == 1
      #expect(value.isNaN == isBroken && (isBroken || value == one[index]))
    }
    #expect(throws: SpectralError.mapMismatch(expected: size, shape: [1, 1, 7, 10])) {
      try filter.apply(Tensor(shape: [1, 1, 7, 10]))
    }
    #expect(throws: SpectralError.self) { try filter.apply([Float](repeating: 0, count: 71)) }
    #expect(throws: SpectralError.invalidResponse(count: 3, expected: 4)) {
      try SpectralFilter(size: 2, response: [1, 1, 1])
    }
    #expect(throws: SpectralError.self) { try SpectralFilter(size: 2, response: [1, 1, .nan, 1]) }
    #expect(throws: SpectralError.self) { try SpectralFilter(size: [0, 2], response: []) }
    #expect(throws: SpectralError.self) { try SpectralFilter(size: 2, filter: .ideal, stride: 0) }
  }
}
