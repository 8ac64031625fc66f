import MoireSpectral
import MoireTensors
import TestSupport
import Testing

/// Mistakes of other software in measuring, each kept out by a test of its name.
@Suite("Measuring bugs of others")
struct PeerRegressionTests {
  @Test("box, not circle: tones (12, 12) and (14, 14) of 64 do not alias at stride 2")
  func boxNotCircle() throws {
    for k in [12, 14] {
      let spectrum = try power(64, tone(64, k, k))
      #expect(spectrum.aliasFraction < 1e-25)
      let identity = try IdentityReader(size: 64, stride: 2)
        .read((0..<4096).map { tone(64, k, k)($0 / 64, $0 % 64) })
      #expect(identity[0].aliasFraction.measured < 1e-25)
      // Their radius is beyond the circle of ¼.
      #expect(try spectrum.bandwidth().containingRadius > 0.25)
    }
    for k in [(17, 0), (0, 17), (20, 20)] {
      #expect(try power(64, tone(64, k.0, k.1)).aliasFraction > 1 - 1e-12)
    }
  }

  // 1 − aliasFraction of white noise is a mean over N² independent bins: 64 planes of 64² leave a
  // standard deviation of √(¾ ¼ / (64 · 2048)) = 0.0012.
  @Test("white noise at stride 2: box 0.75, not the circle's 0.804; with DC after a ReLU 0.5113")
  func whiteNoise() throws {
    let maps = try noise(planes: 64, size: 64, seed: 3)
    let reader = try MapReader(size: 64, stride: 2)
    #expect(abs(try reader.read(maps).power.aliasFraction - 0.75) < 0.006)
    let rectified = try Tensor(shape: maps.shape, values: maps.values.map { max(0, $0) })
    let power = try reader.read(rectified).power
    #expect(abs(power.aliasFraction - 0.5113) < 0.006)
    #expect(abs(power.aliasFractionAC - 0.75) < 0.006)
  }

  @Test("the shared Nyquist bin goes by rule: −M/2 in, +M/2 out, on 7×7 and 8×8 maps too")
  func nyquistByRule() throws {
    // Bin 2 of 8 at stride 2 (M = 4): −2 in, +2 out, half of the tone's energy.
    #expect(abs(try power(8, tone(8, 2, 0)).aliasFraction - 0.5) < 1e-12)
    #expect(abs(try power(8, tone(8, 0, 2)).aliasFraction - 0.5) < 1e-12)
    #expect(try power(7, tone(7, 1, 0)).aliasFraction < 1e-25)
    #expect(abs(try power(7, tone(7, 2, 0)).aliasFraction - 1) < 1e-12)
    for size in [HW(7, 7), 8] {
      let stride = size.height == 7 ? 7 : 2
      let reading = try IdentityReader(size: size, stride: HW(stride, stride))
        .read(deviates(size.area, seed: 4))
      #expect(reading[0].difference < 1e-12)
    }
  }

  @Test("half-spectrum weights: the Nyquist column counts once, and only where the width is even")
  func halfSpectrumWeights() throws {
    for size in [HW(6, 8), [6, 7], [5, 1], [5, 2], [1, 9]] {
      let values = deviates(size.area, seed: 5)
      let energy = Double(size.area) * values.reduce(0) { $0 + $1 * $1 }
      let total = try power(size) { values[$0 * size.width + $1] }.energies.total
      #expect(abs(total - energy) < 1e-12 * energy)
    }
  }

  @Test("power is averaged, not spectra of averaged maps: opposite planes do not cancel")
  func averagesPower() throws {
    let map = try noise(planes: 1, size: 16)
    let both = try Tensor(shape: [1, 2, 16, 16], values: map.values + map.values.map { -$0 })
    let reader = try MapReader(size: 16, stride: 2)
    let one = try reader.read(map).power.energies.total
    #expect(abs(try reader.read(both).power.energies.total - 2 * one) < 1e-6 * one)
  }

  @Test("the inverse keeps its input, in 2-D and for every size", arguments: TransformTests.sizes)
  func inverseKeepsInput(size: HW) throws {
    let transform = try RealTransform<Float>(size: size)
    let spectra = try transform.forward(deviates(2 * size.area, seed: 6).map(Float.init))
    let before = spectra.values.map(\.bitPattern)
    _ = try transform.inverse(spectra)
    #expect(spectra.values.map(\.bitPattern) == before)
  }

  @Test("what a real plane cannot have is dropped: column 0 enters by its Hermitian part")
  func hermitianPart() throws {
    let size: HW = [5, 6]
    let transform = try RealTransform<Double>(size: size)
    let any = try HalfSpectra(size: size, count: 1, values: deviates(5 * 4 * 2, seed: 7))
    var symmetric = any
    for column in [0, 3] {
      for row in 0..<5 {
        let (a, b) = (any[0, row, column], any[0, (5 - row) % 5, column])
        let at = 2 * (row * 4 + column)
        symmetric.values[at] = (a.real + b.real) / 2
        symmetric.values[at + 1] = (a.imaginary - b.imaginary) / 2
      }
    }
    #expect(
      relativeDistance(try transform.inverse(any), try transform.inverse(symmetric)) < 1e-14)
  }

  @Test("maps that are not square: height and width keep their places")
  func notSquare() throws {
    let size: HW = [8, 12]
    let rows = try power(size, stride: [2, 1], tone(size, 3, 0))
    #expect(rows.aliasFraction > 1 - 1e-12)
    #expect(try power(size, stride: [1, 2], tone(size, 3, 0)).aliasFraction < 1e-25)
    #expect(rows.slice(.degrees90).power[3] > 1 && rows.slice(.degrees0).power[3] < 1e-20)
  }
}
