import MoireSpectral
import MoireTensors
import TestSupport
import Testing

@Suite("BlurPool on the torus")
struct BlurPoolTorusTests {
  /// x_d(n) = x(n + d) on a circular grid.
  static func shifted(_ maps: Tensor, by d: HW) throws -> Tensor {
    let (height, width) = (maps.shape[2], maps.shape[3])
    var values = maps.values
    for p in 0..<maps.shape[0] * maps.shape[1] {
      for y in 0..<height {
        for x in 0..<width {
          let from = (y + d.height) % height * width + (x + d.width) % width
          values[(p * height + y) * width + x] = maps[p * height * width + from]
        }
      }
    }
    return try Tensor(shape: maps.shape, values: values)
  }

  @Test("a shift by the stride shifts the output by one, to the bit", arguments: 2...7)
  func covariance(taps: Int) throws {
    for (size, stride) in [
      (HW(8, 12), HW(2, 2)), ([12, 9], [4, 3]), ([14, 8], [2, 4]), ([6, 36], 3),
    ] {
      for convention in [BlurPool.Convention.zhang, .auto, .kornia] {
        let pool = BlurPool(
          convention, filterSize: HW(taps, taps), stride: stride, padding: .circular)
        let maps = try noise(planes: 17, size: size, seed: 5)
        let plain = try pool(maps)
        let moved = try pool(Self.shifted(maps, by: HW(3 * stride.height, stride.width)))
        #expect(try moved == Self.shifted(plain, by: [3, 1]))
      }
    }
  }

  // Peers differ on the order; without a nonlinearity and with circular padding it cannot matter.
  @Test("a circular convolution commutes with the blur; with zeros the border differs")
  func commutation() throws {
    let size: HW = [10, 12]
    let maps = try noise(planes: 3, size: size, seed: 6)
    for padding in [BorderMode.circular, .zero] {
      func axis(_ taps: [Double]) -> FilterAxis {
        FilterAxis(taps: taps, lead: taps.count / 2, padding: padding)
      }
      let wave = axis([0.4, -1.1, 0.7])
      let convolution = try SeparableFilter(size: size, rows: wave, columns: wave)
      let blur = BlurPool(filterSize: 5, stride: 1, padding: padding)
      let one = try blur(convolution.apply(maps))
      let other = try convolution.apply(blur(maps))
      // Values of order 1 after 14 roundings.
      let error = largestError(one.values, other.values.map(Double.init))
      #expect(padding == .circular ? error < 2e-6 : error > 0.01)
      for y in 3..<7 {
        for x in 3..<9 { #expect(abs(one[y * 12 + x] - other[y * 12 + x]) < 2e-6) }
      }
    }
  }

  @Test("the binomial response: a tone comes out times |cos πf|ⁿ⁻¹")
  func response() throws {
    let size = 32
    for taps in 2...7 {
      for k in 0...16 {
        let tone = (0..<size).map {
          Float(SpectralOracle.cosine(turns: Double(k * $0 % size) / 32))
        }
        let pool = BlurPool(filterSize: HW(1, taps), stride: 1, padding: .circular)
        let result = try pool(Tensor(shape: [1, 1, 1, size], values: tone))
        let gain = try LowPass.binomial(taps).response(size: size, stride: 1)[k]
        let energy = { (values: [Float]) in values.reduce(0) { $0 + Double($1) * Double($1) } }
        // The Nyquist tone is sampled at its peaks only; both energies then are doubled alike.
        #expect(abs(energy(result.values) - gain * gain * energy(tone)) < 1e-4)
      }
    }
  }
}
