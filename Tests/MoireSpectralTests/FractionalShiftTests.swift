import Foundation
import MoireSpectral
import MoireTensors
import Testing

@Suite("Fractional shifts")
struct FractionalShiftTests {
  @Test("Whole shifts copy samples to the bit, whatever the interpolation")
  func wholeShifts() throws {
    for size in [HW(1, 1), HW(1, 7), HW(6, 5), HW(14, 33), HW(37, 40)] {
      let maps = try noise(planes: 18, size: size, mean: 3)
      for (dy, dx) in [(0, 0), (1, -2), (-13, 40), (1000, -1_000_001)] {
        func rolled(_ c: Int, _ y: Int, _ x: Int) -> Float {
          let row = ((y + dy) % size.height + size.height) % size.height
          let column = ((x + dx) % size.width + size.width) % size.width
          return maps[(c * size.height + row) * size.width + column]
        }
        let expected = try Tensor.map(size, planes: 18) { Double(rolled($0, $1, $2)) }
        for kind in [
          FractionalShift.Interpolation.fourier, .lanczos(lobes: 3, border: .circular),
        ] {
          let shift = try FractionalShift(
            size: size, dy: Double(dy), dx: Double(dx), interpolation: kind)
          #expect(try shift(maps).values == expected.values)
        }
      }
    }
  }

  @Test("A sum of tones is evaluated between its samples; the edge takes cos πd")
  func tones() throws {
    for size in [5, 6, 13, 14, 15, 28, 32, 56, 67, 112] {
      for shift in [0.5, -0.3, 7.125, 100_000.75] {
        let below = (size - 1) / 2
        func value(_ t: Double) -> Double {
          cos(2 * .pi * t / Double(size) + 0.3)
            + 0.5 * sin(2 * .pi * Double(below) * t / Double(size))
        }
        let maps = try Tensor.map([1, size]) { _, _, x in
          value(Double(x)) + (size % 2 == 0 ? (x % 2 == 0 ? 1 : -1) : 0)
        }
        let got = try FractionalShift(size: [1, size], dy: 0, dx: shift)(maps).plane(0)
        for x in 0..<size {
          let edge = size % 2 == 0 ? cos(.pi * shift) * (x % 2 == 0 ? 1 : -1) : 0
          // Two transforms of 112 samples; the angle 2π d k / N itself is exact to 1e-11.
          #expect(abs(got[x] - value(Double(x) + shift) - edge) < 6e-6, "\(size) by \(shift)")
        }
      }
    }
  }

  @Test("s(a) after s(b) is s(a + b), and s(−a) undoes s(a), without the bin at N/2")
  func composition() throws {
    var random = SeededGenerator(seed: 3)
    for size in [HW(7, 9), HW(15, 33), HW(11, 67), HW(35, 63)] {
      let maps = try noise(planes: 3, size: size, mean: 0)
      for _ in 0..<10 {
        let (a, b) = (random.normal() * 5, random.normal() * 5)
        let first = try FractionalShift(size: size, dy: a, dx: b)(maps)
        let second = try FractionalShift(size: size, dy: b, dx: a)(first)
        let both = try FractionalShift(size: size, dy: a + b, dx: a + b)(maps)
        #expect(ResamplingOracle.error(second.plane(1), both.plane(1)) < 6e-6)
        let back = try FractionalShift(size: size, dy: -a, dx: -b)(first)
        #expect(ResamplingOracle.error(back.plane(2), maps.plane(2)) < 6e-6)
        // All gains are 1: energy stays.
        let energy = { (v: [Double]) in v.reduce(0) { $0 + $1 * $1 } }
        #expect(abs(energy(first.plane(0)) / energy(maps.plane(0)) - 1) < 1e-5)
      }
    }
  }

  @Test("Lanczos: the definition at every border; constants are exact; a ramp is followed inside")
  func lanczos() throws {
    var random = SeededGenerator(seed: 4)
    for problem in 0..<150 {
      let border = ResamplingOracle.Border.allCases[problem % 5]
      let size = HW(random.integer(in: 1..<15), random.integer(in: 1..<40))
      let lobes = random.integer(in: 1..<7)
      let (dy, dx) = (random.normal() * 4, random.normal() * 10)
      let maps = try noise(planes: 2, size: size, mean: 0.3)
      let shift = try FractionalShift(
        size: size, dy: dy, dx: dx, interpolation: .lanczos(lobes: lobes, border: border.native))
      let rows = ResamplingOracle.lanczos(size.height, shift: dy, lobes: lobes, border: border)
      let columns = ResamplingOracle.lanczos(size.width, shift: dx, lobes: lobes, border: border)
      let expected = ResamplingOracle.apply(rows, columns, to: maps.plane(1), size: size)
      let got = try shift(maps).plane(1)
      // Two sums of up to 12 products.
      #expect(zip(got, expected).allSatisfy { abs($0 - $1) < 4e-6 }, "\(size) \(border) \(lobes)")
      if border != .zero {
        let ones = try shift(try Tensor.map(size) { _, _, _ in 1 })
        #expect(ones.values.allSatisfy { abs($0 - 1) < 1e-6 })
      }
    }
    // For d = ½ the weights are symmetric, so that a ramp gains exactly d away from the border.
    let ramp = try Tensor.map([1, 20]) { _, _, x in Double(x) }
    let moved = try FractionalShift(
      size: [1, 20], dy: 0, dx: 0.5, interpolation: .lanczos(lobes: 3, border: .replicate))(ramp)
    for x in 3..<16 { #expect(abs(moved[x] - Float(x) - 0.5) < 1e-5) }
  }

  @Test("Refusals")
  func refusals() throws {
    for bad in [Double.nan, .infinity, 1e10] {
      #expect(throws: SpectralError.self) { try FractionalShift(size: 4, dy: bad, dx: 0) }
    }
    for lobes in [0, 65, -1] {
      #expect(
        throws: SpectralError.outOfRange(
          "the number of Lanczos lobes", value: "\(lobes)", allowed: "1 … 64")
      ) {
        try FractionalShift(
          size: 4, dy: 0, dx: 0, interpolation: .lanczos(lobes: lobes, border: .zero))
      }
    }
    #expect(throws: SpectralError.invalidSize(size: [0, 4], stride: 1)) {
      try FractionalShift(size: [0, 4], dy: 0, dx: 0)
    }
  }
}
