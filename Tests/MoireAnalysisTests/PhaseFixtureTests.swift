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

  struct Components: Decodable {
    let phases: [Int]
    let leaves, sets: [[Int]]
    let logits: [[Float]]
    let theta, covariance, profile, beside: [Double]
  }

  /// NumPy's steps on the same leaves; matrices of 14 rows inverted in another order: 1e-7 of the total.
  @Test func componentsMatchNumPy() throws {
    let file = Fixtures.folder.appendingPathComponent("phases/components.json")
    let reference = try JSONDecoder().decode(Components.self, from: Data(contentsOf: file))
    let components = PhaseComponents(phases: reference.phases)
    #expect(components.sets == reference.sets)
    var fit = PhaseFit(components, leaves: reference.leaves, logits: reference.logits)
    let total = reference.theta.reduce(0, +)
    for (got, expected) in zip(fit.theta, reference.theta) {
      #expect(abs(got - expected) < 1e-7 * total)
    }
    for (got, expected) in zip(fit.covariance(nil), reference.covariance) {
      #expect(abs(got - expected) < 1e-7 * total * total)
    }
    fit.refine(PhaseFit.Prior(profile: reference.profile))
    for (got, expected) in zip(fit.theta, reference.beside) {
      #expect(abs(got - expected) < 1e-7 * total)
    }
  }

  /// Trees of a third of the phases of an array in which levels act alone and in pairs: 95 % intervals
  /// hold at least 88 % of the shares of 60 trees (three standard deviations below), which on the mean
  /// are right within 2 % of the total.
  @Test func intervalsHoldTheExactShares() {
    let strides = [HW(2, 2), HW(2, 1), HW(2, 2)]
    let answers = PhaseTests.paired(strides, classes: 24, seed: 8)
    let exact = PhaseDecomposition(answers, strides: strides)
    let components = PhaseComponents(phases: strides.map(\.area))
    let design = SamplingDesign(strides: strides, costs: [0, 0, 1], fixed: 0, budget: 12)
    #expect(design.nodes.last == 12)
    var (held, errors) = (0, [0.0, 0, 0])
    for seed in 0..<60 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let leaves = design.tree(&generator).leaves.sorted {
        $0.value.lexicographicallyPrecedes($1.value)
      }
      #expect(leaves.count == 12)
      let fit = PhaseFit(
        components, leaves: leaves.map(\.value),
        logits: leaves.map { Array(answers.logits(at: $0.key)) })
      let reading = PhaseEstimate.Reading(
        components.shares(fit.theta), errors: fit.covariance(nil))
      for level in 0..<3 {
        let (found, share) = (reading.shareFractions[level], exact.shareFractions[level])
        held += (found.low ?? 1) <= share && share <= (found.high ?? 0) ? 1 : 0
        errors[level] += (found.value - share) / 60
      }
    }
    #expect(held >= 158, "\(held) of 180")
    #expect(errors.allSatisfy { abs($0) < 0.02 }, "\(errors)")
  }
}
