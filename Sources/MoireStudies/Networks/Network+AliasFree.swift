public import MoireLayers
import MoireTensors

extension Network {
  /// The network without its sources of aliasing, in the manner of alias-free convolutional networks
  /// (Michaeli, Michaeli and Soudry 2023): every ReLU becomes their polynomial of degree 2, a fit of
  /// GELU, on a grid twice as fine, which then cannot alias; max-pools of stride 1, with the padding
  /// before them, are left out.
  ///
  /// With ideal pooling and circular convolutions the answer is then the same for every shift, whole
  /// or not, but for rounding and the bin at the Nyquist frequency.
  public func aliasFree() -> Network {
    let polynomial = FilteredFunction(
      .polynomial([0.016_939_463_4, 0.5, 0.307_836_396_4]), factor: 2)
    var result = Network(name: name, inputShape: inputShape)
    result.remarks = remarks
    // The value of the new network for each of this one.
    var values = [0]
    for (index, node) in nodes.enumerated() {
      let inputs = node.inputs.map { values[$0] }
      switch node.layer {
      case .activation(.relu):
        values.append(result.append(node.path, .filteredActivation(polynomial), inputs: inputs))
      case .pooling(let pool) where pool.operation == .max && pool.stride == 1:
        values.append(inputs[0])
      case .pad where isOnlyForMaximum(index):
        values.append(inputs[0])
      default:
        values.append(result.append(node.path, node.layer, inputs: inputs))
      }
    }
    result.output = values[output]
    return result
  }

  private func isOnlyForMaximum(_ pad: Int) -> Bool {
    let readers = nodes.filter { $0.inputs.contains(pad + 1) }
    return readers.count == 1
      && readers.allSatisfy { node in
        guard case .pooling(let pool) = node.layer else { return false }
        return pool.operation == .max && pool.stride == 1
      }
  }
}
