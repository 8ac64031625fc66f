import Foundation
import MoireSpectral
import MoireTensors
import Testing

@Suite("Filtered activations")
struct FilteredActivationTests {
  static let kinds: [(Pointwise, @Sendable (Double) -> Double)] = [
    (.relu, { max($0, 0) }),
    (.relu6, { min(max($0, 0), 6) }),
    (.leakyReLU(alpha: 0.2), { $0 > 0 ? $0 : 0.2 * $0 }),
    (.elu(alpha: 0.7), { $0 > 0 ? $0 : 0.7 * expm1($0) }),
    (.silu, { $0 / (1 + exp(-$0)) }),
    (.gelu, { $0 / 2 * erfc(-$0 / 2.0.squareRoot()) }),
    (
      .geluTanh,
      { $0 / 2 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) }
    ),
    (.tanh, { tanh($0) }),
    (.sigmoid, { 1 / (1 + exp(-$0)) }),
    (.hardSwish, { $0 * min(max($0 + 3, 0), 6) / 6 }),
    (.hardSigmoid, { min(max($0 + 3, 0), 6) / 6 }),
    (.softplus, { max($0, 0) + log1p(exp(-abs($0))) }),
    (.polynomial([0.5, -1, 0.25, 0.125]), { 0.5 - $0 + 0.25 * $0 * $0 + 0.125 * $0 * $0 * $0 }),
    (.custom { for i in $0.indices { $0[i] = abs($0[i]) } }, { abs($0) }),
  ]

  /// φ(x) − r and φ(x) without the bins at N/2, and r, by the definition.
  static func oracle(
    _ map: [Double], _ size: HW, factor: Int, _ f: (Double) -> Double
  ) -> (result: [Double], total: Double, alias: Double) {
    let fine = HW(size.height * factor, size.width * factor)
    let raised = ResamplingOracle.apply(
      ResamplingOracle.ideal(size.height, fine.height),
      ResamplingOracle.ideal(size.width, fine.width), to: map, size: size
    ).map(f)
    let down = (
      ResamplingOracle.ideal(fine.height, size.height, edge: factor == 1 ? 0.5 : 0),
      ResamplingOracle.ideal(fine.width, size.width, edge: factor == 1 ? 0.5 : 0)
    )
    let result = ResamplingOracle.apply(down.0, down.1, to: raised, size: fine)
    // The identity less the bin at N/2.
    func without(_ n: Int) -> ResamplingOracle.Matrix {
      (0..<n).map { i in
        (0..<n).map { j in
          (i == j ? 1 : 0) - (n % 2 == 0 ? ((i + j) % 2 == 0 ? 1 : -1) / Double(n) : 0)
        }
      }
    }
    let rows = without(size.height)
    let columns = without(size.width)
    let value = ResamplingOracle.apply(rows, columns, to: map.map(f), size: size)
    let kept = ResamplingOracle.apply(rows, columns, to: result, size: size)
    let alias = zip(value, kept).reduce(0) { $0 + pow($1.0 - $1.1, 2) }
    return (result, value.reduce(0) { $0 + $1 * $1 }, alias)
  }

  @Test("Every function, odd, even, prime and single sizes against the definition")
  func oracle() throws {
    var random = SeededGenerator(seed: 11)
    let sizes = [1, 2, 3, 6, 7, 8, 10, 13, 14]
    for problem in 0..<84 {
      let (pointwise, f) = Self.kinds[problem % Self.kinds.count]
      let size = HW(
        sizes[random.integer(in: 0..<sizes.count)], sizes[random.integer(in: 0..<sizes.count)])
      let factor = random.integer(in: 1..<5)
      let maps = try noise(planes: 3, size: size, mean: 0.3)
      let activation = try FilteredActivation(size: size, pointwise, factor: factor)
      let (got, readings) = (try activation(maps), try activation.read(maps))
      let plane = random.integer(in: 0..<3)
      let expected = Self.oracle(maps.plane(plane), size, factor: factor, f)
      let doubled = Self.oracle(maps.plane(plane), size, factor: 2 * factor, f)
      // Four transforms, and functions within 2 ulp.
      #expect(
        zip(got.plane(plane), expected.result).allSatisfy { abs($0 - $1) < 8e-6 },
        "\(pointwise) on \(size), u = \(factor)")
      let reading = readings[plane]
      #expect(abs(reading.total - expected.total) < 1e-5 * max(expected.total, 1e-3))
      #expect(abs(reading.alias - expected.alias) < 1e-5 * max(expected.total, 1e-3))
      #expect(abs(reading.aliasDoubled - doubled.alias) < 1e-5 * max(expected.total, 1e-3))
    }
  }

  @Test("A polynomial of degree 2u − 1 does not alias in r: r is the exact product's baseband")
  func polynomial() throws {
    // (cos a)³ = ¾ cos a + ¼ cos 3a: on 8 samples with a = 2π·3n/8 the third harmonic, bin 9, folds
    // onto bin 1 when the cube is taken on the grid, and must be gone from r.
    let tone = try Tensor.map([1, 8]) { _, _, x in cos(2 * .pi * 3 * Double(x) / 8) }
    let cube = try FilteredActivation(size: [1, 8], .polynomial([0, 0, 0, 1]), factor: 2)
    let got = try cube(tone)
    for x in 0..<8 {
      #expect(abs(Double(got[x]) - 0.75 * cos(2 * .pi * 3 * Double(x) / 8)) < 1e-6)
    }
    let reading = try cube.read(tone)[0]
    // Energies ½·(¾)² and ½·(¼)² a sample.
    #expect(abs(reading.fraction - 0.1) < 1e-6)
    #expect(reading.error < 1e-6)
  }

  @Test("PolyAct's highest coefficient counts: x³ at 2 is 8")
  func highestCoefficient() throws {
    let two = try Tensor(shape: [1, 1, 1, 1], values: [2])
    let values = [1: Float(2), 2: 4, 3: 8, 4: 16]
    for (degree, expected) in values {
      let coefficients = [Double](repeating: 0, count: degree) + [1]
      let power = try FilteredActivation(size: 1, .polynomial(coefficients), factor: 1)
      #expect(try power(two)[0] == expected)
    }
  }

  @Test("Factor 1 is φ alone: nothing aliases by definition; an even map of a linear φ loses N/2")
  func factorOne() throws {
    let maps = try noise(planes: 20, size: [6, 7], mean: 0)
    let relu = try FilteredActivation(size: [6, 7], .relu, factor: 1)
    #expect(try relu(maps).values == maps.values.map { max($0, 0) })
    #expect(try relu.read(maps).allSatisfy { $0.alias == 0 })
    // The identity as a polynomial: r is x without the dropped bins, and its reading is 0.
    let identity = try FilteredActivation(size: [6, 7], .polynomial([0, 1]), factor: 4)
    #expect(try identity.read(maps).allSatisfy { $0.fraction < 1e-12 && $0.error < 1e-12 })
  }

  @Test(
    "On a tone ReLU aliases more than GELU; the error falls with u; readings do not see the scale")
  func comparisons() throws {
    let maps = try Tensor.map([16, 16], planes: 16) { c, y, x in
      2 * cos(2 * .pi * (3 * Double(x) + Double(c % 4 * y)) / 16 + 0.1 * Double(c))
    }
    func mean(_ pointwise: Pointwise, _ factor: Int) throws -> (Double, Double) {
      let readings = try FilteredActivation(size: 16, pointwise, factor: factor).read(maps)
      return (
        readings.map(\.fraction).reduce(0, +) / 16, readings.map(\.error).reduce(0, +) / 16
      )
    }
    let relu = try mean(.relu, 4)
    let gelu = try mean(.gelu, 4)
    let coarse = try mean(.relu, 2)
    #expect(relu.0 > gelu.0)
    #expect(relu.1 < coarse.1)
    var scaled = maps
    for index in scaled.values.indices {
      scaled[index] *= Float(sign: .plus, exponent: (index / 256 % 2) * 40 - 20, significand: 1)
    }
    let activation = try FilteredActivation(size: 16, .relu)
    for (a, b) in zip(try activation.read(maps), try activation.read(scaled)) {
      #expect(abs(a.fraction - b.fraction) < 1e-6)
    }
  }

  @Test("Dead planes, planes that are not finite, functions that are not finite, threads")
  func planesApart() throws {
    var maps = try noise(planes: 33, size: [6, 10], mean: 0)
    for index in 0..<60 { maps[index] = 0 }
    let relu = try FilteredActivation(size: [6, 10], .relu)
    let clean = try relu(maps)
    #expect(clean.values[0..<60].allSatisfy { $0 == 0 })
    #expect(try relu.read(maps)[0] == ActivationReading(total: 0, alias: 0, aliasDoubled: 0))
    #expect(try relu.read(maps)[0].fraction == 0)
    for threads in [2, 5] {
      #expect(try relu(maps, threads: threads) == clean)
      #expect(try relu.read(maps, threads: threads) == relu.read(maps))
    }
    maps[130] = .infinity
    let got = try relu(maps)
    #expect(got.values[120..<180].allSatisfy { $0.isNaN })
    #expect(got.values[0..<120] == clean.values[0..<120])
    #expect(got.values[180...] == clean.values[180...])
    #expect(throws: SpectralError.notFinite(plane: 2)) { try relu.read(maps) }
    // 1 / x is infinite on the plane of zeros alone.
    maps[130] = 1
    for index in 60..<maps.count { maps[index] = 2 + maps[index] / 16 }
    let inverse = try FilteredActivation(
      size: [6, 10], .custom { for i in $0.indices { $0[i] = 1 / $0[i] } })
    let inverted = try inverse(maps)
    #expect(inverted.values[0..<60].allSatisfy { $0.isNaN })
    #expect(inverted.values[60...].allSatisfy { $0.isFinite })
  }

  @Test("Refusals")
  func refusals() throws {
    #expect(throws: SpectralError.self) { try FilteredActivation(size: 4, .relu, factor: 0) }
    #expect(throws: SpectralError.self) { try FilteredActivation(size: 4, .polynomial([])) }
    #expect(throws: SpectralError.self) { try FilteredActivation(size: 4, .elu(alpha: .nan)) }
    #expect(throws: SpectralError.invalidSize(size: [4, 0], stride: 1)) {
      try FilteredActivation(size: [4, 0], .relu)
    }
  }
}
