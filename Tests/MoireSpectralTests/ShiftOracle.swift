import MoireTensors
import TestSupport

/// The shift errors of a map by shifting it, naively.
struct ShiftOracle {
  /// E_d ‖Z_d − Z_0‖².
  private(set) var error = 0.0
  /// ‖Z̄ − Z_0‖².
  private(set) var coherent = 0.0
  /// Var_d g_d.
  private(set) var pool = 0.0

  private struct Bin {
    var re = 0.0
    var im = 0.0

    func distance(to other: Bin) -> Double {
      let (a, b) = (re - other.re, im - other.im)
      return a * a + b * b
    }
  }

  init(_ map: SpectralOracle.Map, stride: HW) {
    let box = HW(map.size.height / stride.height, map.size.width / stride.width)
    let shifts = (0..<stride.area).map { HW($0 / stride.width, $0 % stride.width) }
    let parts = shifts.map { shift in
      (0..<box.area).map { n in
        let row = n / box.width * stride.height + shift.height
        let column = n % box.width * stride.width + shift.width
        return map.values[row % map.size.height * map.size.width + column % map.size.width]
      }
    }
    let registered = zip(shifts, parts).map { shift, part in
      Self.register(part, size: map.size, box: box, shift: shift)
    }
    let count = Double(shifts.count)
    for k in 0..<box.area {
      var mean = Bin()
      for part in registered {
        error += part[k].distance(to: registered[0][k]) / count
        mean.re += part[k].re / count
        mean.im += part[k].im / count
      }
      coherent += mean.distance(to: registered[0][k])
    }
    let means = parts.map { $0.reduce(0, +) / Double(box.area) }
    let mean = means.reduce(0, +) / count
    pool = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
  }

  /// The spectrum of one subsampling times exp(−2πi k d / N) with signed bins k.
  private static func register(_ part: [Double], size: HW, box: HW, shift: HW) -> [Bin] {
    let spectrum = SpectralOracle.dft(SpectralOracle.Map(size: box, values: part))
    return (0..<box.area).map { k in
      let row = signed(k / box.width, box.height)
      let column = signed(k % box.width, box.width)
      let turns =
        Double(row * shift.height) / Double(size.height)
        + Double(column * shift.width) / Double(size.width)
      let c = SpectralOracle.cosine(turns: turns)
      let s = SpectralOracle.cosine(turns: turns - 0.25)
      let bin = spectrum[k]
      return Bin(re: bin.re * c + bin.im * s, im: bin.im * c - bin.re * s)
    }
  }

  private static func signed(_ k: Int, _ size: Int) -> Int { k < (size + 1) / 2 ? k : k - size }
}
