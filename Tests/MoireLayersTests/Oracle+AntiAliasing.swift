import Foundation
import MoireLayers
import MoireSpectral
import MoireTensors

/// The anti-aliasing layers by their definitions, as sums over all pairs of samples.
extension Oracle {
  /// The rows of a linear map along one axis, `[output][input]`.
  typealias Matrix = [[Double]]

  static func separable(_ x: Map, _ rows: Matrix, _ columns: Matrix) -> Map {
    let high = map(x, HW(rows.count, x.shape[3])) { n, c, i, j in
      rows[i].enumerated().reduce(0) { $0 + $1.element * x[n, c, $1.offset, j] }
    }
    return map(x, HW(rows.count, columns.count)) { n, c, i, j in
      columns[j].enumerated().reduce(0) { $0 + $1.element * high[n, c, i, $1.offset] }
    }
  }

  static func blur(_ layer: BlurPool, _ x: Map) -> Map {
    func axis(_ count: Int, _ side: KeyPath<HW, Int>) -> Matrix {
      blurAxis(layer, count, layer.filterSize[keyPath: side], layer.stride[keyPath: side])
    }
    return separable(x, axis(x.shape[2], \.height), axis(x.shape[3], \.width))
  }

  private static func blurAxis(_ layer: BlurPool, _ count: Int, _ n: Int, _ s: Int) -> Matrix {
    var (taps, outputs, lead) = (n, (count + s - 1) / s, (n - 1) / 2)
    switch layer.convention {
    case .zhang, .kornia: break
    case .composer: lead = n / 2
    case .timm:
      lead = (s + n - 2) / 2
      outputs = (count + 2 * lead - n) / s + 1
    case .auto:
      // Twice the phase: the lead makes (taps − 1)/2 − lead equal to it.
      let twice = count - 1 - s * (outputs - 1)
      if n > 1, (n - 1 - twice) % 2 != 0 { taps = n == 2 ? 3 : n - 1 }
      lead = n == 1 ? -(twice / 2) : (taps - 1 - twice) / 2
    }
    return (0..<outputs).map { i in
      var row = [Double](repeating: 0, count: count)
      var coefficient = pow(0.5, Double(taps - 1))
      for t in 0..<taps {
        if let index = source(i * s - lead + t, count, layer.padding) { row[index] += coefficient }
        coefficient *= Double(taps - 1 - t) / Double(t + 1)
      }
      return row
    }
  }

  static func filter(_ layer: SeparablePooling, _ x: Map) -> Map {
    func matrix(_ axis: FilterAxis, _ count: Int) -> Matrix {
      (0..<(axis.output ?? (count + axis.stride - 1) / axis.stride)).map { i in
        var row = [Double](repeating: 0, count: count)
        for (t, tap) in axis.taps.enumerated() {
          if let index = source(i * axis.stride - axis.lead + t, count, axis.padding) {
            row[index] += tap
          }
        }
        return row
      }
    }
    return separable(x, matrix(layer.rows, x.shape[2]), matrix(layer.columns, x.shape[3]))
  }

  private static func source(_ position: Int, _ count: Int, _ mode: BorderMode) -> Int? {
    var index = position
    while !(0..<count).contains(index) {
      switch mode {
      case .zero: return nil
      case .replicate: index = min(max(index, 0), count - 1)
      case .circular: index += index < 0 ? count : -count
      case .symmetric: index = index < 0 ? -1 - index : 2 * count - 1 - index
      case .reflect:
        if count == 1 { return 0 }
        index = index < 0 ? -index : 2 * (count - 1) - index
      }
    }
    return index
  }

  /// `1/N Σ_k g(k) exp(2πik(m N/M − n)/N)`: N periodic samples at M positions.
  static func ideal(
    from n: Int, to m: Int, _ edge: BandEdge, _ taper: IdealPooling.Taper = .none
  ) -> Matrix {
    let band = min(n, m)
    let shared: Double
    switch edge {
    case _ where m >= n: shared = 0.5
    case .drop: shared = 0
    case .halve: shared = 0.5
    case .keep: shared = 1
    }
    return (0..<m).map { output in
      (0..<n).map { input in
        let position = Double(output) * Double(n) / Double(m) - Double(input)
        return (-band / 2...band / 2).reduce(0) { sum, k in
          let gain = 2 * abs(k) == band ? shared : 1
          let window: Double =
            switch taper {
            case _ where n == m: 1
            case .none: 1
            case .rootHamming: (0.54 + 0.46 * cos(2 * .pi * Double(k) / Double(n))).squareRoot()
            case .hann: pow(cos(.pi * Double(k) / Double(m)), 2)
            }
          return sum + gain * window * cos(2 * .pi * Double(k) * position / Double(n)) / Double(n)
        }
      }
    }
  }

  static func resample(
    _ x: Map, to size: HW, _ edge: BandEdge, _ taper: IdealPooling.Taper = .none
  ) -> Map {
    separable(
      x, ideal(from: x.shape[2], to: size.height, edge, taper),
      ideal(from: x.shape[3], to: size.width, edge, taper))
  }

