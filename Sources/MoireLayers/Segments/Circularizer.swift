import MoireSpectral
import MoireTensors

/// Appends the nodes of a network to another one, with circular borders.
struct Circularizer {
  let source: Network
  let shapes: [[Int]]
  private(set) var result: Network
  private(set) var changes: [String] = []
  /// The value in the result for each value of the source.
  private(set) var values = [0]

  init(_ source: Network) throws {
    self.source = source
    shapes = try source.valueShapes()
    result = Network(name: source.name, inputShape: source.inputShape)
    result.remarks = source.remarks
  }

  mutating func add(_ index: Int) {
    let node = source.nodes[index]
    let inputs = node.inputs.map { values[$0] }
    let shape = node.inputs.first.map { shapes[$0] } ?? []
    let append = { (network: inout Network, layer: Layer) in
      network.append(node.path, layer, inputs: inputs)
    }
    switch node.layer {
    case .convolution(var layer) where layer.paddingMode != .circular && !layer.padding.isZero:
      note(index, "\(Self.name(layer.paddingMode)) padding \(layer.padding)")
      layer.paddingMode = .circular
      values.append(append(&result, .convolution(layer)))
    case .pooling(let layer) where shape.count == 3:
      values.append(pool(index, layer, inputs, shapes[index + 1]))
    case .pad(let padding, let mode) where mode != .circular && padding.grows:
      note(index, "\(Self.name(mode)) padding \(padding)")
      values.append(append(&result, .pad(padding, .circular)))
    case .blurPool(var layer) where layer.padding != .circular:
      note(index, "\(layer.padding) border of its filter")
      layer.padding = .circular
      values.append(append(&result, .blurPool(layer)))
    case .separablePool(var layer)
    where layer.rows.padding != .circular || layer.columns.padding != .circular:
      note(index, "\(layer.rows.padding) border of its filter")
      (layer.rows.padding, layer.columns.padding) = (.circular, .circular)
      values.append(append(&result, .separablePool(layer)))
    case .adaptiveFilter(var layer) where layer.paddingMode != .circular && layer.kernel != 1:
      note(index, "\(Self.name(layer.paddingMode)) border of its filters")
      layer.paddingMode = .circular
      values.append(append(&result, .adaptiveFilter(layer)))
    case .transposedConvolution(let layer) where shape.count == 3:
      values.append(transposed(index, layer, inputs))
    case .resize(let layer) where shape.count == 3:
      values.append(resize(index, layer, inputs, shape, shapes[index + 1]))
    default: values.append(append(&result, node.layer))
    }
  }

  private mutating func note(_ index: Int, _ what: String) {
    changes.append("layer \(source.nodes[index].path): \(what) made circular")
  }

  static func name(_ mode: PaddingMode) -> String {
    switch mode {
    case .constant(let value): value == 0 ? "zero" : "constant \(value)"
    case .reflect: "reflect"
    case .replicate: "replicate"
    case .circular: "circular"
    }
  }

  // MARK: Layers that know no circular border themselves

  /// The pool without padding behind a circular pad, which also fills what sticks out in ceil mode.
  private mutating func pool(
    _ index: Int, _ layer: Pooling, _ inputs: [Int], _ output: [Int]
  ) -> Int {
    let path = source.nodes[index].path
    let shape = shapes[source.nodes[index].inputs[0]]
    let padding = layer.padding(covering: HW(output[1], output[2]), of: HW(shape[1], shape[2]))
    guard padding.grows else { return result.append(path, .pooling(layer), inputs: inputs) }
    note(index, layer.padding.isZero ? "windows that stick out" : "padding \(layer.padding)")
    var bare = layer
    bare.padding = 0
    bare.ceilMode = false
    let padded = result.append("\(path).pad", .pad(padding, .circular), inputs: inputs)
    return result.append(path, .pooling(bare), inputs: [padded])
  }

  /// The input continued by as many positions as an output reaches on either side, and the surplus
  /// taken away with the layer's own padding.
  private mutating func transposed(
    _ index: Int, _ layer: TransposedConvolution, _ inputs: [Int]
  ) -> Int {
    let path = source.nodes[index].path
    let extent = layer.window.extent
    let reach = { (extent: Int, stride: Int, crop: Int) in
      (max(extent, crop) + stride - 1) / stride
    }
    let (rows, columns) = (
      reach(extent.height, layer.stride.height, layer.padding.top),
      reach(extent.width, layer.stride.width, layer.padding.left)
    )
    note(index, "border of the result")
    let around = Padding(top: rows, left: columns, bottom: rows, right: columns)
    let padded = result.append("\(path).pad", .pad(around, .circular), inputs: inputs)
    var wide = layer
    wide.padding =
      layer.padding
      + Padding(
        top: rows * layer.stride.height, left: columns * layer.stride.width,
        bottom: rows * layer.stride.height, right: columns * layer.stride.width)
    return result.append(path, .transposedConvolution(wide), inputs: [padded])
  }

  /// A resize by whole factors on a continued map; other ones have no circular form and stay.
  private mutating func resize(
    _ index: Int, _ layer: Resize, _ inputs: [Int], _ from: [Int], _ to: [Int]
  ) -> Int {
    let path = source.nodes[index].path
    guard let rows = Self.continuation(from[1], to[1]),
      let columns = Self.continuation(from[2], to[2]), layer.coordinates != .alignCorners
    else {
      changes.append(
        "layer \(path): a resize from \(from[1])×\(from[2]) to \(to[1])×\(to[2]) has no circular form "
          + "and is left as it is")
      return result.append(path, .resize(layer), inputs: inputs)
    }
    note(index, "border of the interpolation")
    let around = Padding(
      top: rows.input, left: columns.input, bottom: rows.input, right: columns.input)
    let padded = result.append("\(path).pad", .pad(around, .circular), inputs: inputs)
    var wide = layer
    wide.target = .factors(
      height: Double(to[1]) / Double(from[1]), width: Double(to[2]) / Double(from[2]))
    let resized = result.append(path, .resize(wide), inputs: [padded])
    let surplus = Padding(
      top: -rows.output, left: -columns.output, bottom: -rows.output, right: -columns.output)
    return result.append("\(path).crop", .pad(surplus, .constant(0)), inputs: [resized])
  }

  /// How many positions of the input to continue an axis by, and how many of the output they are: two
  /// and more of each, which is the reach of a cubic.
  private static func continuation(_ from: Int, _ to: Int) -> (input: Int, output: Int)? {
    if to % from == 0 { return (2, 2 * (to / from)) }
    if from % to == 0 { return (2 * (from / to), 2) }
    return nil
  }
}

extension Padding {
  /// Whether something is added on a side, rather than taken away.
  var grows: Bool { max(top, left, bottom, right) > 0 }
}

extension Pooling {
  /// The padding that all windows of the pool lie in.
  func padding(covering output: HW, of input: HW) -> Padding {
    let extent = window.extent
    var result = padding
    result.bottom = max(
      padding.bottom,
      (output.height - 1) * stride.height + extent.height - input.height - padding.top)
    result.right = max(
      padding.right, (output.width - 1) * stride.width + extent.width - input.width - padding.left)
    return result
  }
}
