import MoireLayers
import MoireTensors

/// Turns the nodes of one graph, one after the other, into the layers of a network.
final class Importer {
  /// What a name of the graph stands for.
  enum Value {
    case constant(Constant)
    /// What a step gives. Dimension k of the graph's value is dimension `order[k]` of the step's,
    /// the number of images being dimension 0.
    case image(Int, order: [Int])
    /// All values of all images of a step, one after the other, as a node gave them.
    case flat(Int, Operator)
    /// Numbers that follow from the number of an image.
    case numbers(BatchIndices)
  }

  enum Operation {
    case layer(Layer)
    /// No layer by itself, but a part of one that exporters write as several nodes.
    case part(Part)
  }

  struct Step {
    var path: String
    var operation: Operation
    var inputs: [Int]
    /// For a factor and an offset that are the same for all channels.
    var scalar: (factor: Float, offset: Float)?
    var node: String
    /// The operator of the node.
    var type: String

    var layer: Layer? {
      guard case .layer(let layer) = operation else { return nil }
      return layer
    }
  }

  let model: ONNXModel
  let outputName: String
  let section: GraphSection
  /// The number of images the file insists on.
  var fixedBatch: Int?
  var values: [String: Value] = [:]
  /// Value 0 is the input, step i gives value i + 1.
  var steps: [Step] = []
  /// The shape of each value for one image.
  var shapes: [[Int]] = []
  var remarks: [String] = []
  /// What steps are beside what they compute: see ``Meaning``.
  var meanings: [Int: Meaning] = [:]
  /// How many pairs of QuantizeLinear and DequantizeLinear were met.
  var quantised = (values: 0, weights: 0)
  private var initialisers: [String: Int] = [:]
  private var converted: [ElementType: Int] = [:]
  private var ordinals: [String: Int] = [:]
  /// How many numbers may still be computed: a file of a few bytes must not fill the memory.
  private var allowance: Int

  init(_ model: ONNXModel, inputName: String?, outputName: String?, size: HW?) throws {
    self.model = model
    self.outputName = try Importer.chooseOutput(of: model, name: outputName)
    section = try GraphSection(of: model, output: self.outputName)
    allowance = 4 * model.byteCount + 1 << 20
    for (index, tensor) in model.graph.initializer.enumerated() where !tensor.name.isEmpty {
      initialisers[tensor.name] = index
    }
    try openInput(
      try Importer.chooseInput(of: model, section, name: inputName, output: self.outputName),
      size: size)
  }

  /// Imports all nodes and keeps the steps that the output needs.
  func network() throws -> Network {
    for node in section.nodes { try add(Operator(proto: node, opset: model.opset)) }
    if case .flat(let step, let op)? = values[outputName] { throw mixing(op, step) }
    guard case .image(let last, let order)? = values[outputName] else {
      throw ModelError.invalidGraph(
        model: model.name, reason: "the output '\(outputName)' does not depend on the images")
    }
    if order == [0, 2, 3, 1] {
      remarks.append("the file gives [N, H, W, C], it is read as [N, C, H, W]")
    } else if order != Array(order.indices) {
      throw ModelError.invalidGraph(
        model: model.name,
        reason: "the output '\(outputName)' stands transposed, dimensions \(order)")
    }
    var network = Network(name: model.name, inputShape: shapes[0])
    var needed: Set<Int> = [last]
    for index in steps.indices.reversed() where needed.contains(index + 1) {
      needed.formUnion(steps[index].inputs)
    }
    var moved = [0: 0]
    for (index, step) in steps.enumerated() where needed.contains(index + 1) {
      guard let layer = step.layer else {
        throw ModelError.unsupportedUse(
          operator: step.type, node: step.node,
          reason: "is supported only as a part of GELU, of a normalisation or of a choice of phase")
      }
      moved[index + 1] = network.append(step.path, layer, inputs: step.inputs.map { moved[$0]! })
    }
    network.output = moved[last]!
    network.remarks = remarks + conversionRemarks() + quantisationRemarks()
    return network
  }

  private func add(_ op: Operator) throws {
    guard isStandardDomain(op.proto.domain) else {
      throw unsupported("\(op.proto.domain)::\(op.type)", at: op.label)
    }
    guard op.proto.output.contains(where: { !$0.isEmpty }) else { return }
    let inputs = try op.proto.input.map { $0.isEmpty ? nil : try value($0, for: op) }
    var constants: [Constant?] = []
    for case let input in inputs {
      switch input {
      case .image?:
        guard let handler = Importer.layerOperators[op.type] else {
          throw unsupported(op.type, at: op.label)
        }
        return try handler(self)(op)
      case .flat?, .numbers?: return try addAcrossImages(op, inputs)
      case .constant(let constant)?: constants.append(constant)
      case nil: constants.append(nil)
      }
    }
    if op.type == "Split" { return try foldSplit(op, constants) }
    if giveImageNumbers(op, constants) { return }
    guard let fold = Importer.constantOperators[op.type] else {
      if Importer.layerOperators[op.type] != nil {
        throw op.refuse("it reads constants only, need a value that depends on the images")
      }
      throw unsupported(op.type, at: op.label)
    }
    let result = try fold(self)(op, constants)
    values[op.proto.output[0]] = .constant(result)
  }

  private func unsupported(_ name: String, at node: String) -> ModelError {
    let bare = name.split(separator: ":").last.map(String.init) ?? name
    if Importer.integerOperators.contains(bare) {
      return .unsupportedUse(
        operator: name, node: node,
        reason: "computes with quantised integers; export the network in float, or with "
          + "QuantizeLinear and DequantizeLinear around float operators")
    }
    return .unsupportedOperator(
      name: name, node: node,
      supported: Set(Importer.layerOperators.keys).union(Importer.constantOperators.keys).sorted())
  }

  /// What a name stands for; initialisers are decoded when they are first read.
  func value(_ name: String, for op: Operator) throws -> Value {
    if let value = values[name] { return value }
    guard let index = initialisers[name] else {
      throw op.refuse("reads '\(name)', which is an output that is not supported")
    }
    let value = Value.constant(
      try decode(
        model.graph.initializer[index], name: name, large: model.large[index]))
    values[name] = value
    return value
  }

  /// The values of a stored tensor, with a remark when they are not single precision.
  func decode(
    _ proto: ONNXTensorProto, name: String, large: FileRange? = nil
  ) throws -> Constant {
    let tensor = try ONNXTensor(proto, name: name, folder: model.folder, large: large)
    if tensor.type.isFloating, tensor.type != .float { converted[tensor.type, default: 0] += 1 }
    if proto.dataLocation == 1 { allowance += tensor.constant.count * tensor.type.size }
    return tensor.constant
  }

  private func conversionRemarks() -> [String] {
    converted.sorted { $0.key.rawValue < $1.key.rawValue }.map { type, count in
      let how = type == .double ? "rounded" : "widened"
      return "\(count) tensor\(count == 1 ? "" : "s") of type \(type) \(how) to single precision"
    }
  }

  /// Books numbers that are computed rather than read.
  func charge(_ shape: [Int], for op: Operator) throws {
    guard let count = try? Tensor.count(of: shape), count <= allowance else {
      throw op.refuse("constants of shape \(shape) are too many for a file of this size")
    }
    allowance -= count
  }

  func path(of op: Operator, weight: String? = nil) -> String {
    let ordinal = ordinals[op.type, default: 0]
    ordinals[op.type] = ordinal + 1
    return Paths.path(of: op.proto, weight: weight, ordinal: ordinal)
  }
}
