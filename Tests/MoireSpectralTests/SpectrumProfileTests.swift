import MoireSpectral
import MoireTensors
import TestSupport
import Testing

/// The power of one plane of doubles, each sample given by its row and column.
func power(
  _ size: HW, stride: HW = 2, _ sample: (Int, Int) -> Double
) throws -> PowerSpectrum {
  let values = (0..<size.area).map { sample($0 / size.width, $0 % size.width) }
  return try RealTransform<Double>(size: size).forward(values).power(stride: stride)
}

/// cos 2π(k_h y / H + k_w x / W).
func tone(_ size: HW, _ ky: Int, _ kx: Int) -> (Int, Int) -> Double {
  { y, x in
    SpectralOracle.cosine(
      turns: Double(ky * y) / Double(size.height) + Double(kx * x) / Double(size.width))
  }
}

@Suite("Slices, ratios, bandwidths, power per plane")
struct SpectrumProfileTests {
  @Test("slices are the bins of the full spectrum", arguments: TransformTests.sizes)
  func slices(size: HW) throws {
    let values = deviates(size.area, seed: 21)
    let spectrum = try power(size) { values[$0 * size.width + $1] }
    let full = spectrum.full
    func bin(_ y: Int, _ x: Int) -> Double {
      full[(y + size.height) % size.height * size.width + (x + size.width) % size.width]
    }
    let rows = spectrum.slice(.degrees90)
    #expect(rows.power == (0...size.height / 2).map { bin($0, 0) })
    #expect(rows.frequencies == (0...size.height / 2).map { Double($0) / Double(size.height) })
    let columns = spectrum.slice(.degrees0)
    #expect(columns.power == (0...size.width / 2).map { bin(0, $0) })
    #expect(columns.frequencies == (0...size.width / 2).map { Double($0) / Double(size.width) })
    let longer = max(size.height, size.width)
    for (slice, sign) in [(SpectrumSlice.degrees45, 1), (.degrees135, -1)] {
      let diagonal = spectrum.slice(slice)
      #expect(diagonal.power.count == longer / 2 + 1)
      for r in 0...longer / 2 {
        // The lower of two equally near bins.
        let y = (0...size.height / 2).min { near($0, size.height) < near($1, size.height) }!
        let x = (0...size.width / 2).min { near($0, size.width) < near($1, size.width) }!
        func near(_ k: Int, _ n: Int) -> Int { abs(2 * k * longer - 2 * r * n) }
        #expect(diagonal.power[r] == bin(sign * y, x))
        let (v, u) = (Double(y) / Double(size.height), Double(x) / Double(size.width))
        #expect(abs(diagonal.frequencies[r] - (v * v + u * u).squareRoot()) < 1e-15)
      }
    }
  }

  @Test("a tone shows on its own slice only, at its own radius")
  func tones() throws {
    let size: HW = 32
    for (k, slice, radius) in [
      ((0, 5), SpectrumSlice.degrees0, 5.0 / 32), ((7, 0), .degrees90, 7.0 / 32),
      ((6, 6), .degrees45, 6 * 2.0.squareRoot() / 32),
      ((-6, 6), .degrees135, 6 * 2.0.squareRoot() / 32),
    ] {
      let spectrum = try power(size, tone(size, k.0, k.1))
      for other in SpectrumSlice.allCases {
        let profile = spectrum.slice(other)
        let peak = try #require(profile.power.max())
        #expect((peak > 1) == (other == slice))
        if other == slice {
          let at = try #require(profile.power.firstIndex(of: peak))
          #expect(abs(profile.frequencies[at] - radius) < 1e-15)
          #expect(abs(peak - 512 * 512) < 1e-6)
        }
      }
    }
  }

  @Test("alias-to-signal is folded over in-band", arguments: MapReaderTests.exact)
  func aliasToSignal(problem: Problem) throws {
    let values = deviates(problem.size.area, seed: 22)
    let spectrum = try power(problem.size, stride: problem.stride) {
      values[$0 * problem.size.width + $1]
    }
    let fold = try #require(spectrum.foldMap)
    let ratio = try #require(spectrum.aliasToSignal)
    #expect(ratio.count == fold.size.area)
    for k in ratio.indices {
      let expected = fold.folded[k] == 0 ? 0 : fold.folded[k] / fold.inBand[k]
      #expect(abs(ratio[k] - expected) <= 1e-12 * expected)
    }
  }

