import Foundation
import MoireTensors
import TestSupport

/// The three identities of one plane by their definitions: filtered by taps, shifted, subsampled and
/// transformed sample by sample in double.
struct TheoremOracle {
  var aliasFraction = 0.0
  var equivarianceError = 0.0
  var poolLeak = 0.0

  /// - Parameter taps: of a correlation along both axes, ⌊(n − 1) / 2⌋ of them before the sample.
  init(_ map: SpectralOracle.Map, stride: HW, taps: [Double] = [1]) {
    let map = Self.filtered(map, taps)
    let size = map.size
    let box = HW(size.height / stride.height, size.width / stride.width)
    var registered: [[SpectralOracle.Complex]] = []
    var means: [Double] = []
    for d in 0..<stride.area {
      let shift = HW(d / stride.width, d % stride.width)
      let part = (0..<box.area).map { n in
        let row = n / box.width * stride.height + shift.height
        let column = n % box.width * stride.width + shift.width
        return map.values[row * size.width + column]
      }
      means.append(part.reduce(0, +) / Double(box.area))
      let spectrum = SpectralOracle.dft(SpectralOracle.Map(size: box, values: part))
      registered.append(
        spectrum.indices.map { k in
          let turns =
            Self.turns(k / box.width, box.height, shift.height, size.height)
            + Self.turns(k % box.width, box.width, shift.width, size.width)
          return Self.turned(spectrum[k], by: -turns)
        })
    }
    let shifts = Double(stride.area)
    let energy = registered.reduce(0) { $0 + $1.reduce(0) { $0 + $1.power } }
    var (deviation, error) = (0.0, 0.0)
    for k in 0..<box.area {
      var mean = SpectralOracle.Complex()
      for z in registered {
        mean.re += z[k].re / shifts
        mean.im += z[k].im / shifts
      }
      for z in registered {
        deviation += Self.distance(z[k], mean)
        error += Self.distance(z[k], registered[0][k])
      }
    }
    let average = means.reduce(0, +) / shifts
    let variance = means.reduce(0) { $0 + ($1 - average) * ($1 - average) } / shifts
    let square = map.values.reduce(0) { $0 + $1 * $1 } / Double(size.area)
    guard energy > 0 else { return }
    aliasFraction = deviation / energy
    equivarianceError = error / energy
    poolLeak = variance / square
  }

  private static func filtered(_ map: SpectralOracle.Map, _ taps: [Double]) -> SpectralOracle.Map {
    let (height, width) = (map.size.height, map.size.width)
    let lead = (taps.count - 1) / 2
    var result = map
    for y in 0..<height {
      for x in 0..<width {
        var sum = 0.0
        for (i, a) in taps.enumerated() {
          let row = ((y + i - lead) % height + height) % height
          for (j, b) in taps.enumerated() {
            let column = ((x + j - lead) % width + width) % width
            sum += a * b * map.values[row * width + column]
          }
        }
        result.values[y * width + x] = sum
      }
    }
    return result
  }

  /// k d / N with the signed bin k of a box of M.
  private static func turns(_ bin: Int, _ box: Int, _ shift: Int, _ size: Int) -> Double {
    Double((bin < (box + 1) / 2 ? bin : bin - box) * shift) / Double(size)
  }

  private static func turned(
    _ value: SpectralOracle.Complex, by turns: Double
  ) -> SpectralOracle.Complex {
    let (c, s) = (cos(2 * .pi * turns), sin(2 * .pi * turns))
    var result = SpectralOracle.Complex()
    result.re = value.re * c - value.im * s
    result.im = value.re * s + value.im * c
    return result
  }

  private static func distance(
    _ a: SpectralOracle.Complex, _ b: SpectralOracle.Complex
  ) -> Double {
    (a.re - b.re) * (a.re - b.re) + (a.im - b.im) * (a.im - b.im)
  }
}
