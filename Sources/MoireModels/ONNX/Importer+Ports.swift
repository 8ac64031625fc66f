import MoireTensors

/// Which input and output of a model a network is made between.
extension Importer {
  static func chooseOutput(of model: ONNXModel, name: String?) throws -> String {
    let names = model.outputs.map(\.name)
    if let name {
      guard names.contains(name) || model.graph.node.contains(where: { $0.output.contains(name) })
      else {
        throw ModelError.unknownName(kind: "output", name: name, model: model.name, names: names)
      }
      return name
    }
    guard let only = names.first else {
      throw ModelError.invalidGraph(model: model.name, reason: "it has no output")
    }
    guard names.count == 1 else {
      throw ModelError.ambiguous(kind: "output", model: model.name, names: names)
    }
    return only
  }

  static func chooseInput(
    of model: ONNXModel, _ section: GraphSection, name: String?, output: String
  ) throws -> ONNXModel.Port {
    let names = model.inputs.map(\.name)
    if let name, !names.contains(name) {
      throw ModelError.unknownName(kind: "input", name: name, model: model.name, names: names)
    }
    if name == nil, section.inputs.count > 1 {
      throw ModelError.ambiguous(kind: "input", model: model.name, names: section.inputs)
    }
    let chosen = name ?? section.inputs.first
    guard let chosen, section.inputs.contains(chosen),
      let port = model.inputs.first(where: { $0.name == chosen })
    else {
      throw ModelError.invalidGraph(
        model: model.name,
        reason:
          "the output '\(output)' does not depend on \(chosen.map { "'\($0)'" } ?? "any input")")
    }
    if let other = section.inputs.first(where: { $0 != chosen }) {
      throw ModelError.invalidInput(
        input: other, reason: "the output '\(output)' needs it beside '\(chosen)', one is supported"
      )
    }
    return port
  }

  /// Makes the chosen input value 0.
  func openInput(_ port: ONNXModel.Port, size: HW?) throws {
    func refuse(_ reason: String) -> ModelError { .invalidInput(input: port.name, reason: reason) }
    if let declared = port.shape, declared.count == 2, let features = declared[1] {
      return try open(port, shape: [features], order: [0, 1], batch: declared[0])
    }
    guard let declared = port.shape, declared.count == 4 else {
      throw refuse("declares \(port.declared), need [N, C, H, W] or [N, F]")
    }
    let last = readsChannelsLast(port.name)
    // Dimension k of the file's input is dimension order[k] of [N, C, H, W].
    let order = last ? [0, 2, 3, 1] : [0, 1, 2, 3]
    var dimensions: [Int?] = [nil, nil, nil, nil]
    for (axis, dimension) in zip(order, declared) { dimensions[axis] = dimension }
    guard let channels = dimensions[1] else {
      throw refuse("declares \(port.declared), the number of channels must be fixed")
    }
    if size == nil, dimensions[2] == nil || dimensions[3] == nil {
      throw ModelError.sizeNeeded(input: port.name, declared: port.declared)
    }
    let own = HW(dimensions[2] ?? 0, dimensions[3] ?? 0)
    let used = size ?? own
    let shape = [channels, used.height, used.width]
    if let fixed = dimensions[2], let width = dimensions[3], HW(fixed, width) != used {
      remarks.append("the file declares \(HW(fixed, width)) images, it is read for \(used)")
    }
    if last { remarks.append("the file takes [N, H, W, C], it is read as [N, C, H, W]") }
    try open(port, shape: shape, order: order, batch: dimensions[0])
  }

  /// Makes an input of this shape value 0, whatever number of images the file fixes.
  private func open(_ port: ONNXModel.Port, shape: [Int], order: [Int], batch: Int?) throws {
    func refuse(_ reason: String) -> ModelError { .invalidInput(input: port.name, reason: reason) }
    guard shape.allSatisfy({ Operator.sizes.contains($0) && $0 > 0 }),
      (try? Tensor.count(of: shape)) != nil
    else { throw refuse("an image of shape \(shape) is not possible") }
    if let batch {
      fixedBatch = batch
      remarks.append(
        "the file fixes the number of images at \(batch), any number is taken")
    }
    shapes = [shape]
    values[port.name] = .image(0, order: order)
  }

  /// Whether every node that reads the input brings its channels from the end to the front, at once
  /// or after it has scaled the values.
  private func readsChannelsLast(_ name: String) -> Bool {
    let pointwise: Set<String> = [
      "Add", "Cast", "Clip", "DequantizeLinear", "Div", "Identity", "Mul", "Pad",
      "QuantizeLinear", "Sub",
    ]
    var readers: [String: [Int]] = [:]
    for (index, node) in section.nodes.enumerated() {
      for name in Set(node.input) { readers[name, default: []].append(index) }
    }
    var names = [name]
    var found = false
    while let name = names.popLast() {
      for node in (readers[name] ?? []).map({ section.nodes[$0] }) {
        if node.opType == "Transpose" {
          guard node.attribute.first(where: { $0.name == "perm" })?.ints == [0, 3, 1, 2] else {
            return false
          }
          found = true
        } else {
          guard pointwise.contains(node.opType), let output = node.output.first else {
            return false
          }
          names.append(output)
        }
      }
      // Each value once, however often nodes read it.
      readers[name] = nil
    }
    return found
  }
}