  @Test("alias-to-signal without signal, without alias, without an exact stride")
  func aliasToSignalEdges() throws {
    var spectrum = try PowerSpectrum(size: 8, stride: 2)
    #expect(spectrum.aliasToSignal == [Double](repeating: 0, count: 16))
    // (3, 0) folds onto (−1, 0), row 3 of the box.
    spectrum = try power(8, tone(8, 3, 0)).filtered(by: .none)
    let ratio = try #require(spectrum.aliasToSignal)
    #expect(ratio[3 * 4] > 1e20 && ratio[4] > 1e20)
    #expect(try PowerSpectrum(size: [7, 8], stride: 2).aliasToSignal == nil)
  }

  @Test(
    "centred: DC in the middle, a permutation of the full spectrum", arguments: TransformTests.sizes
  )
  func centred(size: HW) throws {
    let values = deviates(size.area, seed: 23)
    let spectrum = try power(size) { values[$0 * size.width + $1] + 5 }
    let shown = spectrum.centred
    #expect(shown.sorted() == spectrum.full.sorted())
    #expect(shown[size.height / 2 * size.width + size.width / 2] == spectrum.values[0])
  }

  @Test("bandwidths of a tone and of flat bands", arguments: [HW(32, 32), [24, 40], [21, 35]])
  func bandwidths(size: HW) throws {
    let (ky, kx) = (3, 5)
    let (v, u) = (Double(ky) / Double(size.height), Double(kx) / Double(size.width))
    let single = try power(size) { 100 + tone(size, ky, kx)($0, $1) }.bandwidth()
    #expect(single.containing == .init(height: v, width: u))
    #expect(abs(single.containingRadius - (v * v + u * u).squareRoot()) < 1e-15)
    #expect(abs(single.rms.height - v) < 1e-12 && abs(single.rms.width - u) < 1e-12)
    #expect(abs(single.rmsRadius - (v * v + u * u).squareRoot()) < 1e-12)
    // Two bins of equal power an axis: 2 / (2 N).
    #expect(abs(single.noise.height - 1 / Double(size.height)) < 1e-12)
    #expect(abs(single.noise.width - 1 / Double(size.width)) < 1e-12)
    // An impulse is flat to ½: containment of all reaches the last bin.
    let flat = try power(size) { $0 == 0 && $1 == 0 ? 1 : 0 }.bandwidth(share: 1, includingDC: true)
    let last = HW(size.height / 2, size.width / 2)
    #expect(flat.containing.height == Double(last.height) / Double(size.height))
    #expect(flat.containing.width == Double(last.width) / Double(size.width))
    #expect(abs(flat.noise.height - 0.5) < 1e-12 && abs(flat.noise.width - 0.5) < 1e-12)
    // Σ f² over a grid of N bins is 1/12 (1 ∓ 1/N²) + ….
    #expect(abs(flat.rms.height - 0.5 / 3.0.squareRoot()) < 1 / Double(size.height))
  }

