import MoireSpectral
import MoireTensors
import TestSupport
import Testing

@Suite("Spectra and filters")
struct PowerSpectrumTests {
  static func white(_ size: HW, stride: HW) throws -> PowerSpectrum {
    // An impulse has |X|² = 1 in every bin.
    var map = try Tensor(shape: [1, 1, size.height, size.width])
    map[0] = 1
    return try MapReader(size: size, stride: stride).read(map).power
  }

  // The sums are trapezoid rules of smooth functions, off by O(1/N²); 1e-4 covers N = 512.
  @Test(
    "what binomial filters leave aliased of white noise",
    arguments: zip(
      1...7, [0.75000, 0.33037, 0.14546, 0.06519, 0.02969, 0.01370, 0.00639]))
  func whiteNoiseAtStrideTwo(taps: Int, alias: Double) throws {
    let spectrum = try Self.white(512, stride: 2)
    #expect(abs(try spectrum.filtered(by: .binomial(taps)).aliasFraction - alias) < 1e-4)
  }

  @Test(
    "the same at stride 4",
    arguments: zip(
      1...7, [0.93750, 0.77430, 0.63620, 0.52305, 0.43058, 0.35496, 0.29303]))
  func whiteNoiseAtStrideFour(taps: Int, alias: Double) throws {
    let spectrum = try Self.white(512, stride: 4)
    #expect(abs(try spectrum.filtered(by: .binomial(taps)).aliasFraction - alias) < 1e-4)
  }

  @Test(
    "the ideal filter leaves nothing", arguments: [HW(14, 14), HW(16, 6), HW(10, 30), HW(7, 9)])
  func ideal(size: HW) throws {
    let spectrum = try Self.white(size, stride: 2)
    let filtered = try spectrum.filtered(by: .ideal)
    #expect(filtered.energies.alias == 0)
    #expect(filtered.energies.dc == spectrum.energies.dc)
    #expect(try filtered.filtered(by: .ideal) == filtered)
  }

  @Test("responses: unit gain at DC, half power at bin-2's quarter rate, none is flat")
  func responses() throws {
    for filter in [LowPass.none, .binomial(1), .binomial(4), .ideal] {
      #expect(try filter.response(size: 12, stride: 2)[0] == 1)
    }
    #expect(try LowPass.none.response(size: 5, stride: 2) == [1, 1, 1, 1, 1])
    #expect(abs(try LowPass.binomial(2).response(size: 8, stride: 2)[2] - 0.5.squareRoot()) < 1e-15)
    #expect(try LowPass.binomial(3).response(size: 8, stride: 2)[4] == 0)
    #expect(try LowPass.ideal.response(size: 8, stride: 2) == [1, 1, 0, 0, 0, 0, 0, 1])
    #expect(try LowPass.ideal.response(size: 6, stride: 2) == [1, 1, 0, 0, 0, 1])
    #expect(try LowPass.ideal.response(size: 4, stride: 1) == [1, 1, 1, 1])
    #expect(throws: SpectralError.invalidFilter(taps: 0)) {
      try LowPass.binomial(0).response(size: 4, stride: 2)
    }
  }

  @Test("names go to and fro")
  func names() {
    for filter in [LowPass.none, .binomial(3), .binomial(5), .ideal] {
      #expect(LowPass("\(filter)") == filter)
    }
    #expect("\(LowPass.binomial(3))" == "bin-3")
    for name in ["", "bin-", "bin-0", "bin-x", "Ideal"] { #expect(LowPass(name) == nil) }
  }

  @Test(
    "fold map, radial profile and planes share one total",
    arguments: [
      Problem(14, 2), Problem([15, 8], [3, 4]), Problem([1, 9], [1, 3]),
      Problem([12, 10], [4, 2]),
    ])
  func parseval(problem: Problem) throws {
    let maps = try noise(planes: 5, size: problem.size, mean: 0.2)
    let reading = try MapReader(size: problem.size, stride: problem.stride).read(maps)
    let sum = reading.energies.reduce(0) { $0 + $1.total }
    let alias = reading.energies.reduce(0) { $0 + $1.alias }
    let pooled = reading.power.energies
    // The total is exact, the bins are a float transform's.
    #expect(abs(pooled.total - sum) <= 1e-6 * sum)
    #expect(abs(pooled.alias - alias) <= 1e-6 * sum)
    let fold = try #require(reading.power.foldMap)
    #expect(fold.inBand.count == problem.size.area / problem.stride.area)
    #expect(abs(fold.folded.reduce(0, +) - pooled.alias) <= 1e-12 * sum)
    #expect(abs(fold.inBand.reduce(0, +) - (pooled.total - pooled.alias)) <= 1e-12 * sum)
    let radial = reading.power.radialProfile
    #expect(radial.bins.reduce(0, +) == problem.size.area)
    #expect(abs(radial.power.reduce(0, +) - pooled.total) <= 1e-12 * sum)
    #expect(radial.power[0] == pooled.dc)
  }

  @Test("the pool leak is the variance of the subsampled mean over the shifts")
  func poolLeak() throws {
    let size: HW = [12, 10]
    let stride: HW = [3, 2]
    let maps = try noise(planes: 1, size: size)
    let map = SpectralOracle.Map(maps, plane: 0)
    var means: [Double] = []
    for dy in 0..<3 {
      for dx in 0..<2 {
        var sum = 0.0
        for y in Swift.stride(from: dy, to: 12, by: 3) {
          for x in Swift.stride(from: dx, to: 10, by: 2) { sum += map.values[y * 10 + x] }
        }
        means.append(sum / 20)
      }
    }
    let mean = means.reduce(0, +) / 6
    let variance = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 6
    let leak = try #require(try MapReader(size: size, stride: stride).read(maps).power.poolLeak)
    #expect(abs(leak / Double(size.area * size.area) - variance) <= 1e-5 * variance)
  }

  @Test("spectra add up and refuse strangers")
  func addition() throws {
    let spectrum = try Self.white(6, stride: 2)
    var sum = try PowerSpectrum(size: 6, stride: 2)
    #expect(sum.aliasFraction == 0)
    try sum.add(spectrum)
    sum += spectrum
    #expect(abs(sum.energies.total - 72) < 1e-4)
    #expect(throws: SpectralError.self) { try sum.add(Self.white(6, stride: 3)) }
    #expect(throws: SpectralError.invalidSize(size: [0, 3], stride: 1)) {
      try PowerSpectrum(size: [0, 3], stride: 1)
    }
    #expect(try Self.white(7, stride: 2).foldMap == nil)
    #expect(PowerSpectrum.decibels(0.001, relativeTo: 1) == -30)
    #expect(SpectralLibrary.fftwVersion.hasPrefix("fftw-3"))
    #expect(SpectralLibrary.version.split(separator: ".").count == 3)
  }
}
