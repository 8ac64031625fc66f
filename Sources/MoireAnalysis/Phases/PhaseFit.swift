import MoireTensors

/// The components of one image from the logits at some of its phases, by restricted maximum likelihood.
///
/// With Σ = Σ_u θ_u K_u, Q = Σ⁻¹ − Σ⁻¹11ᵀΣ⁻¹/1ᵀΣ⁻¹1 and S the leaves' products summed over classes, the
/// likelihood is stationary where tr K_u Q = tr K_u Q S Q, and there θ_u also is what the leaves say of the
/// component of these very phases: of all leaves it is exact.
struct PhaseFit {
  let components: PhaseComponents
  private(set) var theta: [Double]
  /// As many independent dimensions of the same variance would scatter as the logits do.
  private let dimensions: Double
  private let products: [Double]
  private let leaves: [[Int]]

  /// Another image's components as a prior: so many dimensions are worth their mean profile.
  struct Prior {
    static let weight = 5.0
    /// θ / Σ θ.
    let profile: [Double]
  }

  /// - Parameters:
  ///   - leaves: the phase of each level, for each leaf.
  ///   - logits: of each leaf.
  init(_ components: PhaseComponents, leaves: [[Int]], logits: [[Float]]) {
    self.components = components
    self.leaves = leaves
    let count = leaves.count
    let products = Self.products(logits)
    self.products = products
    var (total, squares) = (0.0, 0.0)
    for i in 0..<count {
      total += products[i * count + i]
      for j in 0..<count { squares += products[i * count + j] * products[i * count + j] }
    }
    dimensions = squares > 0 ? total * total / squares : 0
    theta = components.expected.map { $0 * total / Double(max(1, count)) }
    if isVarying { iterate(60, prior: nil) } else { theta = theta.map { _ in 0 } }
  }

  private var count: Int { leaves.count }
  var isVarying: Bool { dimensions > 0 && count > 1 }
  var profile: [Double] {
    let sum = theta.reduce(0, +)
    return theta.map { sum > 0 ? $0 / sum : 0 }
  }

  /// Fits again beside what other images say.
  mutating func refine(_ prior: Prior) {
    guard isVarying else { return }
    let total = theta.reduce(0, +)
    theta = prior.profile.map { $0 * total }
    iterate(25, prior: prior)
  }

  private mutating func iterate(_ rounds: Int, prior: Prior?) {
    let least = theta.reduce(0, +) * 1e-12
    let kernels = components.kernels(leaves)
    for _ in 0..<rounds {
      let precision = precision(kernels)
      let around = SquareMatrix.sandwich(precision, products, count)
      let total = theta.reduce(0, +)
      var change = 0.0
      for index in theta.indices {
        var expected = SquareMatrix.trace(kernels[index], precision)
        var found = SquareMatrix.trace(kernels[index], around)
        if let prior {
          let weight = Prior.weight / dimensions / theta[index]
          expected += weight
          found += weight * prior.profile[index] * total / theta[index]
        }
        let next = max(
          least, theta[index] * (max(0, found) / max(expected, 1e-300)).squareRoot())
        change = max(change, abs(next - theta[index]))
        theta[index] = next
      }
      if change < 1e-6 * total { break }
    }
  }

  /// Q.
  private func precision(_ kernels: [[Double]]) -> [Double] {
    var sum = [Double](repeating: 0, count: count * count)
    for (kernel, value) in zip(kernels, theta) {
      for index in sum.indices { sum[index] += value * kernel[index] }
    }
    let ridge = theta.reduce(0, +) * 1e-9
    for i in 0..<count { sum[i * count + i] += ridge }
    var inverse = SquareMatrix.inverse(sum, count)
    let rows = (0..<count).map { i in (0..<count).reduce(0.0) { $0 + inverse[i * count + $1] } }
    let all = rows.reduce(0, +)
    for i in 0..<count {
      for j in 0..<count { inverse[i * count + j] -= rows[i] * rows[j] / all }
    }
    return inverse
  }

  /// The covariance of the errors of V_l, `[L][L]`: 2/r (A⁻¹ − diag(θ_u² / m_u)), A_uv = tr K_u Q K_v Q
  /// with the prior's own curvature, r the dimensions.
  func covariance(_ prior: Prior?) -> [Double] {
    let levels = components.phases.count
    guard isVarying else { return [Double](repeating: 0, count: levels * levels) }
    let kernels = components.kernels(leaves)
    let precision = precision(kernels)
    let sets = components.sets.count
    let turned = kernels.map { SquareMatrix.product($0, precision, count) }
    let total = theta.reduce(0, +)
    var curvature = [Double](repeating: 0, count: sets * sets)
    for u in 0..<sets {
      let transposed = SquareMatrix.transposed(turned[u], count)
      for v in 0..<sets { curvature[u * sets + v] = SquareMatrix.trace(transposed, turned[v]) }
      // Alone, components of nothing keep the scatter that half a leaf would leave them.
      let alone = theta[u] + 0.5 * total / Double(count)
      let floor = prior == nil ? alone : max(theta[u], 1e-3 * total / Double(sets))
      curvature[u * sets + u] += (prior == nil ? 0.5 : Prior.weight) / dimensions / (floor * floor)
    }
    var errors = SquareMatrix.inverse(curvature, sets)
    for u in 0..<sets {
      errors[u * sets + u] -= theta[u] * theta[u] / components.freedom[u]
    }
    var result = [Double](repeating: 0, count: levels * levels)
    for (u, first) in components.sets.enumerated() {
      for (v, second) in components.sets.enumerated() {
        result[first.last! * levels + second.last!] += 2 / dimensions * errors[u * sets + v]
      }
    }
    return result
  }

  /// Products of the logits minus their mean over leaves.
  private static func products(_ logits: [[Float]]) -> [Double] {
    let count = logits.count
    guard let classes = logits.first?.count else { return [] }
    var values = [Double](repeating: 0, count: count * classes)
    for c in 0..<classes {
      let mean = logits.reduce(0) { $0 + Double($1[c]) } / Double(count)
      for i in 0..<count { values[i * classes + c] = Double(logits[i][c]) - mean }
    }
    var result = [Double](repeating: 0, count: count * count)
    values.withUnsafeBufferPointer { values in
      for i in 0..<count {
        for j in 0...i {
          var sum = 0.0
          for c in 0..<classes { sum += values[i * classes + c] * values[j * classes + c] }
          (result[i * count + j], result[j * count + i]) = (sum, sum)
        }
      }
    }
    return result
  }
}
