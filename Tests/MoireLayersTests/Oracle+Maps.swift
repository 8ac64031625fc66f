import MoireLayers
import MoireTensors

/// Layers that normalise, resize or choose channels.
extension Oracle {
  static func transposed(_ layer: TransposedConvolution, _ x: Map) -> Map {
    let shape = try! Layer.transposedConvolution(layer).outputShape(of: [Array(x.shape.dropFirst())]
    )
    let (outGroup, inGroup) = (layer.weight.shape[1], x.shape[1] / layer.groups)
    var result = map(x, HW(shape[1], shape[2]), channels: shape[0]) { _, o, _, _ in
      Double(layer.bias?[o] ?? 0)
    }
    func lay(_ n: Int, _ c: Int, _ i: Int, _ j: Int, _ u: Int, _ v: Int) {
      let row = i * layer.stride.height + u * layer.dilation.height - layer.padding.top
      let column = j * layer.stride.width + v * layer.dilation.width - layer.padding.left
      guard (0..<shape[1]).contains(row), (0..<shape[2]).contains(column) else { return }
      for o in 0..<outGroup {
        let weight = layer.weight[
          ((c * outGroup + o) * layer.kernel.height + u) * layer.kernel.width + v]
        let channel = c / inGroup * outGroup + o
        result.values[((n * shape[0] + channel) * shape[1] + row) * shape[2] + column] +=
          Double(weight) * x[n, c, i, j]
      }
    }
    for n in 0..<x.shape[0] {
      for c in 0..<x.shape[1] {
        for i in 0..<x.shape[2] {
          for j in 0..<x.shape[3] {
            for u in 0..<layer.kernel.height {
              for v in 0..<layer.kernel.width { lay(n, c, i, j, u, v) }
            }
          }
        }
      }
    }
    return result
  }

  static func adaptive(_ operation: Pooling.Operation, _ size: HW, _ x: Map) -> Map {
    func bin(_ index: Int, _ from: Int, _ to: Int) -> Range<Int> {
      index * from / to..<((index + 1) * from + to - 1) / to
    }
    return map(x, size) { n, c, i, j in
      let (rows, columns) = (bin(i, x.shape[2], size.height), bin(j, x.shape[3], size.width))
      let values = rows.flatMap { row in columns.map { x[n, c, row, $0] } }
      return operation == .max ? values.max()! : values.reduce(0, +) / Double(values.count)
    }
  }

  static func normalize(_ layer: Normalization, _ x: Map) -> Map {
    let (channels, size) = (x.shape[1], x.shape.dropFirst(2).reduce(1, *))
    /// What values share their statistics, by a key.
    func key(_ index: Int) -> [Int] {
      let (n, c, position) = (index / (channels * size), index / size % channels, index % size)
      switch layer.kind {
      case .layer: return [n, position]
      case .layerAll: return [n]
      case .group(let groups): return [n, c / (channels / groups)]
      case .instance: return [n, c]
      }
    }
    var sets: [[Int]: [Double]] = [:]
    for (index, value) in x.values.enumerated() { sets[key(index), default: []].append(value) }
    let statistics = sets.mapValues { values -> (mean: Double, variance: Double) in
      let mean = values.reduce(0, +) / Double(values.count)
      return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count))
    }
    return Map(
      x.shape,
      x.values.enumerated().map { index, value in
        let (mean, variance) = statistics[key(index)]!
        let c = index / size % channels
        return (value - mean) / (variance + Double(layer.epsilon)).squareRoot()
          * Double(layer.scale?[c] ?? 1) + Double(layer.shift?[c] ?? 0)
      })
  }

  static func choose(_ channels: [Int], _ x: Map) -> Map {
    let size = x.shape.dropFirst(2).reduce(1, *)
    var values: [Double] = []
    for n in 0..<x.shape[0] {
      for channel in channels {
        let start = (n * x.shape[1] + channel) * size
        values += x.values[start..<start + size]
      }
    }
    return Map([x.shape[0], channels.count] + x.shape.dropFirst(2), values)
  }

  static func resize(_ layer: Resize, _ x: Map) -> Map {
    let shape = try! Layer.resize(layer).outputShape(of: [Array(x.shape.dropFirst())])
    let size = HW(shape[1], shape[2])
    func sum(_ index: Int, _ n: Int, _ m: Int, _ given: Double?) -> [(Int, Double)] {
      taps(layer, index, n, m, given).map { (min(max($0.0, 0), n - 1), $0.1) }
    }
    var factors: (Double?, Double?) = (nil, nil)
    if case .factors(let height, let width) = layer.target { factors = (height, width) }
    let rows = (0..<size.height).map { sum($0, x.shape[2], size.height, factors.0) }
    let columns = (0..<size.width).map { sum($0, x.shape[3], size.width, factors.1) }
    return map(x, size) { n, c, i, j in
      rows[i].reduce(0) { total, row in
        total + columns[j].reduce(0) { $0 + row.1 * $1.1 * x[n, c, row.0, $1.0] }
      }
    }
  }

  private static func taps(
    _ layer: Resize, _ index: Int, _ n: Int, _ m: Int, _ given: Double?
  ) -> [(Int, Double)] {
    // In this order a position that is a whole number or a half comes out as one.
    let scaled = { (i: Double) in given.map { i / $0 } ?? i * Double(n) / Double(m) }
    let position: Double
    switch layer.coordinates {
    case .halfPixel: position = scaled(Double(index) + 0.5) - 0.5
    case .pytorchHalfPixel: position = m > 1 ? scaled(Double(index) + 0.5) - 0.5 : 0
    case .alignCorners: position = m > 1 ? Double(index * (n - 1)) / Double(m - 1) : 0
    case .asymmetric: position = scaled(Double(index))
    }
    let base = Int(position.rounded(.down))
    let t = position - Double(base)
    switch layer.mode {
    case .nearest(.floor): return [(base, 1)]
    case .nearest(.ceil): return [(t == 0 ? base : base + 1, 1)]
    case .nearest(.roundPreferFloor): return [(t <= 0.5 ? base : base + 1, 1)]
    case .nearest(.roundPreferCeil): return [(t < 0.5 ? base : base + 1, 1)]
    case .bilinear: return [(base, 1 - t), (base + 1, t)]
    case .bicubic(let a):
      let far = { (d: Double) in a * d * d * d - 5 * a * d * d + 8 * a * d - 4 * a }
      let near = { (d: Double) in (a + 2) * d * d * d - (a + 3) * d * d + 1 }
      return [
        (base - 1, far(1 + t)), (base, near(t)), (base + 1, near(1 - t)), (base + 2, far(2 - t)),
      ]
    }
  }
}
