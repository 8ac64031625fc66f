import MoireSpectral
import MoireTensors
import TestSupport
import Testing

@Suite("The three exact identities")
struct IdentityTests {
  static let golden: [Problem] = [
    Problem([14, 14], 2), Problem([18, 30], 2), Problem([16, 16], 2), Problem([15, 21], 3),
    Problem([28, 20], 4), Problem([64, 64], 4),
  ]

  // Rounding of a fraction p is about 2 √p 1e-16 √log n: far below 1e-13, 1e-10 of the floor 1e-3.
  @Test("hold to 1e-10 in double at the sizes of the survey", arguments: golden)
  func goldenSizes(problem: Problem) throws {
    let reader = try IdentityReader(size: problem.size, stride: problem.stride)
    for (seed, mean) in [(1, 0.0), (2, 0.5), (3, -30)] {
      let reading = try #require(
        try reader.read(deviates(problem.size.area, seed: UInt64(seed)).map { $0 + mean }).first)
      #expect(reading.kind == .alive)
      #expect(reading.difference < 1e-12)
      #expect(reading.aliasFraction.predicted > 1e-4)
    }
  }

  @Test(
    "both sides equal the naive evaluation", arguments: golden.dropLast() + MapReaderTests.exact)
  func equalsOracle(problem: Problem) throws {
    let maps = try noise(planes: 3, size: problem.size, mean: 0.3)
    let readings = try IdentityReader(size: problem.size, stride: problem.stride).read(maps)
    let shifts = Double(problem.stride.area)
    for (plane, reading) in readings.enumerated() where reading.kind == .alive {
      let map = SpectralOracle.Map(maps, plane: plane)
      let energies = SpectralOracle.energies(map, stride: problem.stride)
      let registered = SpectralOracle.registration(map, stride: problem.stride)
      let scale = 1e-12 * registered.energy
      #expect(abs(reading.energy.predicted - energies.total / shifts) < scale)
      #expect(abs(reading.energy.measured - registered.energy) < scale)
      #expect(abs(reading.deviation.predicted - energies.alias / shifts) < scale)
      #expect(abs(reading.deviation.measured - registered.deviation) < scale)
      let brute = ShiftOracle(map, stride: problem.stride)
      #expect(abs(reading.shiftError.measured - brute.error) < scale)
      #expect(abs(reading.shiftError.predicted - brute.error) < scale)
      #expect(abs(reading.coherent.predicted - brute.coherent) < scale)
      #expect(abs(reading.coherent.measured - brute.coherent) < scale)
      #expect(abs(reading.incoherent.measured - registered.deviation / shifts) < scale)
      #expect(abs(reading.poolVariance.measured - brute.pool) < scale)
      #expect(abs(reading.poolVariance.predicted - brute.pool) < scale)
    }
  }

  @Test("two thousand random sizes, strides and complex filters, to 1e-10 in double")
  func randomFilters() throws {
    var generator = SeededGenerator(seed: 41)
    var worst = 0.0
    var alive = 0
    for _ in 0..<2000 {
      let stride = HW(
        Int.random(in: 1...5, using: &generator), .random(in: 1...5, using: &generator))
      let size = HW(
        stride.height * .random(in: 1...7, using: &generator),
        stride.width * .random(in: 1...7, using: &generator))
      var filters: [IdentityReader.Response?] = []
      for length in [size.height, size.width] {
        let kind = Int.random(in: 0...2, using: &generator)
        filters.append(
          kind == 0
            ? nil
            : .init(
              real: (0..<length).map { _ in generator.normal() },
              imaginary: kind == 1 ? [] : (0..<length).map { _ in generator.normal() }))
      }
      let reader = try IdentityReader(
        size: size, stride: stride, rows: filters[0], columns: filters[1])
      let mean = generator.normal() * 3
      let readings = try reader.read((0..<size.area).map { _ in generator.normal() + mean })
      guard readings[0].kind == .alive else { continue }
      alive += 1
      worst = max(worst, readings[0].difference, energyDifference(readings[0]))
    }
    #expect(worst < 1e-10, "worst of \(alive): \(worst)")
    #expect(alive > 1800)
  }

  @Test("five hundred random maps of floats, to 1e-5")
  func floats() throws {
    var generator = SeededGenerator(seed: 42)
    var worst = 0.0
    for _ in 0..<500 {
      let stride = HW(
        Int.random(in: 1...4, using: &generator), .random(in: 1...4, using: &generator))
      let size = HW(
        stride.height * .random(in: 2...9, using: &generator),
        stride.width * .random(in: 2...9, using: &generator))
      let values = (0..<2 * size.area).map { _ in Float(1000 + generator.normal()) }
      let maps = try Tensor(shape: [2, 1, size.height, size.width], values: values)
      for reading in try IdentityReader(size: size, stride: stride).read(maps) {
        worst = max(worst, reading.difference)
      }
    }
    #expect(worst < 1e-5)
  }

  func energyDifference(_ reading: Identities) -> Double {
    abs(reading.energy.predicted - reading.energy.measured) / reading.energy.predicted
  }

  @Test("a filter's phases change the coherent part and leave the alias fraction")
  func phases() throws {
    let size: HW = [16, 24]
    let maps = deviates(size.area, seed: 12)
    // rect-2: ½ + ½z has half a sample of delay that its magnitude leaves out.
    func rect(_ n: Int) -> IdentityReader.Response {
      .init(
        real: (0..<n).map { 0.5 + 0.5 * SpectralOracle.cosine(turns: Double($0) / Double(n)) },
        imaginary: (0..<n).map {
          0.5 * SpectralOracle.cosine(turns: Double($0) / Double(n) - 0.25)
        })
    }
    let whole = try IdentityReader(size: size, stride: 2, rows: rect(16), columns: rect(24))
      .read(maps)[0]
    let magnitude = try IdentityReader(size: size, stride: 2, filter: .binomial(2)).read(maps)[0]
    #expect(abs(whole.aliasFraction.predicted - magnitude.aliasFraction.predicted) < 1e-14)
    #expect(abs(whole.coherent.measured / magnitude.coherent.measured - 1) > 0.01)
    #expect(whole.difference < 1e-12 && magnitude.difference < 1e-12)
  }

  @Test("an ideal filter leaves nothing, the pool leaks less than aliases")
  func idealAndPool() throws {
    let maps = deviates(3 * 24 * 18, seed: 13)
    for reading in try IdentityReader(size: [24, 18], stride: [3, 2], filter: .ideal).read(maps) {
      #expect(reading.aliasFraction.predicted < 1e-28 && reading.aliasFraction.measured < 1e-28)
      #expect(reading.shiftFraction.measured < 1e-28 && reading.poolFraction.measured < 1e-28)
    }
    for reading in try IdentityReader(size: [24, 18], stride: [3, 2]).read(maps) {
      #expect(reading.poolFraction.measured < reading.aliasFraction.measured)
      #expect(reading.poolFraction.measured > 0)
    }
    // Without subsampling there is nothing to predict.
    for reading in try IdentityReader(size: [24, 18], stride: 1).read(maps) {
      #expect(reading.aliasFraction.predicted == 0 && reading.aliasFraction.measured < 1e-28)
    }
  }

  @Test("dead and constant planes are told apart, kept out, and keep their energy")
  func kinds() throws {
    let size: HW = [6, 8]
    var planes = [Double](repeating: 0, count: 48)
    planes += [Double](repeating: 0.1, count: 48)
    planes += (0..<48).map { 1e8 + ($0.isMultiple(of: 2) ? 1e-5 : 0) }
    planes += (0..<48).map { 1e-200 * Double($0 % 5) }
    let readings = try IdentityReader(size: size, stride: 2).read(planes)
    #expect(readings.map(\.kind) == [.dead, .constant, .constant, .alive])
    #expect(readings[0].energy.measured == 0 && readings[0].difference == 0)
    #expect(abs(readings[1].energy.measured - 48 * 48 * 0.01 / 4) < 1e-12)
    #expect(readings[1].deviation.measured == 0 && readings[2].deviation.measured == 0)
    #expect(readings[3].difference < 1e-12 && readings[3].aliasFraction.predicted > 0.01)
    // A difference that a float map may well show is a signal in double.
    let fine = (0..<48).map { 1 + ($0.isMultiple(of: 2) ? 1e-9 : 0) }
    #expect(try IdentityReader(size: size, stride: 2).read(fine)[0].kind == .alive)
    // Nothing passes a filter that is closed.
    let closed = IdentityReader.Response(real: [Double](repeating: 0, count: 8))
    let reader = try IdentityReader(size: size, stride: 2, columns: closed)
    #expect(try reader.read(deviates(48, seed: 1))[0].kind == .dead)
  }

  @Test("refusals")
  func refusals() throws {
    #expect(throws: SpectralError.notExact(size: [9, 8], stride: 2, boundary: .periodic)) {
      try IdentityReader(size: [9, 8], stride: 2)
    }
    #expect(throws: SpectralError.notExact(size: [4, 4], stride: 8, boundary: .periodic)) {
      try IdentityReader(size: [4, 4], stride: 8)
    }
    #expect(throws: SpectralError.invalidSize(size: [0, 8], stride: 2)) {
      try IdentityReader(size: [0, 8], stride: 2)
    }
    #expect(throws: SpectralError.valueCount(expected: 8, count: 7)) {
      try IdentityReader(
        size: 8, stride: 2, columns: .init(real: [Double](repeating: 1, count: 7)))
    }
    #expect(throws: SpectralError.self) {
      try IdentityReader(
        size: 8, stride: 2, rows: .init(real: [Double](repeating: .nan, count: 8)))
    }
    #expect(throws: SpectralError.invalidFilter(taps: 0)) {
      try IdentityReader(size: 8, stride: 2, filter: .binomial(0))
    }
    let reader = try IdentityReader(size: 4, stride: 2)
    #expect(throws: SpectralError.valueCount(expected: 16, count: 17)) {
      try reader.read([Double](repeating: 1, count: 17))
    }
    for bad in [Double.nan, .infinity, 1e300] {
      var planes = deviates(32, seed: 2)
      planes[20] = bad
      #expect(throws: SpectralError.notFinite(plane: 1)) { try reader.read(planes) }
    }
    #expect(throws: SpectralError.mapMismatch(expected: 4, shape: [1, 1, 4, 5])) {
      try reader.read(Tensor(shape: [1, 1, 4, 5]))
    }
    #expect(try reader.read([Double]()).isEmpty)
  }
}
