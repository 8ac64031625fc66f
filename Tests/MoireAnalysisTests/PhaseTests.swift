import MoireAnalysis
import MoireLayers
import MoireTensors
import Testing

/// The statistics of the phase chain against their definitions.
@Suite struct PhaseTests {
  static func random(_ shape: [Int], seed: UInt64, scale: Double = 1) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    let values = (0..<shape.reduce(1, *)).map { _ in Float(generator.normal() * scale) }
    return try! Tensor(shape: shape, values: values)
  }

  static func answers(_ strides: [HW], classes: Int, seed: UInt64) -> PhaseAnswers {
    let phases = strides.reduce(HW(1, 1)) { HW($0.height * $1.height, $0.width * $1.width) }
    return PhaseAnswers(
      phases: phases, classes: classes,
      logits: random([phases.area, classes], seed: seed).values, inputSize: phases)
  }

  /// Answers in which each level acts alone and, weaker, with each other one.
  static func paired(_ strides: [HW], classes: Int, seed: UInt64) -> PhaseAnswers {
    var answers = answers(strides, classes: classes, seed: seed)
    let table = answers.logits
    let width = answers.phases.width
    let shifts = (0..<answers.phases.area).map { HW($0 / width, $0 % width) }
    var logits: [Float] = []
    for shift in shifts {
      let digits = digits(shift, strides)
      for c in 0..<classes {
        // Entries of the table far apart for each level, and for each pair.
        func entry(_ key: Int) -> Float { table[(key * 7919 + c) % table.count] }
        var value: Float = 0
        for (l, digit) in digits.enumerated() {
          let own = digit.height * 2 + digit.width + 10 * l
          value += entry(own)
          for (k, other) in digits[..<l].enumerated() {
            value += 0.6 * entry(own * 31 + other.height * 2 + other.width + 100 * (k + 1))
          }
        }
        logits.append(value)
      }
    }
    answers = PhaseAnswers(
      phases: answers.phases, classes: classes, logits: logits, inputSize: answers.inputSize)
    return answers
  }

  /// The digits of a shift, level by level.
  static func digits(_ shift: HW, _ strides: [HW]) -> [HW] {
    var rest = shift
    return strides.map { stride in
      defer { rest = HW(rest.height / stride.height, rest.width / stride.width) }
      return HW(rest.height % stride.height, rest.width % stride.width)
    }
  }

  /// The population variance of some leaves, summed over classes.
  static func variance(_ leaves: [[Double]]) -> Double {
    guard let first = leaves.first else { return 0 }
    return first.indices.reduce(0) { sum, c in
      let mean = leaves.reduce(0) { $0 + $1[c] } / Double(leaves.count)
      return sum
        + leaves.reduce(0) { $0 + ($1[c] - mean) * ($1[c] - mean) } / Double(leaves.count)
    }
  }

  static func mean(_ leaves: [[Double]]) -> [Double] {
    leaves[0].indices.map { c in leaves.reduce(0) { $0 + $1[c] } / Double(leaves.count) }
  }

  /// W_l by its definition: the mean over cosets of the variance in the coset.
  static func remaining(_ answers: PhaseAnswers, _ strides: [HW], _ level: Int) -> Double {
    var cosets: [[HW]: [[Double]]] = [:]
    for row in 0..<answers.phases.height {
      for column in 0..<answers.phases.width {
        let key = Array(digits(HW(row, column), strides).prefix(level))
        cosets[key, default: []].append(answers.logits(at: HW(row, column)).map(Double.init))
      }
    }
    return cosets.values.reduce(0) { $0 + variance($1) } / Double(cosets.count)
  }

  static let chains: [[HW]] = [
    [2, 2, 2], [HW(2, 3), 3, HW(1, 2)], [HW(1, 4), HW(1, 2)], [3], [2, 2, HW(3, 5)],
  ]

  /// Sums of some hundred terms in double precision: 1e-12 of the total.
  @Test(arguments: chains.indices) func decompositionMatchesTheDefinition(_ index: Int) {
    let strides = Self.chains[index]
    let answers = Self.answers(strides, classes: 3, seed: UInt64(index))
    var cumulative: HW = 1
    let levels = strides.map { stride in
      cumulative = HW(cumulative.height * stride.height, cumulative.width * stride.width)
      return PhaseLevel(stride: stride, cumulative: cumulative, sites: ["a"])
    }
    let result = answers.decomposition(levels: levels)
    let close = { (a: Double, b: Double) in abs(a - b) <= 1e-12 * result.total }
    for level in 0...strides.count {
      #expect(close(result.remaining[level], Self.remaining(answers, strides, level)))
    }
    #expect(result.shares.reduce(0, +) == result.total)
    #expect(result.shares.allSatisfy { $0 >= 0 })
    #expect(result.interactions >= -1e-12 * result.total)

    let all = (0..<answers.phases.height).flatMap { row in
      (0..<answers.phases.width).map { HW(row, $0) }
    }
    for level in strides.indices {
      let groups = Dictionary(grouping: all) { Self.digits($0, strides)[level] }
      let means = groups.values.map { shifts in
        Self.mean(shifts.map { answers.logits(at: $0).map(Double.init) })
      }
      #expect(close(result.mainEffects[level], Self.variance(means)))
      let alone = all.filter { shift in
        let digits = Self.digits(shift, strides)
        return digits.indices.allSatisfy { $0 == level || digits[$0] == 0 }
      }
      #expect(
        close(
          result.phaseZeroEffects[level],
          Self.variance(alone.map { answers.logits(at: $0).map(Double.init) })))
    }
    let own = answers.logits(at: 0).map(Double.init)
    let average = own.reduce(0, +) / 3
    let spread = own.reduce(0) { $0 + ($1 - average) * ($1 - average) }
    #expect(abs(result.normalizedTotal - result.total / spread) < 1e-12 * result.normalizedTotal)
  }

  @Test func theMeanOverImagesStillAddsUp() throws {
    let strides: [HW] = [2, HW(2, 3)]
    let parts = (0..<4).map {
      PhaseDecomposition(Self.answers(strides, classes: 5, seed: $0), strides: strides)
    }
    let mean = try #require(PhaseDecomposition.mean(of: parts))
    #expect(mean.shares.reduce(0, +) == mean.total)
    #expect(abs(mean.shares[1] - parts.reduce(0) { $0 + $1.shares[1] / 4 }) < 1e-12)
    #expect(mean.mainEffects.reduce(mean.interactions, +) - mean.total < 1e-12)
    #expect(PhaseDecomposition.mean(of: []) == nil)
  }

  /// An answer that knows one digit alone puts all of its variance there.
  @Test func aSingleEffectIsFound() {
    let strides: [HW] = [2, 2, 2]
    var logits: [Float] = []
    for row in 0..<8 {
      for column in 0..<8 { logits.append(Float((row / 2 % 2) * 3 + column / 2 % 2)) }
    }
    let answers = PhaseAnswers(phases: 8, classes: 1, logits: logits, inputSize: 8)
    let result = PhaseDecomposition(answers, strides: strides)
    // (3² + 1) / 4.
    #expect(result.shares == [0, 2.5, 0])
    #expect(result.mainEffects == [0, 2.5, 0])
    #expect(result.phaseZeroEffects == [0, 2.5, 0])
    #expect(result.interactions == 0)
  }

  @Test func certificatesCountChanges() {
    // Two classes on 2 × 2 phases; class 1 wins at (0, 1) by 1 and ties at (1, 1).
    let answers = PhaseAnswers(
      phases: 2, classes: 2, logits: [3, 1, 2, 3, 5, 0, 1, 1], inputSize: HW(4, 6))
    let certificate = answers.certificate
    #expect(certificate.circular)
    #expect(certificate.prediction == 0)
    #expect(certificate.evaluated == 4)
    #expect(certificate.represented == 24)
    #expect(certificate.changed == 6)
    #expect(
      certificate.worst
        == ShiftCertificate.Shift(shift: HW(0, 1), prediction: 1, margin: -1))
    #expect(certificate.smallestMargin == 0)
    #expect(certificate.logitRange == 5)
    #expect(certificate.nearTies == [HW(1, 1)])
    #expect(answers.logits(at: HW(-2, 5)) == answers.logits(at: HW(0, 1)))
    let one = ShiftCertificate(logits: [1, 2], classes: 1, shifts: [0, 1], circular: false)
    #expect(one.changed == 0)
    #expect(one.nearTies.isEmpty)
  }
}
