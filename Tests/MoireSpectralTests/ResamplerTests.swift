import Foundation
import MoireSpectral
import MoireTensors
import Testing

@Suite("Ideal resampling and pooling")
struct ResamplerTests {
  /// Two transforms of up to 134 samples an axis in single precision, sixteen planes at a time:
  /// 4 ε log₂ n ≈ 3.4e-6 relative to the largest value.
  static let tolerance = 4e-6
  /// Lengths with factors 2, 3, 5, 7, primes through FFTW, and both sides of the matrix limit.
  static let sizes = [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 13, 14, 16, 21, 28, 30, 37, 56, 62, 67, 74]

  static func edge(_ band: BandEdge) -> Double {
    switch band {
    case .drop: 0
    case .halve: 0.5
    case .keep: 1
    }
  }

  @Test("200 random sizes, offsets and rules against trigonometric sums")
  func oracle() throws {
    var random = SeededGenerator(seed: 5)
    for problem in 0..<200 {
      func size() -> Int { Self.sizes[random.integer(in: 0..<Self.sizes.count)] }
      let from = HW(size(), size())
      let to = problem % 6 == 0 ? from : HW(size(), size())
      let band = [BandEdge.drop, .halve, .keep][problem % 3]
      let offset = problem % 4 == 0 ? (0.0, 0.0) : (random.normal() * 3, random.normal() * 40)
      let planes = random.integer(in: 1..<20)
      let maps = try noise(planes: planes, size: from, mean: 0.2)
      let resampler = try Resampler(
        idealFrom: from, to: to, bandEdge: band, offsetHeight: offset.0, offsetWidth: offset.1)
      let got = try resampler(maps)
      #expect(got.shape == [maps.shape[0], maps.shape[1], to.height, to.width])
      let rows = ResamplingOracle.ideal(
        from.height, to.height, offset: offset.0, edge: Self.edge(band))
      let columns = ResamplingOracle.ideal(
        from.width, to.width, offset: offset.1, edge: Self.edge(band))
      let plane = problem % planes
      let expected = ResamplingOracle.apply(rows, columns, to: maps.plane(plane), size: from)
      let scale = maps.plane(plane).map(abs).max() ?? 1
      let worst = zip(got.plane(plane), expected).map { abs($0 - $1) }.max() ?? 0
      #expect(worst / scale < Self.tolerance, "\(from) → \(to), \(band), \(offset)")
    }
  }

  @Test("A tone at every bin keeps its amplitude up and down, and the crop is centred")
  func tones() throws {
    for (from, to) in [(14, 7), (10, 5), (6, 3), (12, 6), (7, 28), (8, 12), (9, 6), (50, 25)] {
      for k in 0...(from / 2) {
        let tone = try Tensor.map([1, from]) { _, _, x in
          cos(2 * .pi * Double(k * x) / Double(from) + (2 * k == from ? 0 : 0.4))
        }
        let got = try Resampler(idealFrom: [1, from], to: [1, to])(tone).plane(0)
        let narrow = min(from, to)
        let passes = 2 * k < narrow || (2 * k == narrow && to > from)
        for m in 0..<to {
          let expected =
            passes
            ? cos(2 * .pi * Double(k * m) / Double(to) + (2 * k == from ? 0 : 0.4)) : 0
          #expect(abs(got[m] - expected) < 2e-6, "bin \(k), \(from) → \(to), sample \(m)")
        }
      }
    }
  }

  @Test("A constant stays, at every size and stride")
  func constants() throws {
    for size in 1...40 {
      for stride in [1, 2, 3, 4, 7, 50] {
        let pool = try IdealPool(size: [size, 41 - size], stride: HW(stride, 2))
        #expect(pool.outputSize == HW((size + stride - 1) / stride, (42 - size) / 2))
        let got = try pool(try Tensor.map([size, 41 - size]) { _, _, _ in 1 })
        #expect(got.values.allSatisfy { abs($0 - 1) < 1e-6 }, "\(size) at stride \(stride)")
      }
    }
  }

