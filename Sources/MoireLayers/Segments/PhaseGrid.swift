import MoireSpectral
import MoireTensors

/// How a value answers to circular shifts of the network's input, per axis.
///
/// A shift of the input by `stride · k` positions moves a map by k positions of its circle of `period`
/// positions, and leaves anything else as it is.
struct PhaseGrid: Equatable {
  /// The cumulative stride.
  var stride: HW
  /// Positions of the whole circle; nil for a value that is no map.
  var period: HW?
  /// Positions that the map has.
  var size: HW

  static func fixed(_ stride: HW) -> PhaseGrid { PhaseGrid(stride: stride, period: nil, size: 1) }

  var isMap: Bool { period != nil }

  /// Whether every position of the circle is there.
  var coversCircle: Bool {
    period.map { size.height >= $0.height && size.width >= $0.width } ?? true
  }

  /// A circle of one position does not move.
  var normalized: PhaseGrid { period == 1 && size == 1 ? .fixed(stride) : self }
}

/// The grids of all values that the answer depends on.
struct PhaseGrids {
  let network: Network
  let shapes: [[Int]]
  /// For each value; nil where the answer does not depend on it.
  private(set) var grids: [PhaseGrid?]

  /// - Parameter partial: what is no chain of phases counts as different for every shift; else it is
  ///   refused.
  /// - Throws: ``PhaseChainObstacle``, and ``LayerError`` for layers that do not fit.
  init(_ network: Network, partial: Bool = false) throws {
    self.network = network
    shapes = try network.valueShapes()
    let input = network.inputShape
    guard input.count == 3 else { throw PhaseChainObstacle.notAMap(input) }
    let size = HW(input[1], input[2])
    grids = [PhaseGrid(stride: 1, period: size, size: size).normalized]
    let live = network.valuesBehindOutput()
    for index in network.nodes.indices {
      guard live.contains(index + 1) else {
        grids.append(nil)
        continue
      }
      do {
        let own = try grid(of: index).normalized
        grids.append(partial && !own.coversCircle ? .fixed(size) : own)
      } catch let obstacle as PhaseChainObstacle {
        guard partial else { throw obstacle }
        grids.append(.fixed(size))
      }
    }
    guard partial || grids[network.output]?.isMap != true else {
      throw PhaseChainObstacle.answerIsAMap(shapes[network.output])
    }
  }

  private func grid(of index: Int) throws -> PhaseGrid {
    let node = network.nodes[index]
    let inputs = node.inputs.map { grids[$0]! }
    let maps = inputs.filter(\.isMap)
    guard let map = maps.first else {
      return .fixed(inputs.reduce(1) { $0.joined(with: $1.stride) })
    }
    switch node.layer.concrete(for: shapes[node.inputs[0]]) {
    case .add, .multiply, .concatenate: return try join(index, maps, inputs)
    case .adaptiveFilter(let layer):
      guard layer.paddingMode == .circular || layer.kernel == 1 else { throw border(index) }
      return try join(index, [whole(map, index)] + maps.dropFirst(), inputs)
    case .polyphase(let stride):
      let result = try strided(index, whole(map, index), by: stride)
      guard !inputs[1].isMap, inputs[1].stride.divides(result.stride) else {
        throw PhaseChainObstacle.unequalStrides(
          path: node.path, result.stride, inputs[1].stride)
      }
      return result
    case .polyphaseDecision(let layer):
      return .fixed(try strided(index, whole(map, index), by: layer.stride).stride)
    default: return try single(index, map)
    }
  }

  /// The grid behind a layer that reads one map.
  private func single(_ index: Int, _ map: PhaseGrid) throws -> PhaseGrid {
    let node = network.nodes[index]
    let layer = node.layer.concrete(for: shapes[node.inputs[0]])
    switch layer {
    case .activation, .prelu, .batchNormalization, .softmax, .channels, .shuffle: return map
    case .normalization(let layer):
      return layer.kind == .layer ? map : try whole(map, index)
    case .filteredActivation: return try whole(map, index)
    case .convolution(let layer):
      if !layer.padding.isZero {
        guard layer.paddingMode == .circular else { throw border(index) }
        _ = try whole(map, index)
      }
      return try windowed(index, map, layer.window)
    case .pooling(let layer): return try pooled(index, map, layer)
    case .globalPooling: return .fixed(try whole(map, index).stride)
    case .pad(let padding, let mode): return try padded(index, map, padding, mode)
    case .subsample(let stride, _): return try strided(index, map, by: stride)
    case .blurPool(let layer):
      return try filtered(index, map, layer.stride, layer.padding == .circular)
    case .separablePool(let layer):
      return try filtered(
        index, map, layer.stride,
        layer.rows.padding == .circular && layer.columns.padding == .circular)
    case .idealPool(let layer): return try filtered(index, map, layer.stride, true)
    case .flatten, .reshape: return try head(whole(map, index))
    case .linear, .transposedConvolution, .adaptivePooling, .resize, .spectralPool,
      .polyphaseUpsample, .oneHotArgmax, .add, .multiply, .concatenate, .adaptiveFilter,
      .polyphase, .polyphaseDecision:
      throw PhaseChainObstacle.noWholeStride(path: node.path)
    }
  }

