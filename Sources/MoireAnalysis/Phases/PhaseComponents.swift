import MoireTensors

/// The variance of an answer over the phases as a sum over sets of levels: the crossed random effects of
/// the analysis of variance.
///
/// For the set u, f_u is what the phases of its levels change together beyond what fewer of them do. As
/// phases of a level are exchangeable, Cov(f_u, f′_u) = θ_u Π_{l ∈ u} κ_l with κ_l = 1 for equal phases of
/// level l and −1/(K_l − 1) for others, K_l their number; the levels' shares are V_l = Σ_{max u = l} θ_u.
struct PhaseComponents {
  /// K_l, l from 0 on.
  let phases: [Int]
  /// The sets u, without levels of one phase.
  let sets: [[Int]]
  /// Π_{l ∈ u} (K_l − 1).
  let freedom: [Double]

  /// All sets for up to six levels with phases, those of up to three levels for more.
  init(phases: [Int]) {
    self.phases = phases
    let levels = phases.indices.filter { phases[$0] > 1 }
    var sets: [[Int]] = [[]]
    for level in levels { sets += sets.map { $0 + [level] } }
    self.sets = sets.filter { !$0.isEmpty && (levels.count <= 6 || $0.count <= 3) }
    freedom = self.sets.map { $0.reduce(1.0) { $0 * Double(phases[$1] - 1) } }
  }

  /// ½ for each level of a set, summing to 1: what is taken for θ before anything is known.
  var expected: [Double] {
    let weights = sets.map { $0.reduce(1.0) { weight, _ in weight / 2 } }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  /// V_l.
  func shares(_ theta: [Double]) -> [Double] {
    var result = phases.map { _ in 0.0 }
    for (set, value) in zip(sets, theta) { result[set.last!] += value }
    return result
  }

  /// For each set Π κ between any two leaves, `[n][n]`.
  func kernels(_ leaves: [[Int]]) -> [[Double]] {
    let count = leaves.count
    let single = phases.indices.map { level in
      var kernel = [Double](repeating: 1, count: count * count)
      let unequal = -1 / Double(max(1, phases[level] - 1))
      for i in 0..<count {
        for j in 0..<count where leaves[i][level] != leaves[j][level] {
          kernel[i * count + j] = unequal
        }
      }
      return kernel
    }
    return sets.map { set in
      var kernel = single[set[0]]
      for level in set.dropFirst() {
        for index in kernel.indices { kernel[index] *= single[level][index] }
      }
      return kernel
    }
  }
}