  @Test("An impulse comes out as the periodic sinc of the cropped band")
  func impulse() throws {
    let impulse = try Tensor.map([15, 21]) { _, y, x in y == 0 && x == 0 ? 1 : 0 }
    let got = try IdealPool(size: [15, 21], stride: 3)(impulse).plane(0)
    // Every in-band bin of the impulse is 1: at m = 0 the share of bins kept, at other m of an odd
    // M the sum of a whole period, 0.
    for (index, value) in got.enumerated() {
      #expect(abs(value - (index == 0 ? 35.0 / 315 : 0)) < 1e-7)
    }
  }

  @Test("Up and back down changes nothing where the band edge is kept")
  func roundTrip() throws {
    for (small, large) in [
      (HW(7, 8), HW(28, 24)), (HW(1, 14), HW(5, 15)), (HW(13, 30), HW(17, 61)),
    ] {
      let maps = try noise(planes: 17, size: small, mean: 0)
      let up = try Resampler(idealFrom: small, to: large)
      let down = try Resampler(idealFrom: large, to: small, bandEdge: .keep)
      let back = try down(try up(maps))
      for plane in 0..<17 {
        #expect(ResamplingOracle.error(back.plane(plane), maps.plane(plane)) < Self.tolerance)
      }
      // With the edge dropped a second round trip adds nothing to the first.
      let dropping = try Resampler(idealFrom: large, to: small)
      let once = try dropping(try up(maps))
      let twice = try dropping(try up(once))
      #expect(ResamplingOracle.error(twice.plane(3), once.plane(3)) < Self.tolerance)
    }
  }