  // MARK: Kinds of layers

  private func border(_ index: Int) -> PhaseChainObstacle {
    .border(path: network.nodes[index].path)
  }

  /// The same grid, where it has the whole circle.
  private func whole(_ map: PhaseGrid, _ index: Int) throws -> PhaseGrid {
    guard let period = map.period, map.size == period else {
      throw PhaseChainObstacle.partOfCircle(
        path: network.nodes[index].path, size: map.size, period: map.period ?? 1)
    }
    return map
  }

  /// What sees all positions at once, each in its own way: another answer for every shift.
  private func head(_ map: PhaseGrid) -> PhaseGrid { .fixed(map.stride * (map.period ?? 1)) }

  /// Every s-th position; an axis of one position has no phases.
  private func strided(_ index: Int, _ map: PhaseGrid, by stride: HW) throws -> PhaseGrid {
    let period = map.period ?? 1
    let effective = stride.effective(on: period)
    guard effective.divides(period) else {
      throw PhaseChainObstacle.notDivisible(
        path: network.nodes[index].path, size: period, stride: stride)
    }
    guard effective == 1 || map.coversCircle else {
      throw PhaseChainObstacle.partOfCircle(
        path: network.nodes[index].path, size: map.size, period: period)
    }
    let shape = shapes[index + 1]
    let size = shape.count == 3 ? HW(shape[1], shape[2]) : 1
    return PhaseGrid(stride: map.stride * effective, period: period / effective, size: size)
  }

  private func windowed(_ index: Int, _ map: PhaseGrid, _ window: Window) throws -> PhaseGrid {
    let shape = shapes[index + 1]
    if window.padding.isZero, shape[1] == 1, shape[2] == 1, map.size == map.period,
      window.stride.effective(on: map.size) != map.size
    {
      return head(map)
    }
    return try strided(index, map, by: window.stride)
  }

  private func pooled(_ index: Int, _ map: PhaseGrid, _ layer: Pooling) throws -> PhaseGrid {
    let shape = shapes[index + 1]
    let reach = layer.padding(covering: HW(shape[1], shape[2]), of: map.size)
    guard !reach.grows else { throw border(index) }
    if layer.kernel == map.size, map.size == map.period, layer.dilation == 1 {
      return .fixed(map.stride)
    }
    return try windowed(index, map, layer.window)
  }

  private func padded(
    _ index: Int, _ map: PhaseGrid, _ padding: Padding, _ mode: PaddingMode
  ) throws -> PhaseGrid {
    if padding.grows {
      guard mode == .circular else { throw border(index) }
      _ = try whole(map, index)
    }
    let shape = shapes[index + 1]
    return PhaseGrid(stride: map.stride, period: map.period, size: HW(shape[1], shape[2]))
  }

  private func filtered(
    _ index: Int, _ map: PhaseGrid, _ stride: HW, _ isCircular: Bool
  ) throws -> PhaseGrid {
    guard isCircular else { throw border(index) }
    return try strided(index, whole(map, index), by: stride)
  }

  /// Maps of one grid, beside values that no shift by its stride changes.
  private func join(
    _ index: Int, _ maps: [PhaseGrid], _ inputs: [PhaseGrid]
  ) throws -> PhaseGrid {
    let map = maps[0]
    if let other = inputs.first(where: {
      $0.isMap ? $0.stride != map.stride || $0.period != map.period : !$0.stride.divides(map.stride)
    }) {
      throw PhaseChainObstacle.unequalStrides(
        path: network.nodes[index].path, map.stride, other.stride)
    }
    if let other = maps.first(where: { $0.size != map.size }) {
      throw PhaseChainObstacle.partOfCircle(
        path: network.nodes[index].path, size: other.size, period: map.period ?? 1)
    }
    return map
  }
}

extension HW {
  /// The stride that matters on a circle: 1 where an axis has one position.
  func effective(on period: HW) -> HW {
    HW(period.height == 1 ? 1 : height, period.width == 1 ? 1 : width)
  }

  /// The least stride that both divide.
  func joined(with other: HW) -> HW {
    func multiple(_ a: Int, _ b: Int) -> Int {
      var (x, y) = (a, b)
      while y != 0 { (x, y) = (y, x % y) }
      return a / x * b
    }
    return HW(multiple(height, other.height), multiple(width, other.width))
  }
}

extension Network {
  /// The values that the answer depends on.
  func valuesBehindOutput() -> Set<Int> {
    var result: Set<Int> = [output]
    for index in nodes.indices.reversed() where result.contains(index + 1) {
      result.formUnion(nodes[index].inputs)
    }
    return result
  }
}
