import MoireSpectral
import MoireTensors

/// Strided operations run once for all of their phases.
extension PhasePlan {
  /// Appends a strided operation at stride 1 at the level of its input, its pointwise chain behind it,
  /// and the decimation to `level`; false where it has no such form.
  mutating func addDense(_ index: Int, _ level: Int) throws -> Bool {
    let node = grids.network.nodes[index]
    guard node.inputs.count == 1, grids.grids[index + 1]!.isMap else { return false }
    let input = node.inputs[0]
    let layer = node.layer.concrete(for: grids.shapes[input])
    let (base, lead) = origin(of: input, layer)
    let grid = grids.grids[base]!
    guard grid.size == grid.period else { return false }
    if case .convolution(let layer) = layer, layer.kernel == 1, lead == 0,
      layer.weight.shape[1] * layer.groups <= layer.outputChannels
    {
      try addPointwise(index, layer, base, level)
      return true
    }
    // Moving a few channels for every phase takes less time and memory than thinning out many.
    let phases = grids.grids[index + 1]!.stride / grid.stride
    guard grids.shapes[base][0] * phases.area > grids.shapes[index + 1][0] else { return false }
    guard let layers = try Self.dense(layer, lead: lead, size: grid.size) else { return false }
    var result = try value(base)
    let start = values[result]
    let add = { (plan: inout PhasePlan, path: String, layer: Layer) throws in
      result = try plan.append(
        path, layer, [result], level: start.level, stride: start.stride, period: start.period)
    }
    for (suffix, layer) in layers { try add(&self, node.path + suffix, layer) }
    var last = index
    while let next = pointwiseReader(of: last + 1) {
      set(last + 1, to: result)
      try add(&self, grids.network.nodes[next].path, grids.network.nodes[next].layer)
      last = next
    }
    set(last + 1, to: crossing(result, to: level, decimating: true))
    return true
  }

  /// A 1×1 convolution reads nothing but the positions it keeps.
  private mutating func addPointwise(
    _ index: Int, _ layer: Convolution, _ base: Int, _ level: Int
  ) throws {
    var layer = layer
    layer.stride = 1
    layer.padding = 0
    let source = crossing(try value(base), to: level, decimating: true)
    let grid = grids.grids[index + 1]!
    set(
      index + 1,
      to: try append(
        grids.network.nodes[index].path, .convolution(layer), [source], level: level,
        stride: grid.stride, period: grid.period))
  }

  /// The whole circle that a layer reads, and how far its first window begins before it.
  private func origin(of input: Int, _ layer: Layer) -> (value: Int, lead: HW) {
    var lead = HW(0, 0)
    switch layer {
    case .convolution(let layer): lead = HW(layer.padding.top, layer.padding.left)
    case .pooling: break
    default: return (input, lead)
    }
    guard input > 0, case .pad(let padding, _) = grids.network.nodes[input - 1].layer, lead == 0
    else { return (input, lead) }
    return (grids.network.nodes[input - 1].inputs[0], HW(padding.top, padding.left))
  }

  /// The layers that give the operation at each of the positions of a circle of `size`.
  private static func dense(
    _ layer: Layer, lead: HW, size: HW
  ) throws -> [(suffix: String, layer: Layer)]? {
    switch layer {
    case .convolution(var layer):
      guard let padding = padding(lead, layer.window.extent) else { return nil }
      (layer.stride, layer.padding, layer.paddingMode) = (1, padding, .circular)
      return [("", .convolution(layer))]
    case .pooling(var layer):
      guard let padding = padding(lead, layer.window.extent) else { return nil }
      (layer.stride, layer.padding, layer.ceilMode) = (1, 0, false)
      return [(".pad", .pad(padding, .circular)), ("", .pooling(layer))]
    case .subsample(_, let offset):
      let roll = Padding(
        top: -offset.height, left: -offset.width, bottom: offset.height, right: offset.width)
      return offset == 0 ? [] : [("", .pad(roll, .circular))]
    case .blurPool(let layer):
      let filter = try refusal { () throws(SpectralError) in try layer.filter(of: size) }
      return [("", .separablePool(filter.dense(output: size)))]
    case .separablePool(let layer): return [("", .separablePool(layer.dense(output: size)))]
    default: return nil
    }
  }

  /// The padding with which windows of an extent give as many positions as the circle has.
  private static func padding(_ lead: HW, _ extent: HW) -> Padding? {
    let trail = HW(extent.height - 1 - lead.height, extent.width - 1 - lead.width)
    guard min(lead.height, lead.width, trail.height, trail.width) >= 0 else { return nil }
    return Padding(
      top: lead.height, left: lead.width, bottom: trail.height, right: trail.width)
  }

  private static func refusal<Value>(_ make: () throws(SpectralError) -> Value) throws -> Value {
    do {
      return try make()
    } catch {
      throw ShapeMismatch(error.description)
    }
  }

  /// The unary pointwise node that alone reads a value of the original.
  private func pointwiseReader(of value: Int) -> Int? {
    let live = consumers[value].filter { grids.grids[$0 + 1] != nil }
    guard value != grids.network.output, live.count == 1,
      grids.network.nodes[live[0]].layer.isUnaryPointwise
    else { return nil }
    return live[0]
  }
}