  @Test("Linear, bounded by Parseval, the same bits on any number of threads, other planes apart")
  func properties() throws {
    let size: HW = [14, 62]
    let pool = try IdealPool(size: size, stride: 2)
    let (a, b) = (
      try noise(planes: 40, size: size, mean: 0), try noise(planes: 41, size: size, mean: 1)
    )
    var sum = a
    for index in sum.values.indices { sum[index] = 2 * a[index] - b[index] }
    let (pa, pb, ps) = (try pool(a), try pool(b), try pool(sum))
    for index in ps.values.indices {
      #expect(abs(ps[index] - 2 * pa[index] + pb[index]) < 2e-5)
    }
    for plane in 0..<40 {
      let energies = (pa.plane(plane), a.plane(plane))
      let mean = { (v: [Double]) in v.reduce(0) { $0 + $1 * $1 } / Double(v.count) }
      #expect(mean(energies.0) <= mean(energies.1) * (1 + 1e-6))
    }
    for threads in [2, 3, 16] { #expect(try pool(a, threads: threads) == pa) }
    #expect(try pool(try Tensor(shape: [0, 3, 14, 62], values: [])).values.isEmpty)
  }

  @Test("A shift by s samples before the pool is one sample after it; by one, 1/s of a sample")
  func covariance() throws {
    for (size, stride) in [(HW(12, 14), 2), (HW(9, 15), 3), (HW(64, 112), 2), (HW(22, 34), 2)] {
      let maps = try noise(planes: 5, size: size, mean: 0)
      let pool = try IdealPool(size: size, stride: HW(stride, stride))
      for shift in [1, stride] {
        let before = try FractionalShift(size: size, dy: Double(shift), dx: Double(shift))
        let amount = Double(shift) / Double(stride)
        let after = try FractionalShift(size: pool.outputSize, dy: amount, dx: amount)
        let (left, right) = (try pool(try before(maps)), try after(try pool(maps)))
        #expect(ResamplingOracle.error(left.plane(4), right.plane(4)) < Self.tolerance)
      }
    }
  }

  @Test("Kaiser: the definition at random factors, borders and windows; constants are exact")
  func kaiser() throws {
    var random = SeededGenerator(seed: 8)
    for problem in 0..<120 {
      let border = ResamplingOracle.Border.allCases[problem % 5]
      let (up, down) = (random.integer(in: 1..<6), random.integer(in: 1..<6))
      let (size, zeros) = (random.integer(in: 1..<25), random.integer(in: 1..<8))
      let (beta, cutoff) = (random.uniform() * 9, 0.5 + random.uniform() / 2)
      let maps = try noise(planes: 3, size: [1, size], mean: 0.5)
      let resampler = try Resampler(
        kaiserFrom: [1, size], up: [1, up], down: [1, down], zeros: zeros, cutoff: cutoff,
        beta: beta, border: border.native)
      guard up != down else { continue }
      let to = (size * up + down - 1) / down
      #expect(resampler.outputSize == HW(1, to))
      let scale = Double(max(up, down)) / Double(up)
      let reach = Double(zeros) * scale * (1 + 1e-12)
      func kernel(_ t: Double) -> Double {
        let inside = max(0, 1 - pow(t / reach, 2)).squareRoot()
        return ResamplingOracle.sinc(cutoff * t / scale)
          * ResamplingOracle.bessel(beta * inside)
      }
      let matrix = ResamplingOracle.kernel(
        size, positions: (0..<to).map { Double($0 * down) / Double(up) }, reach: reach,
        border: border, kernel)
      let expected = ResamplingOracle.apply([[1]], matrix, to: maps.plane(2), size: [1, size])
      let got = try resampler(maps).plane(2)
      // A sum of up to 80 products in single precision.
      #expect(zip(got, expected).allSatisfy { abs($0 - $1) < 5e-6 }, "\(up)/\(down) of \(size)")
      if border != .zero {
        let ones = try resampler(try Tensor.map([1, size]) { _, _, _ in 1 })
        #expect(ones.values.allSatisfy { abs($0 - 1) < 1e-6 })
      }
    }
  }

  @Test("Refusals name the numbers")
  func refusals() throws {
    #expect(throws: SpectralError.invalidSize(size: [0, 4], stride: 2)) {
      try IdealPool(size: [0, 4], stride: 2)
    }
    #expect(throws: SpectralError.invalidSize(size: [4, 4], stride: [2, 0])) {
      try IdealPool(size: [4, 4], stride: [2, 0])
    }
    #expect(throws: SpectralError.invalidResampling(from: [4, 4], to: [4, 0])) {
      try Resampler(idealFrom: [4, 4], to: [4, 0])
    }
    #expect(throws: SpectralError.self) { try Resampler(idealFrom: 4, to: 4, offsetWidth: .nan) }
    #expect(throws: SpectralError.invalidBeta(-1)) {
      try Resampler(kaiserFrom: 4, up: 2, down: 1, beta: -1)
    }
    for zeros in [0, -1] {
      #expect(throws: SpectralError.self) {
        try Resampler(kaiserFrom: 4, up: 2, down: 1, zeros: zeros)
      }
    }
    #expect(throws: SpectralError.self) { try Resampler(kaiserFrom: 4, up: 2, down: 1, cutoff: 2) }
    #expect(throws: SpectralError.self) { try Resampler(kaiserFrom: 4, up: 0, down: 1) }
    #expect(throws: SpectralError.mapMismatch(expected: 4, shape: [1, 1, 4, 5])) {
      try IdealPool(size: 4, stride: 2)(try Tensor(shape: [1, 1, 4, 5]))
    }
    for error in [
      SpectralError.invalidResampling(from: 4, to: 0),
      .outOfRange("the cutoff", value: "2.0", allowed: "above 0 and up to 1"),
    ] {
      #expect(!error.description.isEmpty && !error.description.hasSuffix("."))
    }
  }
}

extension ResamplingOracle.Border {
  var native: BorderMode {
    switch self {
    case .zero: .zero
    case .reflect: .reflect
    case .replicate: .replicate
    case .circular: .circular
    case .symmetric: .symmetric
    }
  }
}

extension ResamplingOracle {
  /// I₀(x) = (1/π) ∫₀^π exp(x cos t) dt, to rounding by the midpoint rule where x < 20.
  static func bessel(_ x: Double) -> Double {
    let sum = (0..<50).reduce(0.0) { (sum: Double, step: Int) -> Double in
      sum + exp(x * cos(.pi * (Double(step) + 0.5) / 50))
    }
    return sum / 50
  }
}
