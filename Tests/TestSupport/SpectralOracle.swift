import Foundation
public import MoireTensors

/// The definitions of the spectral readings, evaluated naively in double precision.
public enum SpectralOracle {
  /// A map of doubles, row by row.
  public struct Map: Sendable {
    public var size: HW
    public var values: [Double]

    public init(size: HW, values: [Double]) {
      self.size = size
      self.values = values
    }

    /// Plane `index` of a tensor [N, C, H, W].
    public init(_ tensor: Tensor, plane index: Int) {
      size = HW(tensor.shape[2], tensor.shape[3])
      values = tensor.values[index * size.area..<(index + 1) * size.area].map(Double.init)
    }

    /// The half-sample even extension.
    public var mirrored: Map {
      var result = Map(size: HW(2 * size.height, 2 * size.width), values: [])
      for y in 0..<2 * size.height {
        for x in 0..<2 * size.width {
          let row = min(y, 2 * size.height - 1 - y)
          result.values.append(values[row * size.width + min(x, 2 * size.width - 1 - x)])
        }
      }
      return result
    }

    /// w (x − mean) + mean with a separable window given per sample position 0 … 1.
    public func windowed(_ window: (Double) -> Double) -> Map {
      let mean = values.reduce(0, +) / Double(size.area)
      var result = self
      for y in 0..<size.height {
        for x in 0..<size.width {
          let weight =
            window(Double(y) / Double(size.height)) * window(Double(x) / Double(size.width))
          let index = y * size.width + x
          result.values[index] = weight * (values[index] - mean) + mean
        }
      }
      return result
    }
  }

  public struct Complex: Sendable {
    public var re = 0.0
    public var im = 0.0
    public var power: Double { re * re + im * im }

    public init(re: Double = 0, im: Double = 0) {
      self.re = re
      self.im = im
    }

    mutating func add(_ other: Complex, turnedBy turns: Double) {
      let c = cos(2 * .pi * turns)
      let s = sin(2 * .pi * turns)
      re += other.re * c - other.im * s
      im += other.re * s + other.im * c
    }
  }

  /// X[k] = Σ_n x[n] exp(−2πi k n / N), the full spectrum, rows then columns.
  public static func dft(_ map: Map) -> [Complex] {
    let (height, width) = (map.size.height, map.size.width)
    var rows = [Complex](repeating: Complex(), count: height * width)
    for y in 0..<height {
      for k in 0..<width {
        for x in 0..<width {
          rows[y * width + k].add(
            Complex(re: map.values[y * width + x]), turnedBy: -Double(k * x % width) / Double(width)
          )
        }
      }
    }
    var result = [Complex](repeating: Complex(), count: height * width)
    for k in 0..<height {
      for y in 0..<height {
        let turns = -Double(k * y % height) / Double(height)
        for x in 0..<width { result[k * width + x].add(rows[y * width + x], turnedBy: turns) }
      }
    }
    return result
  }

  /// The signed bin numbers of a DFT of `size`: −M/2 … M/2 − 1 for even M.
  public static func bins(_ size: Int) -> ClosedRange<Int> { -(size / 2)...(size - 1) / 2 }

  static func inside(_ k: Int, size: Int, stride: Int) -> Bool {
    if size.isMultiple(of: stride) { return bins(size / stride).contains(k) }
    return 2 * abs(k) * stride <= size
  }

  /// Total, DC and alias energy, bin by bin over the full spectrum.
  public static func energies(_ map: Map, stride: HW) -> (total: Double, dc: Double, alias: Double)
  {
    let spectrum = dft(map)
    var total = 0.0
    var alias = 0.0
    for ky in bins(map.size.height) {
      for kx in bins(map.size.width) {
        let power = spectrum[index(ky, kx, map.size)].power
        total += power
        if !inside(ky, size: map.size.height, stride: stride.height)
          || !inside(kx, size: map.size.width, stride: stride.width)
        {
          alias += power
        }
      }
    }
    return (total, spectrum[0].power, alias)
  }

  static func index(_ ky: Int, _ kx: Int, _ size: HW) -> Int {
    (ky + size.height) % size.height * size.width + (kx + size.width) % size.width
  }

  /// Σ_d ‖Z_d − Z̄‖² and Σ_d ‖Z_d‖² by subsampling, transforming and registering every shift.
  public static func registration(
    _ map: Map, stride: HW
  ) -> (deviation: Double, energy: Double) {
    let box = HW(map.size.height / stride.height, map.size.width / stride.width)
    var registered: [[Complex]] = []
    for dy in 0..<stride.height {
      for dx in 0..<stride.width {
        var part = Map(size: box, values: [])
        for y in 0..<box.height {
          for x in 0..<box.width {
            part.values.append(
              map.values[(y * stride.height + dy) * map.size.width + x * stride.width + dx])
          }
        }
        let spectrum = dft(part)
        var turned = spectrum
        for ky in bins(box.height) {
          for kx in bins(box.width) {
            let turns =
              Double(ky * dy) / Double(map.size.height) + Double(kx * dx) / Double(map.size.width)
            var value = Complex()
            value.add(spectrum[index(ky, kx, box)], turnedBy: -turns)
            turned[index(ky, kx, box)] = value
          }
        }
        registered.append(turned)
      }
    }
    var deviation = 0.0
    var energy = 0.0
    let share = 1 / Double(registered.count)
    for k in 0..<box.area {
      let mean = Complex(
        re: registered.reduce(0) { $0 + $1[k].re } * share,
        im: registered.reduce(0) { $0 + $1[k].im } * share)
      for map in registered {
        energy += map[k].power
        deviation += Complex(re: map[k].re - mean.re, im: map[k].im - mean.im).power
      }
    }
    return (deviation, energy)
  }
}

extension SpectralOracle {
  /// cos 2πt.
  public static func cosine(turns: Double) -> Double { cos(2 * .pi * turns) }

  /// The Kaiser window at a position 0 … 1 of its period, by the Bessel function's integral
  /// I₀(x) = (1/π) ∫₀^π exp(x cos t) dt, which the midpoint rule gives to rounding.
  public static func kaiser(_ position: Double, beta: Double) -> Double {
    func bessel(_ x: Double) -> Double {
      let steps = 400
      let sum = (0..<steps).reduce(0.0) { (sum: Double, step: Int) -> Double in
        sum + exp(x * cos(.pi * (Double(step) + 0.5) / Double(steps)))
      }
      return sum / Double(steps)
    }
    let t = 2 * position - 1
    return bessel(beta * (1 - t * t).squareRoot()) / bessel(beta)
  }
}
