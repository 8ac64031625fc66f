public import MoireTensors

extension NetworkBuilder {
  /// The mean over windows that divide the map into `size` parts: output i covers the positions
  /// ⌊i·N/M⌋ up to ⌈(i+1)·N/M⌉ of N, so that every input size gives M outputs.
  ///
  /// Where M divides N this is an average pool (nothing at all for M = N). Elsewhere windows overlap
  /// and have different lengths; then it is a convolution of fixed weights in C groups, which is not
  /// among the builder's ``parameters``.
  /// - Throws: ``LayerError/incompatible(path:reason:)``.
  public mutating func adaptiveAveragePool(_ name: String, to size: HW) throws {
    let map = try mapSize(for: name)
    guard size.height > 0, size.width > 0 else {
      throw LayerError.incompatible(
        path: path(name), reason: "cannot bring a map of \(map) to \(size)")
    }
    if map == size { return }
    let kernel = HW(map.height / size.height, map.width / size.width)
    if kernel.height * size.height == map.height, kernel.width * size.width == map.width {
      let pool = Pooling(.average(includesPadding: false), kernel: kernel, stride: kernel)
      try append(name, .pooling(pool))
      return
    }
    let channels = shape[0]
    try append(
      name,
      .convolution(
        Convolution(weight: Self.parts(of: map, size, channels: channels), groups: channels)))
    try append(name + ".reshape", .reshape([channels, size.height, size.width]))
  }

  /// `[C·Mh·Mw, 1, H, W]`: filter (c, i, j) is the mean over part (i, j) of the map.
  private static func parts(of map: HW, _ size: HW, channels: Int) throws -> Tensor {
    let (rows, columns) = (means(of: map.height, size.height), means(of: map.width, size.width))
    let filters = rows.flatMap { row in
      columns.flatMap { column in row.flatMap { y in column.map { Float(y * $0) } } }
    }
    return try Tensor(
      shape: [channels * size.area, 1, map.height, map.width],
      values: (0..<channels).flatMap { _ in filters })
  }

  private static func means(of count: Int, _ parts: Int) -> [[Double]] {
    (0..<parts).map { part in
      let (start, end) = (part * count / parts, ((part + 1) * count + parts - 1) / parts)
      return (0..<count).map { (start..<end).contains($0) ? 1 / Double(end - start) : 0 }
    }
  }
}
