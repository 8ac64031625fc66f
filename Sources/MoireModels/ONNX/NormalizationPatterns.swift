import MoireLayers
import MoireTensors

/// What is no layer by itself. All parts of a normalisation read the value x that is normalised.
///
/// See also ``Meaning``, for what is.
enum Part: Equatable {
  /// The error function, a part of GELU.
  case erf
  /// The mean of x over the set of values that share their statistics.
  case mean(Normalization.Kind)
  /// x − mean.
  case centred(Normalization.Kind)
  /// (x − mean)².
  case squared(Normalization.Kind)
  /// The mean of (x − mean)².
  case variance(Normalization.Kind)
  /// variance + ε.
  case shifted(Normalization.Kind, Float)
  /// √(variance + ε).
  case deviation(Normalization.Kind, Float)
  /// 1/√(variance + ε).
  case inverse(Normalization.Kind, Float)
  /// The index of the first of the largest values of a vector, or of the smallest.
  case index(isLargest: Bool)
  /// Each sample of a map as the one place of a tile of zeros, `[C, H, s_h, W, s_w]`.
  case tiles(stride: HW, offset: HW)
  /// A softmax within groups of so many channels.
  case groupSoftmax(taps: Int)
  /// Channels by their numbers.
  case chosen([Int])
  /// The positions of each bin of adaptive pooling along dimension 2 or 3, in a dimension behind it.
  case bins(axis: Int)
}

/// Normalisations that exporters write as their definition, node by node.
///
/// As with the activations only what is computed is looked at; each function gives the node's output
/// and says so when it is the next part.
extension Importer {
  private func part(_ index: Int) -> (Part, of: Int)? {
    guard let step = step(index), case .part(let part) = step.operation else { return nil }
    return (part, step.inputs[0])
  }

  private func give(_ op: Operator, _ part: Part, of value: Int, _ order: [Int]) throws -> Bool {
    let result = try append(op, path(of: op), .part(part), inputs: [value])
    give(op, result, order: order)
    return true
  }

  /// The mean over dimensions of the layers' own order, kept with extent 1.
  func giveMean(_ op: Operator, _ index: Int, _ order: [Int], axes: Set<Int>) throws -> Bool {
    let rank = order.count
    let kind: Normalization.Kind
    switch axes {
    case [1]: kind = .layer
    case Set(1..<rank) where rank > 2: kind = .layerAll
    case [2, 3]: kind = .instance
    default: return false
    }
    if case (.squared(kind), let value)? = part(index) {
      return try give(op, .variance(kind), of: value, order)
    }
    guard kind != .instance else { return false }
    return try give(op, .mean(kind), of: index, order)
  }

  func giveCentred(_ op: Operator, _ inputs: [Int], _ order: [Int]) throws -> Bool {
    switch part(inputs[1]) {
    case (.mean(let kind), let value)? where value == inputs[0]:
      return try give(op, .centred(kind), of: value, order)
    default:
      guard let mean = step(inputs[1]), mean.inputs == [inputs[0]],
        case .globalPooling(.average)? = mean.layer
      else { return false }
      return try give(op, .centred(.instance), of: inputs[0], order)
    }
  }

  /// The square of one input, or the product of an input with itself.
  func giveSquare(_ op: Operator, _ inputs: [Int]? = nil, _ order: [Int]? = nil) throws -> Bool {
    let first = try oriented(op)
    let inputs = inputs ?? [first.step, first.step]
    guard inputs[0] == inputs[1], case (.centred(let kind), let value)? = part(inputs[0]) else {
      return false
    }
    return try give(op, .squared(kind), of: value, order ?? first.order)
  }

  func giveShifted(
    _ op: Operator, _ index: Int, _ order: [Int], by epsilon: Float
  ) throws -> Bool {
    guard case (.variance(let kind), let value)? = part(index) else { return false }
    return try give(op, .shifted(kind, epsilon), of: value, order)
  }

  func giveDeviation(_ op: Operator) throws -> Bool {
    let (index, order) = try oriented(op)
    guard case (.shifted(let kind, let epsilon), let value)? = part(index) else { return false }
    return try give(op, .deviation(kind, epsilon), of: value, order)
  }

  func giveInverseDeviation(_ op: Operator) throws -> Bool {
    let (index, order) = try oriented(op)
    guard case (.deviation(let kind, let epsilon), let value)? = part(index) else { return false }
    return try give(op, .inverse(kind, epsilon), of: value, order)
  }

  /// (x − mean)/√(variance + ε), as a quotient or as a product with the inverse.
  func giveNormalised(
    _ op: Operator, _ inputs: [Int], _ order: [Int], divides: Bool
  ) throws -> Bool {
    let pairs =
      divides ? [(inputs[0], inputs[1])] : [(inputs[0], inputs[1]), (inputs[1], inputs[0])]
    for (top, bottom) in pairs {
      guard case (.centred(let kind), let value)? = part(top), let (last, other) = part(bottom),
        other == value
      else { continue }
      let epsilon: Float
      switch last {
      case .deviation(kind, let stored) where divides: epsilon = stored
      case .inverse(kind, let stored) where !divides: epsilon = stored
      default: continue
      }
      let layer = Normalization(kind, epsilon: epsilon)
      let result = try append(op, path(of: op), .layer(.normalization(layer)), inputs: [value])
      give(op, result, order: order)
      return true
    }
    return false
  }
}
