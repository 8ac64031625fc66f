import MoireSpectral
import MoireTensors
import TestSupport
import Testing

/// Seeded normal deviates.
func deviates(_ count: Int, seed: UInt64) -> [Double] {
  var generator = SeededGenerator(seed: seed, count)
  return (0..<count).map { _ in generator.normal() }
}

/// Largest |a − b| over largest |b|, as FFTW's own checker measures; 0 for two zeros.
func relativeDistance<Scalar: BinaryFloatingPoint>(_ a: [Scalar], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  let scale = b.reduce(0) { max($0, abs($1)) }
  let distance = zip(a, b).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
  return distance == 0 ? 0 : distance / scale
}

/// The stored half of a full spectrum, real and imaginary parts side by side.
func half(_ spectrum: [SpectralOracle.Complex], _ size: HW) -> [Double] {
  (0..<size.height).flatMap { y in
    (0...size.width / 2).flatMap { x -> [Double] in
      [spectrum[y * size.width + x].re, spectrum[y * size.width + x].im]
    }
  }
}

@Suite("The real transform")
struct TransformTests {
  static let sizes: [HW] = [
    1, [1, 2], [2, 1], [1, 16], [16, 1], 2, 3, [4, 6], 7, 8, [9, 12], 13, [17, 5], [5, 17],
    [1, 31], [31, 1], [14, 15], [28, 20], [64, 3],
  ]

  // Rounding grows as √log n; 1e-6 and 2e-15 are ten times what the largest of these sizes shows.
  @Test("equals the naive transform in both precisions, one plane or many", arguments: sizes)
  func equalsOracle(size: HW) throws {
    let planes = 3
    let values = deviates(planes * size.area, seed: 5)
    let expected = (0..<planes).flatMap { plane in
      half(
        SpectralOracle.dft(
          .init(size: size, values: Array(values[plane * size.area..<(plane + 1) * size.area]))),
        size)
    }
    let twofold = try RealTransform<Double>(size: size).forward(values)
    #expect(twofold.count == planes)
    #expect(relativeDistance(twofold.values, expected) < 2e-15)
    let single = try RealTransform<Float>(size: size).forward(values.map(Float.init))
    #expect(relativeDistance(single.values, expected) < 1e-6)
  }

  @Test("closed forms: constant, impulse, tone", arguments: sizes)
  func closedForms(size: HW) throws {
    let transform = try RealTransform<Double>(size: size)
    let bins = size.height * (size.width / 2 + 1)
    let constant = try transform.forward([Double](repeating: 3, count: size.area))
    #expect(abs(constant.values[0] - 3 * Double(size.area)) < 1e-12 * Double(size.area))
    #expect(constant.values.dropFirst().allSatisfy { abs($0) < 1e-13 * Double(size.area) })
    var impulse = [Double](repeating: 0, count: size.area)
    impulse[0] = 1
    let flat = try transform.forward(impulse)
    #expect((0..<bins).allSatisfy { flat.values[2 * $0] == 1 && flat.values[2 * $0 + 1] == 0 })
    // cos 2π(k_h y / H + k_w x / W) has N / 2 at ±k, N where the two are one bin.
    let (ky, kx) = (size.height / 2, size.width / 3)
    let tone = (0..<size.area).map {
      SpectralOracle.cosine(
        turns: Double(ky * ($0 / size.width)) / Double(size.height)
          + Double(kx * ($0 % size.width)) / Double(size.width))
    }
    let spectrum = try transform.forward(tone)
    let alone = (2 * ky) % size.height == 0 && (2 * kx) % size.width == 0
    let height = Double(size.area) / (alone ? 1 : 2)
    for y in 0..<size.height {
      for x in 0..<size.width {
        let there =
          (y == ky && x == kx)
          || (y == (size.height - ky) % size.height && x == (size.width - kx) % size.width)
        let bin = spectrum[0, y, x]
        #expect(abs(bin.real - (there ? height : 0)) < 1e-13 * Double(size.area))
        #expect(abs(bin.imaginary) < 1e-13 * Double(size.area))
      }
    }
  }

  @Test("three thousand random problems: linear, Parseval, shift, back again, inputs kept")
  func properties() throws {
    var generator = SeededGenerator(seed: 77)
    var worst = (linear: 0.0, energy: 0.0, shift: 0.0, back: 0.0)
    var planned: [HW: RealTransform<Double>] = [:]
    for _ in 0..<3000 {
      let size = HW(
        Int.random(in: 1...24, using: &generator), .random(in: 1...24, using: &generator))
      let transform = try planned[size] ?? RealTransform(size: size)
      planned[size] = transform
      let a = (0..<size.area).map { _ in generator.normal() }
      let b = (0..<size.area).map { _ in generator.normal() }
      let factor = generator.normal()
      let spectrum = try transform.forward(a)
      let other = try transform.forward(b)
      let sum = try transform.forward(zip(a, b).map { $0 + factor * $1 })
      let expected = zip(spectrum.values, other.values).map { $0 + factor * $1 }
      worst.linear = max(worst.linear, relativeDistance(sum.values, expected))

      let power = try spectrum.power(stride: 1).energies.total / Double(size.area)
      let energy = a.reduce(0) { $0 + $1 * $1 }
      worst.energy = max(worst.energy, abs(power - energy) / energy)

      // x(n + d) has X[k] exp(+2πi k d / N).
      let d = HW(
        .random(in: 0..<size.height, using: &generator),
        .random(in: 0..<size.width, using: &generator))
      let shifted = (0..<size.area).map { n in
        a[
          (n / size.width + d.height) % size.height * size.width
            + (n % size.width + d.width) % size.width]
      }
      worst.shift = max(
        worst.shift,
        relativeDistance(try transform.forward(shifted).values, turned(spectrum, by: d)))

      let before = spectrum.values
      worst.back = max(worst.back, relativeDistance(try transform.inverse(spectrum), a))
      #expect(before == spectrum.values)
    }
    // A few ulp of the largest value each; of the energies, sums of some 600 terms, 0.1 ulp a term.
    #expect(worst.linear < 3e-15)
    #expect(worst.energy < 1e-14)
    #expect(worst.shift < 4e-15)
    #expect(worst.back < 3e-15)
  }

