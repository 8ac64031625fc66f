import MoireTensors

/// The logits over all phases as a tree of their digits, in double precision.
///
/// A map of means over the first l digits has the size of the cumulative stride S_l: the node with
/// digits d₁ … d_l stands at d₁ + s₁ d₂ + …, and its children at level l + 1 stand S_l apart.
struct PhaseTree {
  let strides: [HW]
  let classes: Int
  /// Σ_c (f_c − mean f)² at phase 0.
  let spread: Double
  /// For each level the means over the digits behind it, `[S_h][S_w][class]`; the last one is f itself,
  /// minus its mean.
  private let means: [[Double]]

  init(_ answers: PhaseAnswers, strides: [HW]) {
    let sizes = Self.sizes(strides)
    precondition(sizes.last == answers.phases, "\(strides) make no \(answers.phases) phases")
    self.strides = strides
    classes = answers.classes
    let own = answers.logits.prefix(answers.classes).map(Double.init)
    let mean = own.reduce(0, +) / Double(max(own.count, 1))
    spread = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    // Differences from one answer lose no digits to the size of the logits.
    var values = answers.logits.map(Double.init)
    for index in values.indices { values[index] -= own[index % answers.classes] }
    var means = [values]
    for level in strides.indices.reversed() {
      means.insert(
        Self.reduce(means[0], to: sizes[level], strides[level], classes: answers.classes), at: 0)
    }
    self.means = means
  }

  /// S_0 = 1, S_1 … S_L.
  static func sizes(_ strides: [HW]) -> [HW] {
    strides.reduce(into: [1]) {
      $0.append($0.last! * $1)
    }
  }

  /// The mean over the last digit: `size` is that of the result, `stride` the digit's range.
  private static func reduce(
    _ values: [Double], to size: HW, _ stride: HW, classes: Int
  ) -> [Double] {
    var result = [Double](repeating: 0, count: size.area * classes)
    let width = size.width * stride.width
    for row in 0..<size.height * stride.height {
      for column in 0..<width {
        let from = (row * width + column) * classes
        let to = (row % size.height * size.width + column % size.width) * classes
        for c in 0..<classes { result[to + c] += values[from + c] }
      }
    }
    let count = Double(stride.area)
    for index in result.indices { result[index] /= count }
    return result
  }

  /// E[Var(E[f | d₁ … d_l] | d₁ … d_{l−1})] for each level.
  func shares() -> [Double] {
    let sizes = Self.sizes(strides)
    return strides.indices.map { level in
      let (parent, size) = (sizes[level], sizes[level + 1])
      var sum = 0.0
      for row in 0..<size.height {
        for column in 0..<size.width {
          let from = (row * size.width + column) * classes
          let mean = (row % parent.height * parent.width + column % parent.width) * classes
          for c in 0..<classes {
            let difference = means[level + 1][from + c] - means[level][mean + c]
            sum += difference * difference
          }
        }
      }
      return sum / Double(size.area)
    }
  }

  /// Var over d_l of E[f | d_l] for each level.
  func mainEffects() -> [Double] {
    let sizes = Self.sizes(strides)
    return strides.indices.map { level in
      let (parent, size, stride) = (sizes[level], sizes[level + 1], strides[level])
      var sums = [Double](repeating: 0, count: stride.area * classes)
      for row in 0..<size.height {
        for column in 0..<size.width {
          let from = (row * size.width + column) * classes
          let to = (row / parent.height * stride.width + column / parent.width) * classes
          for c in 0..<classes { sums[to + c] += means[level + 1][from + c] }
        }
      }
      let count = Double(parent.area)
      return variance(sums.map { $0 / count }, of: stride.area)
    }
  }

  /// Var over d_l of f with all other digits 0.
  func phaseZeroEffects() -> [Double] {
    let sizes = Self.sizes(strides)
    let size = sizes[strides.count]
    return strides.indices.map { level in
      var values: [Double] = []
      for phase in strides[level].positions {
        let (row, column) = (
          phase.height * sizes[level].height, phase.width * sizes[level].width
        )
        let from = (row * size.width + column) * classes
        values += means[strides.count][from..<from + classes]
      }
      return variance(values, of: strides[level].area)
    }
  }

  /// The population variance of `count` vectors, summed over classes.
  private func variance(_ values: [Double], of count: Int) -> Double {
    (0..<classes).reduce(0) { sum, c in
      let column = (0..<count).map { values[$0 * classes + c] }
      let mean = column.reduce(0, +) / Double(count)
      return sum + column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    }
  }
}
