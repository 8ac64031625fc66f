import MoireLayers

/// Activations that exporters write as several nodes.
///
/// Only what is computed is looked at, not how often it is read: parts that something else still
/// needs stay in the network, the others fall away when it is pruned.
extension Importer {
  /// `a·b` where b is a function of a or of what a comes from.
  func product(_ a: Int, gatedBy b: Int) -> (input: Int, Activation)? {
    guard let gate = step(b) else { return nil }
    switch gate.layer {
    case .activation(.sigmoid)? where gate.inputs == [a]: return (a, .silu)
    case .activation(.hardSigmoid(let alpha, let beta))?
    where gate.inputs == [a] && isSixth(alpha) && beta == 0.5:
      return (a, .hardSwish)
    case .activation(.tanh)? where reads(gate, .softplus, of: a): return (a, .mish)
    default: break
    }
    guard let scalar = gate.scalar else { return nil }
    if scalar.offset == 0, isSixth(scalar.factor), isShiftedClip(gate.inputs[0], of: a) {
      return (a, .hardSwish)
    }
    if scalar == (0.5, 0), let gelu = gelu(gate.inputs[0], of: a) { return (a, gelu) }
    if let half = step(a), let scalar = half.scalar, scalar == (0.5, 0),
      let gelu = gelu(b, of: half.inputs[0])
    {
      return (half.inputs[0], gelu)
    }
    return nil
  }

  /// `factor·x + offset` of a product that is an activation but for the factor.
  func scaled(_ index: Int, by factor: Float, plus offset: Float) -> (input: Int, Activation)? {
    guard offset == 0, let before = step(index), case .multiply? = before.layer else { return nil }
    let (u, v) = (before.inputs[0], before.inputs[1])
    for (a, b) in [(u, v), (v, u)] {
      if isSixth(factor), isShiftedClip(b, of: a) { return (a, .hardSwish) }
      if factor == 0.5, let gelu = gelu(b, of: a) { return (a, gelu) }
    }
    return nil
  }

  private func reads(_ step: Step, _ activation: Activation, of value: Int) -> Bool {
    guard let before = self.step(step.inputs[0]) else { return false }
    return before.layer == .activation(activation) && before.inputs == [value]
  }

  /// clip(x + 3, 0, 6).
  private func isShiftedClip(_ index: Int, of value: Int) -> Bool {
    guard let clip = step(index), clip.layer == .activation(.clip(low: 0, high: 6)),
      let shift = step(clip.inputs[0]), let scalar = shift.scalar
    else { return false }
    return scalar == (1, 3) && shift.inputs == [value]
  }

  /// 1 + erf(x/√2).
  private func isOnePlusErf(_ index: Int, of value: Int) -> Bool {
    guard let plus = step(index), let one = plus.scalar, one == (1, 1),
      let erf = step(plus.inputs[0]), case .part(.erf) = erf.operation,
      let half = step(erf.inputs[0]), let scalar = half.scalar
    else { return false }
    return half.inputs == [value] && scalar.offset == 0
      && abs(scalar.factor - Float(0.5).squareRoot()) < 1e-6
  }

  private func gelu(_ gate: Int, of value: Int) -> Activation? {
    if isOnePlusErf(gate, of: value) { return .gelu }
    return isOnePlusTanh(gate, of: value) ? .geluTanh : nil
  }

  /// 1 + tanh(√(2/π)·(x + 0.044715·x³)).
  private func isOnePlusTanh(_ index: Int, of value: Int) -> Bool {
    guard let plus = step(index), let one = plus.scalar, one == (1, 1),
      let tanh = step(plus.inputs[0]), tanh.layer == .activation(.tanh),
      let scale = step(tanh.inputs[0]), let root = scale.scalar, root.offset == 0,
      abs(root.factor - 0.797_884_56) < 1e-5,
      let sum = step(scale.inputs[0]), sum.layer == .add, sum.inputs.contains(value),
      let cubic = step(sum.inputs[0] == value ? sum.inputs[1] : sum.inputs[0]),
      let factor = cubic.scalar, factor.offset == 0, abs(factor.factor - 0.044715) < 1e-6
    else { return false }
    return isCube(cubic.inputs[0], of: value)
  }

  private func isCube(_ index: Int, of value: Int) -> Bool {
    guard let product = step(index) else { return false }
    if product.layer == .activation(.power(3)) { return product.inputs == [value] }
    guard product.layer == .multiply, product.inputs.contains(value),
      let square = step(product.inputs[0] == value ? product.inputs[1] : product.inputs[0])
    else { return false }
    return square.layer == .multiply && square.inputs == [value, value]
      || square.layer == .activation(.power(2)) && square.inputs == [value]
  }

  /// Exporters write 1/6 with the digits of single precision or with fewer.
  private func isSixth(_ value: Float) -> Bool { abs(value - 1 / 6) < 1e-6 }
}