  func turned(_ spectrum: HalfSpectra<Double>, by d: HW) -> [Double] {
    let size = spectrum.size
    return (0..<size.height).flatMap { y in
      (0...size.width / 2).flatMap { x in
        let turns =
          Double(y * d.height % size.height) / Double(size.height)
          + Double(x * d.width % size.width) / Double(size.width)
        let (c, s) = (
          SpectralOracle.cosine(turns: turns), SpectralOracle.cosine(turns: turns - 0.25)
        )
        let bin = spectrum[0, y, x]
        return [bin.real * c - bin.imaginary * s, bin.real * s + bin.imaginary * c]
      }
    }
  }

  @Test("float agrees with double there and back on a thousand random problems")
  func floatAgainstDouble() throws {
    var generator = SeededGenerator(seed: 78)
    var worst = (forward: 0.0, back: 0.0)
    for _ in 0..<1000 {
      let size = HW(
        Int.random(in: 1...40, using: &generator), .random(in: 1...40, using: &generator))
      let values = (0..<size.area).map { _ in Float(generator.normal()) }
      let single = try RealTransform<Float>(size: size)
      let spectrum = try single.forward(values)
      let exact = try RealTransform<Double>(size: size).forward(values.map(Double.init))
      worst.forward = max(worst.forward, relativeDistance(spectrum.values, exact.values))
      worst.back = max(
        worst.back, relativeDistance(try single.inverse(spectrum), values.map(Double.init)))
    }
    // A few ulp (1.2e-7) of the largest value.
    #expect(worst.forward < 1e-6)
    #expect(worst.back < 1e-6)
  }

  @Test("planar, channels-last and blocked maps have the same bits", arguments: sizes)
  func layouts(size: HW) throws {
    let channels = 37
    let transform = try RealTransform<Float>(size: size)
    let maps = try noise(planes: channels, size: size)
    let expected = try transform.forward(maps)
    for layout in [
      MapLayout.channelsLast(channels: channels, size: size),
      .blocked(channels: channels, size: size),
    ] {
      var data = [Float](repeating: .nan, count: 48 * size.area)
      for c in 0..<channels {
        for n in 0..<size.area {
          let (block, within) = c.quotientAndRemainder(dividingBy: layout.blockSize)
          data[
            block * layout.blockStride + within * layout.planeStride
              + n / size.width * layout.rowStride + n % size.width * layout.columnStride] =
            maps.values[c * size.area + n]
        }
      }
      #expect(try transform.forward(data, layout: layout) == expected)
    }
  }

  @Test("measured plans are as exact")
  func measured() throws {
    let values = deviates(30 * 21, seed: 9)
    let estimated = try RealTransform<Double>(size: [30, 21]).forward(values)
    let transform = try RealTransform<Double>(size: [30, 21], planning: .measure)
    let spectrum = try transform.forward(values)
    #expect(relativeDistance(spectrum.values, estimated.values) < 2e-15)
    #expect(relativeDistance(try transform.inverse(spectrum), values) < 2e-15)
  }

  @Test("NaN stays in its plane")
  func notFinite() throws {
    var values = [Float](repeating: 1, count: 3 * 20)
    values[20 + 7] = .nan
    let spectra = try RealTransform<Float>(size: [4, 5]).forward(values)
    let bins = 2 * 4 * 3
    #expect(spectra.values[..<bins].allSatisfy { $0.isFinite })
    // One part of a bin may not depend on that sample.
    #expect(
      (0..<bins / 2).allSatisfy {
        spectra.values[bins + 2 * $0].isNaN || spectra.values[bins + 2 * $0 + 1].isNaN
      })
    #expect(spectra.values[(2 * bins)...].allSatisfy { $0.isFinite })
  }

  @Test("no planes, broken planes, broken sizes")
  func refusals() throws {
    let transform = try RealTransform<Float>(size: [4, 5])
    #expect(try transform.forward([]).values.isEmpty)
    #expect(try transform.inverse(transform.forward([])).isEmpty)
    #expect(throws: SpectralError.valueCount(expected: 20, count: 21)) {
      try transform.forward([Float](repeating: 0, count: 21))
    }
    #expect(throws: SpectralError.mapMismatch(expected: [4, 5], shape: [1, 1, 5, 4])) {
      try transform.forward(Tensor(shape: [1, 1, 5, 4]))
    }
    for size in [[0, 4], [4, 0], HW(-1, 4), HW(.max, 1), HW(1, .max)] {
      #expect(throws: SpectralError.invalidSize(size: size, stride: 1)) {
        try RealTransform<Double>(size: size)
      }
    }
    var spectra = try transform.forward([Float](repeating: 0, count: 20))
    spectra.values.removeLast()
    #expect(throws: SpectralError.valueCount(expected: 24, count: 23)) {
      try transform.inverse(spectra)
    }
    #expect(throws: SpectralError.self) {
      try HalfSpectra<Float>(size: HW(.max, .max), count: 2, values: [])
    }
    let other = try HalfSpectra<Float>(size: [5, 4], count: 0, values: [])
    #expect(throws: SpectralError.mapMismatch(expected: [4, 5], shape: [1, 0, 5, 4])) {
      try transform.inverse(other)
    }
  }
}
