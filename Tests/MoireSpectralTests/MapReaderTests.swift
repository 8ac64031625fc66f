import MoireSpectral
import MoireTensors
import TestSupport
import Testing

/// Seeded normal deviates of a mean, [1, planes, H, W].
func noise(planes: Int, size: HW, mean: Double = 0, seed: UInt64 = 1) throws -> Tensor {
  var generator = SeededGenerator(seed: seed, size.height, size.width)
  let values = (0..<planes * size.area).map { _ in Float(generator.normal() + mean) }
  return try Tensor(shape: [1, planes, size.height, size.width], values: values)
}

struct Problem: CustomStringConvertible, Sendable {
  let size: HW
  let stride: HW
  init(_ size: HW, _ stride: HW) {
    self.size = size
    self.stride = stride
  }
  var description: String { "\(size) at \(stride)" }
}

@Suite("Reading maps")
struct MapReaderTests {
  static let exact: [Problem] = [
    Problem(8, 2), Problem(14, 2), Problem([9, 12], [3, 2]), Problem([8, 5], [4, 1]),
    Problem([6, 9], [2, 3]), Problem([12, 18], [2, 3]), Problem([1, 16], [1, 2]),
    Problem([16, 1], [4, 1]), Problem([7, 7], 7), Problem([11, 22], [1, 2]), Problem([13, 13], 13),
    Problem([22, 26], 2), Problem([30, 28], 2), Problem([16, 32], 4), Problem([5, 7], 1),
    Problem(1, 1), Problem([20, 12], [2, 4]), Problem([48, 36], [3, 2]),
  ]
  static let inexact: [Problem] = [
    Problem(7, 2), Problem([10, 10], [4, 3]), Problem([9, 8], 2), Problem([3, 5], [4, 7]),
  ]

  // A float transform of n points errs by about 1e-7 √log n of the plane's own scale; sums of squares
  // double that. 3e-6 of the total leaves a factor of ten.
  @Test("energies equal the naive transform in double", arguments: exact + inexact)
  func energiesEqualOracle(problem: Problem) throws {
    let planes = 19
    let maps = try noise(planes: planes, size: problem.size, mean: 0.5)
    let reader = try MapReader(size: problem.size, stride: problem.stride)
    let reading = try reader.read(maps)
    #expect(reading.energies.count == planes)
    for plane in 0..<planes {
      let expected = SpectralOracle.energies(
        SpectralOracle.Map(maps, plane: plane), stride: problem.stride)
      let got = reading.energies[plane]
      #expect(abs(got.total - expected.total) <= 1e-12 * expected.total)
      #expect(abs(got.dc - expected.dc) <= 1e-12 * expected.total)
      #expect(abs(got.alias - expected.alias) <= 3e-6 * expected.total, "plane \(plane)")
    }
  }

  @Test("pooled power equals the naive transform bin by bin", arguments: exact + inexact)
  func powerEqualsOracle(problem: Problem) throws {
    let planes = 17
    let maps = try noise(planes: planes, size: problem.size, mean: -1)
    let power = try MapReader(size: problem.size, stride: problem.stride).read(maps).power
    var expected = [Double](repeating: 0, count: power.values.count)
    let half = problem.size.width / 2 + 1
    for plane in 0..<planes {
      let spectrum = SpectralOracle.dft(SpectralOracle.Map(maps, plane: plane))
      for y in 0..<problem.size.height {
        for x in 0..<half {
          expected[y * half + x] += spectrum[y * problem.size.width + x].power
        }
      }
    }
    let scale = Double(planes * problem.size.area)
    for (got, wanted) in zip(power.values, expected) {
      #expect(abs(got - wanted) <= 1e-5 * (scale + wanted))
    }
  }

  @Test(
    "the measured polyphase identity equals its definition and the prediction", arguments: exact)
  func registrationsEqualOracle(problem: Problem) throws {
    let planes = 18
    let maps = try noise(planes: planes, size: problem.size, mean: 2)
    let reader = try MapReader(size: problem.size, stride: problem.stride)
    #expect(reader.isExact)
    let reading = try reader.read(maps, registering: true)
    for plane in 0..<planes {
      let expected = SpectralOracle.registration(
        SpectralOracle.Map(maps, plane: plane), stride: problem.stride)
      let got = reading.registrations[plane]
      #expect(abs(got.energy - expected.energy) <= 3e-6 * expected.energy)
      #expect(abs(got.deviation - expected.deviation) <= 3e-6 * expected.energy)
      #expect(got.difference(from: reading.energies[plane]) < 1e-5)
    }
  }