  @Test("containment against a sort of all bins", arguments: TransformTests.sizes)
  func containment(size: HW) throws {
    let values = deviates(size.area, seed: 24)
    let spectrum = try power(size) { values[$0 * size.width + $1] + 1 }
    let full = spectrum.full
    for share in [0.1, 0.5, 0.95] {
      let got = try spectrum.bandwidth(share: share)
      var bins: [(v: Double, u: Double, power: Double)] = []
      for n in 1..<max(1, size.area) {
        let (y, x) = (n / size.width, n % size.width)
        bins.append(
          (
            Double(min(y, size.height - y)) / Double(size.height),
            Double(min(x, size.width - x)) / Double(size.width), full[n]
          ))
      }
      let total = bins.reduce(0) { $0 + $1.power }
      func smallest(_ extent: ((v: Double, u: Double, power: Double)) -> Double) -> Double {
        var sum = 0.0
        var reach = 0.0
        for bin in bins.sorted(by: { extent($0) < extent($1) }) where sum < share * total {
          sum += bin.power
          reach = extent(bin)
        }
        return reach
      }
      #expect(got.containing.height == smallest(\.v))
      #expect(got.containing.width == smallest(\.u))
      #expect(
        abs(got.containingRadius - smallest { $0.v * $0.v + $0.u * $0.u }.squareRoot()) < 1e-15)
    }
  }

  // Bins (0, 5) and (3, 4) have the same radius, but not in rounded squares of k / N.
  @Test("equal radii are one radius, whatever the size", arguments: 9...40)
  func equalRadii(size: Int) throws {
    let flat = try power(HW(size, size)) { $0 == 0 && $1 == 0 ? 1 : 0 }
    for share in [0.05, 0.3, 0.7, 0.99] {
      let radius = try flat.bandwidth(share: share).containingRadius * Double(size)
      // Every bin of that radius is inside: energy within it by counting integers.
      let square = (radius * radius).rounded()
      #expect(abs(radius * radius - square) < 1e-9)
      let bins = SpectralOracle.bins(size)
      func count(_ limit: Int) -> Int {
        bins.reduce(0) { sum, y in sum + bins.count { y * y + $0 * $0 <= limit } } - 1
      }
      let all = Double(size * size - 1)
      #expect(Double(count(Int(square))) >= share * all * (1 - 1e-12))
      #expect(Double(count(Int(square) - 1)) < share * all * (1 + 1e-12))
    }
  }

  @Test("no energy, no bandwidth; a share outside (0, 1] and infinite energy are refused")
  func bandwidthEdges() throws {
    let empty = try PowerSpectrum(size: [4, 6], stride: 2)
    let none = try empty.bandwidth()
    #expect(none.containing == .init(height: 0, width: 0) && none.rmsRadius == 0)
    for share in [0, -1, 1.5, .nan] {
      #expect(throws: SpectralError.self) { try empty.bandwidth(share: share) }
    }
    // A constant map has no variation, and all its energy at 0.
    let constant = try power([4, 6]) { _, _ in 2 }
    #expect(try constant.bandwidth(includingDC: true).containingRadius == 0)
    let broken = try RealTransform<Double>(size: 4).forward([Double](repeating: .nan, count: 16))
    #expect(throws: SpectralError.self) { try broken.power(stride: 2).bandwidth() }
  }

  @Test(
    "power per plane equals the plane read alone and sums to the pool",
    arguments: MapReaderTests.exact, [Boundary.periodic, .mirror, .hann])
  func planePowers(problem: Problem, boundary: Boundary) throws {
    let reader = try MapReader(size: problem.size, stride: problem.stride, boundary: boundary)
    // A dead plane, a constant one, one much stronger than its neighbours.
    var values = try noise(planes: 21, size: problem.size, mean: 2).values
    let area = problem.size.area
    for n in 0..<area {
      values[3 * area + n] = 0
      values[4 * area + n] = 0.1
      values[5 * area + n] *= 1e6
    }
    let maps = try Tensor(shape: [3, 7, problem.size.height, problem.size.width], values: values)
    let powers = try reader.planePowers(of: maps)
    let pool = try reader.read(maps)
    #expect(powers.count == 21)
    var sum = try PowerSpectrum(size: reader.gridSize, stride: problem.stride)
    for plane in 0..<21 {
      let alone = try reader.read(
        Tensor(
          shape: [1, 1, problem.size.height, problem.size.width],
          values: Array(values[plane * area..<(plane + 1) * area])))
      let energies = powers[plane].energies
      let total = alone.power.energies.total
      #expect(abs(energies.total - total) <= 2e-6 * total)
      #expect(abs(energies.alias - alone.power.energies.alias) <= 2e-6 * total)
      let worst = zip(powers[plane].values, alone.power.values).reduce(0) {
        max($0, abs($1.0 - $1.1))
      }
      #expect(worst <= 2e-6 * total)
      sum += powers[plane]
    }
    let scale = pool.power.energies.total
    #expect(zip(sum.values, pool.power.values).allSatisfy { abs($0 - $1) <= 2e-6 * scale })
  }
}
