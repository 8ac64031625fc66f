import MoireTensors

/// Logits at some phases of one image, with the branch of the first level that each belongs to.
///
/// For two leaves that part at level l, drawn evenly, Γ_l = E[½ ‖f − f′‖²] = W_l + V_l · K/(K − 1), with
/// V_l = W_{l−1} − W_l and K the number of phases of the level: from the last level on, with W_L = 0, the
/// means of the pairs give all V_l without bias, however many leaves there are of each branch.
struct PhaseSample {
  /// ½ Σ ‖f − f′‖² and the number of pairs that part at each level.
  struct Pairs {
    var sums: [Double]
    var counts: [Int]

    init(levels: Int) {
      sums = [Double](repeating: 0, count: levels)
      counts = [Int](repeating: 0, count: levels)
    }

    static func - (a: Pairs, b: Pairs) -> Pairs {
      var result = a
      for level in a.sums.indices {
        result.sums[level] -= b.sums[level]
        result.counts[level] -= b.counts[level]
      }
      return result
    }

    /// V_l for each level; nil where no pair parts at one.
    func shares(_ phases: [Int]) -> [Double]? {
      guard zip(counts, phases).allSatisfy({ $0 > 0 || $1 == 1 }) else { return nil }
      var result = [Double](repeating: 0, count: sums.count)
      var behind = 0.0
      for level in sums.indices.reversed() where phases[level] > 1 {
        let count = Double(phases[level])
        let mean = sums[level] / Double(counts[level])
        result[level] = (mean - behind) * (count - 1) / count
        behind += result[level]
      }
      return result
    }
  }

  /// All pairs.
  let pairs: Pairs
  /// The pairs with a leaf in a branch of the first level, for each branch drawn.
  let touching: [Pairs]

  /// - Parameters:
  ///   - leaves: the shift of each leaf with its logits.
  ///   - strides: of the levels.
  init(_ leaves: [(shift: HW, logits: [Float])], strides: [HW]) {
    let sizes = PhaseTree.sizes(strides)
    let nodes = leaves.map { leaf in
      sizes.map { HW(leaf.shift.height % $0.height, leaf.shift.width % $0.width) }
    }
    let branches = Array(Set(nodes.map { $0.count > 1 ? $0[1] : 0 })).sorted {
      ($0.height, $0.width) < ($1.height, $1.width)
    }
    var all = Pairs(levels: strides.count)
    var touching = branches.map { _ in Pairs(levels: strides.count) }
    for (i, first) in leaves.enumerated() {
      for j in 0..<i {
        guard let level = strides.indices.first(where: { nodes[i][$0 + 1] != nodes[j][$0 + 1] })
        else { continue }
        let half = Self.squaredDistance(first.logits, leaves[j].logits) / 2
        for branch in Set([nodes[i][1], nodes[j][1]]) {
          let index = branches.firstIndex(of: branch)!
          touching[index].sums[level] += half
          touching[index].counts[level] += 1
        }
        all.sums[level] += half
        all.counts[level] += 1
      }
    }
    pairs = all
    self.touching = touching
  }

  private static func squaredDistance(_ a: [Float], _ b: [Float]) -> Double {
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        var sum = 0.0
        for index in 0..<min(a.count, b.count) {
          let difference = Double(a[index]) - Double(b[index])
          sum += difference * difference
        }
        return sum
      }
    }
  }
}