  static func filtered(_ layer: FilteredFunction, _ x: Map) -> Map {
    let size = HW(x.shape[2], x.shape[3])
    var fine = x
    if layer.factor > 1 {
      fine = resample(x, to: HW(size.height * layer.factor, size.width * layer.factor), .drop)
    }
    fine.values = fine.values.map { value in
      switch layer.function {
      case .activation(let activation): apply(activation, value)
      case .polynomial(let coefficients):
        coefficients.enumerated().reduce(0) { $0 + $1.element * pow(value, Double($1.offset)) }
      }
    }
    return layer.factor > 1 ? resample(fine, to: size, .drop) : fine
  }

  /// The phase of image n, as a number, by a norm over all samples at it.
  static func decide(_ layer: PolyphaseDecision, _ x: Map) -> Map {
    var values: [Double] = []
    for n in 0..<x.shape[0] {
      let scores = (0..<layer.stride.area).map { phase -> Double in
        let part = phaseOf(x, layer.stride, n, phase)
        switch layer.criterion {
        case .l2: return part.reduce(0) { $0 + $1 * $1 }
        case .l1: return part.reduce(0) { $0 + abs($1) }
        case .lInfinity: return part.map(abs).max()!
        case .nonAbsMax: return part.max()!
        case .l2Min: return -part.reduce(0) { $0 + $1 * $1 }
        case .l1Min: return -part.reduce(0) { $0 + abs($1) }
        }
      }
      values += oneHot(scores)
    }
    return Map([x.shape[0], layer.stride.area], values)
  }

  static func oneHot(_ scores: [Double]) -> [Double] {
    let best = scores.firstIndex(of: scores.max()!)!
    return scores.indices.map { $0 == best ? 1 : 0 }
  }

  static func oneHot(_ x: Map) -> Map {
    let count = x.shape[1]
    let rows = (0..<x.shape[0]).flatMap { oneHot(Array(x.values[$0 * count..<($0 + 1) * count])) }
    return Map(x.shape, rows)
  }

  private static func phaseOf(_ x: Map, _ stride: HW, _ n: Int, _ phase: Int) -> [Double] {
    var values: [Double] = []
    for c in 0..<x.shape[1] {
      for i in 0..<(x.shape[2] + stride.height - 1) / stride.height {
        for j in 0..<(x.shape[3] + stride.width - 1) / stride.width {
          values.append(
            x[
              n, c, (i * stride.height + phase / stride.width) % x.shape[2],
              (j * stride.width + phase % stride.width) % x.shape[3]])
        }
      }
    }
    return values
  }

  static func polyphase(_ stride: HW, _ x: Map, _ decision: Map) -> Map {
    let values = (0..<x.shape[0]).flatMap { phaseOf(x, stride, $0, phase(of: $0, decision)) }
    return Map(
      [
        x.shape[0], x.shape[1], (x.shape[2] + stride.height - 1) / stride.height,
        (x.shape[3] + stride.width - 1) / stride.width,
      ], values)
  }

  static func polyphaseUpsample(_ stride: HW, _ x: Map, _ decision: Map) -> Map {
    map(x, HW(x.shape[2] * stride.height, x.shape[3] * stride.width)) { n, c, i, j in
      let phase = phase(of: n, decision)
      guard i % stride.height == phase / stride.width, j % stride.width == phase % stride.width
      else { return 0 }
      return x[n, c, i / stride.height, j / stride.width]
    }
  }

  /// Where the decision of an image is largest.
  static func phase(of image: Int, _ decision: Map) -> Int {
    let count = decision.shape[1]
    let row = Array(decision.values[image * count..<(image + 1) * count])
    return row.firstIndex(of: row.max()!)!
  }

  static func adaptive(_ layer: AdaptiveFilter, _ x: Map, _ logits: Map) -> Map {
    let taps = layer.kernel.area
    return map(x, HW(x.shape[2], x.shape[3])) { n, c, i, j in
      let group = c / (x.shape[1] / layer.groups)
      let own = (0..<taps).map { exp(logits[n, group * taps + $0, i, j]) }
      let others = (0..<layer.logits).map { exp(logits[n, $0, i, j]) }
      let total = (layer.scope == .joint ? others : own).reduce(0, +)
      return (0..<taps).reduce(0) { sum, t in
        let row = i + t / layer.kernel.width - layer.kernel.height / 2
        let column = j + t % layer.kernel.width - layer.kernel.width / 2
        guard let row = source(row, x.shape[2], BorderMode(layer.paddingMode)),
          let column = source(column, x.shape[3], BorderMode(layer.paddingMode))
        else { return sum }
        return sum + own[t] / total * x[n, c, row, column]
      }
    }
  }
}

extension BorderMode {
  fileprivate init(_ mode: PaddingMode) {
    switch mode {
    case .constant: self = .zero
    case .reflect: self = .reflect
    case .replicate: self = .replicate
    case .circular: self = .circular
    }
  }
}