  @Test("a mean a thousand times the variation disturbs neither side of the identity")
  func largeMean() throws {
    let maps = try noise(planes: 16, size: [28, 42], mean: 1000)
    let reading = try MapReader(size: [28, 42], stride: [2, 3]).read(maps, registering: true)
    for (energies, registration) in zip(reading.energies, reading.registrations) {
      #expect(registration.difference(from: energies) < 1e-5)
      // White noise at stride (2, 3) aliases 1 - 1/6 of its energy beside DC; 1176 samples scatter
      // by about 1 %.
      #expect(abs(energies.aliasFractionAC - 5.0 / 6) < 0.06)
    }
  }

  @Test("dead, constant and weak planes are untouched by a strong partner")
  func weakPartners() throws {
    let size: HW = 14
    var maps = try noise(planes: 6, size: size)
    let strong = 0..<size.area
    for i in strong {
      maps[1 * size.area + i] = 0
      maps[2 * size.area + i] *= 1e4
      maps[3 * size.area + i] = 3.7
      maps[5 * size.area + i] *= 1e-9
    }
    let reading = try MapReader(size: size, stride: 2).read(maps, registering: true)
    #expect(reading.energies[1] == PlaneEnergies(total: 0, dc: 0, alias: 0))
    #expect(reading.energies[1].kind == .dead)
    #expect(reading.registrations[1] == Registration(deviation: 0, energy: 0))
    #expect(reading.energies[3].kind == .constant)
    #expect(reading.energies[3].alias == 0)
    #expect(reading.energies[3].aliasFraction == 0)
    #expect(reading.registrations[3].deviation == 0)
    for plane in [0, 2, 4, 5] {
      let expected = SpectralOracle.energies(SpectralOracle.Map(maps, plane: plane), stride: 2)
      #expect(
        abs(reading.energies[plane].aliasFraction - expected.alias / expected.total) < 3e-6)
      #expect(reading.registrations[plane].difference(from: reading.energies[plane]) < 1e-5)
    }
  }

  @Test("white noise through a ReLU: 0.5113 with DC, 0.75 without")
  func rectifiedNoise() throws {
    var maps = try noise(planes: 64, size: 64)
    for i in 0..<maps.count { maps[i] = max(0, maps[i]) }
    let power = try MapReader(size: 64, stride: 2).read(maps).power
    // 262,144 samples: the fraction scatters by about 0.001.
    #expect(abs(power.aliasFraction - 0.5113) < 0.004)
    #expect(abs(power.aliasFractionAC - 0.75) < 0.004)
  }

  @Test("tones of 64 at stride 2: the box is a box, not a disc", arguments: [12, 14, 15, 17, 20])
  func tones(k: Int) throws {
    let size: HW = 64
    var map = try Tensor(shape: [1, 1, 64, 64])
    for y in 0..<64 {
      for x in 0..<64 {
        map[y * 64 + x] = Float(cosine(Double(k * (y + x) % 64) / 64))
      }
    }
    let fraction = try MapReader(size: size, stride: 2).read(map).energies[0].aliasFraction
    #expect(abs(fraction - (k < 16 ? 0 : 1)) < 1e-6)
  }

  @Test(
    "extreme scales neither overflow nor vanish", arguments: [1e-37, 1e-30, 1e30, 1e37] as [Float])
  func scales(factor: Float) throws {
    var maps = try noise(planes: 2, size: 8)
    let plain = try MapReader(size: 8, stride: 2).read(maps)
    for i in 0..<maps.count { maps[i] *= factor }
    let scaled = try MapReader(size: 8, stride: 2).read(maps, registering: true)
    for plane in 0..<2 {
      // Subnormal samples carry fewer bits.
      let tolerance = factor < 1e-36 ? 1e-4 : 1e-6
      #expect(
        abs(scaled.energies[plane].aliasFraction - plain.energies[plane].aliasFraction) < tolerance)
      #expect(scaled.registrations[plane].difference(from: scaled.energies[plane]) < 1e-5)
    }
  }
}

func cosine(_ turns: Double) -> Double { SpectralOracle.cosine(turns: turns) }
