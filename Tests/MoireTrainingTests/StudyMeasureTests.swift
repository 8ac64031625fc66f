import MoireLayers
import MoireModels
import MoireSpectral
import MoireTensors
import MoireTraining
import Testing

@testable import MoireStudies

struct StudyMeasureTests {
  private func network(_ method: StudyMethod, _ name: String = "vgg-small") throws -> Network {
    try method.network(
      Zoo.architecture(named: name), inputShape: [1, 8, 8], classes: 4, seed: 3)
  }

  private func shifts(_ network: Network) throws -> [String: Double] {
    let values = try ShiftMeasure(network, passes: 2).values(
      BatchEvaluator(network, threads: 2), corners(24, seed: 4), PixelScale(channels: 1))
    return Dictionary(uniqueKeysWithValues: values.map { ($0.measure, $0.value) })
  }

  @Test func `Adaptive phases answer every circular shift alike, strides do not`() throws {
    let adaptive = try shifts(network(.aps))
    #expect(adaptive["consistency_circular"] == 1)
    #expect(adaptive["p_top1_change"] == 0)
    #expect(adaptive["classification_variation"] ?? 1 < 1e-5)
    #expect(adaptive["worst_shift_accuracy"] == adaptive["accuracy"])
    let strided = try shifts(network(.baseline, "strided-small"))
    #expect(strided["classification_variation"] ?? 0 > 1e-5)
  }

  @Test func `The agreement of views is that of independent pairs`() {
    let image = ImageAnswers(
      label: 1, logits: [[0, 2, 0], [0, 2, 0], [0, 2, 0], [3, 0, 0]])
    #expect(image.agreement == 10.0 / 16)
    #expect(image.accuracy == 0.75)
    #expect(!image.isAlwaysRight)
    #expect(image.agreement(of: [(0, 1), (0, 3)]) == 0.5)
    let (p, q) = (image.labelProbability[0], image.labelProbability[3])
    #expect(abs(image.variation - 3.squareRoot() / 4 * (p - q)) < 1e-12)
    #expect(abs(image.change(from: 0, to: 3) - (p - q)) < 1e-12)
  }

  @Test func `An alias-free network does not see shifts of parts of a pixel`() throws {
    let network = try network(.aliasFree)
    #expect(
      network.nodes.allSatisfy { node in
        if case .activation = node.layer { return false }
        if case .pooling = node.layer { return false }
        return true
      })
    var generator = SeededGenerator(seed: 8)
    let image = try Tensor(
      shape: [1, 1, 8, 8], values: (0..<64).map { _ in Float(generator.uniform()) })
    // The bin at the Nyquist frequency has no shift of its own: it is taken out first.
    let smooth = try FractionalShift(size: 8, dy: 0.5, dx: 0.5)(image)
    let compiled = try CompiledNetwork(network)
    let still = try compiled.run(smooth)
    let moved = try compiled.run(FractionalShift(size: 8, dy: 0.3, dx: -1.7)(smooth))
    // Sums of some thousand products in single precision, of size 1.
    for (a, b) in zip(still.values, moved.values) { #expect(abs(a - b) < 1e-4 * max(1, abs(a))) }
    let strided = try CompiledNetwork(self.network(.baseline))
    let (c, d) = (
      try strided.run(smooth), try strided.run(FractionalShift(size: 8, dy: 0.3, dx: -1.7)(smooth))
    )
    #expect(zip(c.values, d.values).contains { abs($0 - $1) > 1e-3 })
  }

  @Test func `Variation and flips have their closed forms`() throws {
    let point = try Tensor(shape: [1, 1, 3, 3], values: [0, 0, 0, 0, -2, 0, 0, 0, 0])
    #expect(MapMeasure.variation(point) == (8, 2))
    #expect(MapMeasure.variation(try Tensor(shape: [2, 1, 3, 3], repeating: 0.5)) == (0, 9))
    let frames = [[1, 1], [1, 2], [1, 1], [3, 1]]
    #expect(CorruptionMeasure.flipRate(frames, againstFirst: false) == 3.0 / 6)
    #expect(CorruptionMeasure.flipRate(frames, againstFirst: true) == 2.0 / 6)
    #expect(CorruptionMeasure.flipRate([[1]], againstFirst: true) == 0)
  }

  @Test func `A filter leaves less to fold at its site`() throws {
    let data = try StudyData(training: corners(8, seed: 1), test: corners(8, seed: 2))
    func alias(_ method: StudyMethod, _ measure: String) throws -> Double {
      let values = try MapMeasure.alias(network(method), data.inputs(3), threads: 1)
      #expect(Set(values.map(\.part)) == ["site 1", "site 2"])
      return values.first { $0.measure == measure && $0.part == "site 1" }?.value ?? -1
    }
    for method in [StudyMethod.baseline, .aps] {
      #expect(try alias(method, "alias_before_ac") == alias(method, "alias_after_ac"))
    }
    #expect(try alias(.bin5, "alias_after_ac") < 0.5 * alias(.bin5, "alias_before_ac"))
    #expect(try alias(.ideal, "alias_after_ac") < 1e-6)
  }

  @Test func `The distance of the last map is there, whether a site leaves it or a layer`() throws {
    let data = try StudyData(training: corners(8, seed: 1), test: corners(8, seed: 2))
    for name in ["vgg-small", "strided-small"] {
      let values = try MapMeasure.features(
        network(.baseline, name), data.inputs(1), threads: 1)
      #expect(values.last?.part == "last map")
      #expect(values.filter { $0.part == "last map" }.count == 1)
    }
  }

  @Test func `Errors relative to the baseline are means of ratios`() {
    func result(_ method: StudyMethod, _ error: Double) -> CellResult {
      let cell = StudyCell(network: "n", method: method, seed: 0)
      var result = CellResult(version: "", plan: "", cell: cell, trainingSeconds: 0)
      result.groups["corruption"] = CellResult.Group(
        protocolLine: "", seconds: 0,
        values: Corruption.allCases.map { .init("corruption_error", part: $0.rawValue, error) })
      return result
    }
    let results = CorruptionMeasure.addingRelative([result(.baseline, 0.4), result(.bin5, 0.3)])
    let relative = results.map { $0.values.first { $0.measure == "corruption_error_relative" } }
    #expect(relative[0]?.value == 1)
    #expect(abs((relative[1]?.value ?? 0) - 0.75) < 1e-12)
  }
}
