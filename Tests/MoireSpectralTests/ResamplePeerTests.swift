import Foundation
import MoireSpectral
import MoireTensors
import TestSupport
import Testing

/// Fixtures from scipy and torch, and regressions named after what peers get wrong.
@Suite("Resampling against peers")
struct ResamplePeerTests {
  struct File: Decodable {
    let cases: [Case]
  }

  struct Case: Decodable {
    let kind: String
    let size: HW
    let outputSize: HW
    let input: [Double]
    let output: [Double]
    let up: HW?
    let down: HW?
    let stride: HW?
    let shift: [Double]?
    let zeros: Int?
    let beta: Double?
    let cutoff: Double?
    let border: String?

    func run(_ maps: Tensor) throws -> Tensor {
      switch kind {
      case "resample":
        return try Resampler(idealFrom: size, to: outputSize, bandEdge: .keep)(maps)
      case "resample_poly", "upfirdn":
        return try Resampler(
          kaiserFrom: size, up: up ?? 1, down: down ?? 1, zeros: zeros ?? 10,
          cutoff: cutoff ?? 1, beta: beta ?? 5, gain: .total, border: extended)(maps)
      case "flc": return try IdealPool(size: size, stride: stride ?? 1, bandEdge: .halve)(maps)
      case "afc": return try IdealPool(size: size, stride: stride ?? 1)(maps)
      default:
        let amount = shift ?? [0, 0]
        return try FractionalShift(
          size: size, dy: amount[0], dx: amount[1],
          interpolation: kind == "lanczos" ? .lanczos(lobes: 3, border: .replicate) : .fourier
        )(maps)
      }
    }

    private var extended: BorderMode {
      switch border {
      case "circular": .circular
      case "reflect": .reflect
      case "replicate": .replicate
      case "symmetric": .symmetric
      default: .zero
      }
    }
  }

  @Test("scipy.signal.resample, resample_poly, upfirdn, fourier_shift; FLC and AFC in torch")
  func fixtures() throws {
    let path = Fixtures.folder.appendingPathComponent("resample/resample.json")
    let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: path))
    #expect(file.cases.count == 29)
    for item in file.cases {
      let shape = [1, 1, item.size.height, item.size.width]
      let got = try item.run(try Tensor(shape: shape, values: item.input.map(Float.init)))
      #expect(got.shape == [1, 1, item.outputSize.height, item.outputSize.width])
      // Single against double precision: 64 samples, or 101 taps, an axis.
      #expect(
        ResamplingOracle.error(got.plane(0), item.output) < 3e-6, "\(item.kind) of \(item.size)")
    }
  }

  @Test("FLC's crop is off by one bin at H mod 4 = 2: here the mean stays at 6, 10, 14, 18, 22")
  func flcCrop() throws {
    for size in [6, 10, 14, 18, 22] {
      let ones = try Tensor.map(HW(size, size)) { _, _, _ in 1 }
      for edge in [BandEdge.drop, .halve, .keep] {
        let got = try IdealPool(size: HW(size, size), stride: 2, bandEdge: edge)(ones)
        #expect(got.values.allSatisfy { abs($0 - 1) < 1e-6 })
      }
    }
  }

  @Test("FLC keeps −N/4 alone: here the shared bin is dropped, halved or kept as asked for")
  func bandEdge() throws {
    let cosine = try Tensor.map([1, 8]) { _, _, x in [1, 0, -1, 0][x % 4] }
    let sine = try Tensor.map([1, 8]) { _, _, x in [0, 1, 0, -1][x % 4] }
    for (edge, amplitude) in [(BandEdge.drop, 0.0), (.halve, 0.5), (.keep, 1)] {
      let pool = try IdealPool(size: [1, 8], stride: [1, 2], bandEdge: edge)
      let (even, odd) = (try pool(cosine), try pool(sine))
      for m in 0..<4 {
        #expect(abs(Double(even[m]) - (m % 2 == 0 ? amplitude : -amplitude)) < 1e-6)
        #expect(abs(odd[m]) < 1e-6)
      }
    }
  }

  @Test("AFC halves the band edge of odd sizes at 7→28 and 7→224: here its gain is 1")
  func oddUpsampling() throws {
    for to in [28, 224] {
      for k in 0...3 {
        let tone = try Tensor.map([7, 7]) { _, y, _ in cos(2 * .pi * Double(k * y) / 7) }
        let got = try Resampler(idealFrom: 7, to: HW(to, to))(tone)
        for y in 0..<to {
          #expect(abs(Double(got[y * to]) - cos(2 * .pi * Double(k * y) / Double(to))) < 2e-6)
        }
      }
    }
  }

  @Test("DiffStride's crop multiplies the amplitude by s²: here it is 1 at every stride")
  func amplitude() throws {
    for stride in [2, 3, 4, 6] {
      let size = HW(24, 12)
      let wave = try Tensor.map(size) { _, y, _ in 3 + cos(2 * .pi * Double(y) / 24) }
      let got = try IdealPool(size: size, stride: HW(stride, stride))(wave)
      let top = 24 / stride > 2 ? 4.0 : 3.0
      #expect(abs(Double(got[0]) - top) < 1e-5)
    }
  }

  @Test("Square-only peers refuse 8×12 or read a part of it: here each axis has its own size")
  func nonSquare() throws {
    let maps = try noise(planes: 2, size: [8, 12], mean: 0)
    let got = try IdealPool(size: [8, 12], stride: 2)(maps)
    #expect(got.shape == [1, 2, 4, 6])
    let expected = ResamplingOracle.apply(
      ResamplingOracle.ideal(8, 4), ResamplingOracle.ideal(12, 6), to: maps.plane(1),
      size: [8, 12])
    #expect(ResamplingOracle.error(got.plane(1), expected) < 2e-6)
    // One pool after another of a second size: nothing is remembered from the first.
    #expect(
      try IdealPool(size: [12, 8], stride: 2)(try noise(planes: 1, size: [12, 8])).count == 24)
  }

  @Test("AFC's subpixel_shift moves rows by shift_x: here dy moves down the rows, dx across")
  func axes() throws {
    let impulse = try Tensor.map([5, 7]) { _, y, x in y == 2 && x == 4 ? 1 : 0 }
    let got = try FractionalShift(size: [5, 7], dy: 1, dx: 3)(impulse)
    #expect(got[1 * 7 + 1] == 1)
  }
}
