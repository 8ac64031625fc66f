public import MoireTensors

/// What can be wrong with a model file or with the network it describes.
public enum ModelError: InputError, Equatable {
  /// The file could not be read; the reason is the system's own.
  case file(path: String, reason: String)
  /// The bytes are not an ONNX model.
  case notONNX(model: String, reason: String)
  /// The graph contradicts itself: a cycle, a value nobody gives, a name given twice.
  case invalidGraph(model: String, reason: String)
  /// Stored values are missing, cut off, or of a type that cannot be used.
  case invalidTensor(name: String, reason: String)
  /// Values that stand in another file cannot be had.
  case externalData(tensor: String, reason: String)
  /// An operator that no layer stands for.
  case unsupportedOperator(name: String, node: String, supported: [String])
  /// A supported operator, used in a way that is not supported.
  case unsupportedUse(operator: String, node: String, reason: String)
  /// The shapes at a node do not fit together.
  case shapeMismatch(operator: String, node: String, reason: String)
  /// A weight that is NaN or infinite, the first one of its network.
  case nonFinite(layer: String, tensor: String, index: Int, value: Float)
  /// The model has several inputs or outputs and none was chosen.
  case ambiguous(kind: String, model: String, names: [String])
  /// The model has no input or output of the name that was asked for.
  case unknownName(kind: String, name: String, model: String, names: [String])
  /// The model leaves height or width open and no size was given.
  case sizeNeeded(input: String, declared: String)
  /// An input that is no batch of images, or a size that is not possible.
  case invalidInput(input: String, reason: String)
  /// The bytes are not a safetensors file.
  case notSafetensors(file: String, reason: String)
  /// A tensor of a safetensors file contradicts the file or cannot be used.
  case safetensor(file: String, tensor: String, reason: String)
  /// A file could not be written; the reason is the system's own.
  case unwritable(path: String, reason: String)
  /// Weights do not belong to the network they were loaded into.
  case weights(network: String, file: String, reason: String)
  /// No architecture of this name.
  case unknownArchitecture(name: String, names: [String])
  /// An architecture that cannot be built as asked.
  case invalidArchitecture(name: String, reason: String)
  /// A layer that no operators of ONNX compute.
  case notExpressible(layer: String, reason: String)
  /// The weights exceed what one ONNX message holds.
  case tooLarge(model: String, bytes: Int)
  /// No layer that subsamples without a filter, or none of those at `paths` that the pattern matches.
  case nothingToReplace(network: String, pattern: String?, paths: [String])
  /// A replacement does not give the shape that the layer gave.
  case sizeChanged(layer: String, before: [Int], after: [Int])
  /// A filter that does not exist for the map at a layer.
  case filterRefused(layer: String, reason: String)
  /// No way of anti-aliasing has this name.
  case unknownMethod(String)

  public var description: String {
    switch self {
    case .file(let path, let reason):
      "\(path): cannot be read: \(reason)"
    case .notONNX(let model, let reason):
      "\(model): not a usable ONNX model: \(reason)"
    case .invalidGraph(let model, let reason):
      "\(model): the graph is broken: \(reason)"
    case .invalidTensor(let name, let reason):
      "tensor '\(name)': \(reason)"
    case .externalData(let tensor, let reason):
      "external data of tensor '\(tensor)': \(reason)"
    case .unsupportedOperator(let name, let node, let supported):
      "operator \(name) at \(node) is not supported; supported are \(supported.joined(separator: ", "))"
    case .unsupportedUse(let name, let node, let reason):
      "operator \(name) at \(node): \(reason)"
    case .shapeMismatch(let name, let node, let reason):
      "operator \(name) at \(node): shapes do not fit: \(reason)"
    case .nonFinite(let layer, let tensor, let index, let value):
      "layer \(layer): value \(index) of '\(tensor)' is \(value), every weight must be finite"
    case .ambiguous(let kind, let model, let names):
      "\(model): has \(names.count) \(kind)s, choose one of \(names.joined(separator: ", "))"
    case .unknownName(let kind, let name, let model, let names):
      "\(model): no \(kind) '\(name)', there is \(names.joined(separator: ", "))"
    case .sizeNeeded(let input, let declared):
      "input '\(input)' declares \(declared): give the height and width with --size HxW"
    case .invalidInput(let input, let reason):
      "input '\(input)': \(reason)"
    case .notSafetensors(let file, let reason):
      "\(file): not a usable safetensors file: \(reason)"
    case .safetensor(let file, let tensor, let reason):
      "\(file): tensor '\(tensor)' \(reason)"
    case .unwritable(let path, let reason):
      "\(path): cannot be written: \(reason)"
    case .weights(let network, let file, let reason):
      "\(file): the weights do not fit \(network): \(reason)"
    case .unknownArchitecture(let name, let names):
      "no architecture '\(name)', there are \(names.joined(separator: ", "))"
    case .invalidArchitecture(let name, let reason):
      "\(name): \(reason)"
    case .notExpressible(let layer, let reason):
      "layer \(layer) cannot be written as ONNX: \(reason)"
    case .tooLarge(let model, let bytes):
      "\(model): \(bytes) bytes of weights do not fit one ONNX message of 2 GiB; write it to a file, "
        + "which puts them into a second one"
    case .nothingToReplace(let network, let pattern, let paths):
      paths.isEmpty
        ? "\(network): nothing matched: no convolution or pool subsamples without a filter"
        : "\(network): nothing matched '\(pattern ?? "*")', there is \(paths.joined(separator: ", "))"
    case .sizeChanged(let layer, let before, let after):
      "layer \(layer): the replacement gives \(after) where \(before) was; choose another filter,"
        + " convention or position"
    case .filterRefused(let layer, let reason):
      "layer \(layer): \(reason)"
    case .unknownMethod(let text):
      "'\(text)' is no way of anti-aliasing; there are \(Antialiasing.Method.grammar); a convention"
        + " goes with bin-N, rect-2 and tri-3"
    }
  }
}
