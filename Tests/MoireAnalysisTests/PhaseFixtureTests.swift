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
      for (a, b) in zip(got, expected) { #expect(abs(a - b) < 1e-12 * max(1, reference.remaining[0])) }
    }
  }

  /// Tables of Student's t, four digits.
  @Test func quantilesOfStudent() {
    for (freedom, expected) in [(1, 12.7062), (2, 4.3027), (3, 3.1824), (60, 2.0003), (400, 1.9659)] {
      #expect(abs(Jackknife.quantile(0.975, freedom: freedom) - expected) < 1e-4)
    }
  }
}
