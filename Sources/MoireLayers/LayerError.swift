public import MoireTensors

/// What can be wrong with a network or with what is fed to it.
public enum LayerError: InputError, Equatable {
  /// A layer does not fit its inputs; the reason names both values.
  case incompatible(path: String, reason: String)
  /// The input tensor is not what the network takes.
  case input(expected: [Int], got: [Int])
  /// A value is NaN or infinite; `path` is the first layer that gave one, or the input.
  case notFinite(path: String)
  /// The execution engine refused; the reason is its own.
  case engine(path: String, reason: String)
  /// Memory for the values of a network could not be had.
  case memory(bytes: Int)

  public var description: String {
    switch self {
    case .incompatible(let path, let reason): "layer \(path): \(reason)"
    case .input(let expected, let got):
      "the network takes [N, \(expected.map(String.init).joined(separator: ", "))], got \(got)"
    case .notFinite(let path):
      "\(path) gives values that are not finite (NaN or infinity); the weights or the input are broken"
    case .engine(let path, let reason): "layer \(path) cannot be executed: \(reason)"
    case .memory(let bytes): "no memory for \(bytes) bytes of feature maps; use a smaller input"
    }
  }
}
