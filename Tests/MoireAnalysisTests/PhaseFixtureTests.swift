import Foundation
import MoireTensors
import TestSupport
import Testing

@testable import MoireAnalysis

@Suite struct PhaseFixtureTests {
  struct Reference: Decodable {
    let logits: [Float]
    let remaining, mainEffects, phaseZeroEffects: [Double]
    let spread: Double
  }

  /// NumPy's numbers for the same array; both sum in double precision: 1e-12 of the total.
  @Test func decompositionMatchesNumPy() throws {
    let file = Fixtures.folder.appendingPathComponent("phases/phases.json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let reference = try decoder.decode(Reference.self, from: Data(contentsOf: file))
    let answers = PhaseAnswers(
      phases: HW(12, 6), classes: 4, logits: reference.logits, inputSize: HW(12, 6))
    let result = PhaseDecomposition(answers, strides: [HW(2, 3), HW(2, 1), HW(3, 2)])
    let pairs = [
      (result.remaining, reference.remaining), (result.mainEffects, reference.mainEffects),
      (result.phaseZeroEffects, reference.phaseZeroEffects),
      ([result.normalizedTotal], [reference.remaining[0] / reference.spread]),
    ]
    for (got, expected) in pairs {
      #expect(got.count == expected.count)
      for (a, b) in zip(got, expected) {
        #expect(abs(a - b) < 1e-12 * max(1, reference.remaining[0]))
      }
    }
  }

  /// The mean over many trees drawn from an array comes to its exact shares, within five standard
  /// errors, which 2,000 draws bring below a hundredth of the total.
  @Test func estimatesAreUnbiased() {
    let strides = [HW(2, 3), HW(2, 1), HW(3, 2)]
    let answers = PhaseTests.answers(strides, classes: 4, seed: 8)
    let exact = PhaseDecomposition(answers, strides: strides)
    let (branching, draws) = ([3, 2, 2], 2000)
    var (sums, squares) = ([0.0, 0, 0], [0.0, 0, 0])
    for seed in 0..<draws {
      var generator = SeededGenerator(seed: UInt64(seed))
      var nodes: [HW] = [0]
      for (level, size) in PhaseTree.sizes(strides).dropLast().enumerated() {
        nodes = nodes.flatMap { node in
          generator.draw(branching[level], of: strides[level].positions).map {
            HW(node.height + $0.height * size.height, node.width + $0.width * size.width)
          }
        }
      }
      let sample = PhaseSample(
        nodes.map { ($0, Array(answers.logits(at: $0))) }, strides: strides)
      #expect(sample.touching.count == 3)
      guard let shares = sample.pairs.shares(strides.map(\.area)) else { continue }
      for level in 0..<3 {
        sums[level] += shares[level] / exact.total
        squares[level] += (shares[level] / exact.total) * (shares[level] / exact.total)
      }
    }
    for level in 0..<3 {
      let mean = sums[level] / Double(draws)
      let error = ((squares[level] / Double(draws) - mean * mean) / Double(draws)).squareRoot()
      #expect(abs(mean - exact.shareFractions[level]) < 5 * error)
      #expect(error < 0.01)
    }
  }

  /// Tables of Student's t, four digits.
  @Test func quantilesOfStudent() {
    for (freedom, expected) in [
      (1, 12.7062), (2, 4.3027), (3, 3.1824), (60, 2.0003), (400, 1.9659),
    ] {
      #expect(abs(Jackknife.quantile(0.975, freedom: freedom) - expected) < 1e-4)
    }
  }
}
