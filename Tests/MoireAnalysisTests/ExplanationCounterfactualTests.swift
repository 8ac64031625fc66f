import MoireLayers
import MoireModels
import MoireTensors
import Testing

@testable import MoireAnalysis

@Suite struct ExplanationCounterfactualTests {
  private static func source(_ count: Int = 3) -> AuditSource {
    AuditSource(
      (0..<count).map {
        AuditInput(
          name: "\($0)", label: $0, tensor: PhaseTests.random([1, 3, 16, 16], seed: UInt64($0)))
      })
  }

  /// Every number again, by hand: replaced by surgery, all 256 shifts by brute force.
  @Test func circularNetworksAreAnsweredAtEveryShift() throws {
    let network = try PhaseChainTests.network()
    let found = try Counterfactual(network: network, source: Self.source())
    let reading = try #require(found.reading)
    #expect(found.remarks.isEmpty && reading.exhaustive && reading.seed == nil)
    #expect(reading.shifts == 64 && reading.images == 3)
    let sites = ["conv1", "pool", "conv2"]
    #expect(reading.variants.map(\.replaced) == [[]] + sites.map { [$0] } + [sites])
    let shifts = (0..<256).map { HW($0 / 16, $0 % 16) }
    for variant in reading.variants {
      var changed = network.withoutFinalSoftmax()
      for path in variant.replaced {
        changed = try changed.antialiased(with: Antialiasing(method: .ideal, sites: path)).network
      }
      let brute = try ShiftBruteForce(changed)
      var (total, moved) = (0.0, 0.0)
      for image in 0..<3 {
        let logits = try brute.logits(Self.source().load(image).tensor, shifts: shifts)
        let answers = shifts.indices.map { Answer(logits[7 * $0..<7 * $0 + 7]) }
        total += answers.variance / 3
        moved +=
          Double(answers.count { $0.prediction != answers[0].prediction }) / 256 / 3
      }
      // Rounding of logits of about 0.1, squared and summed.
      #expect(abs(variant.total - total) < 1e-4 * total + 1e-10)
      #expect(abs(variant.changed - moved) < 0.01)
    }
    let original = reading.variants[0]
    #expect(original.remaining == 1 && original.agreement == 1)
    #expect((reading.variants.last?.remaining ?? 1) < 0.5)
    #expect(reading.variants.allSatisfy { ($0.accuracy ?? -1) >= 0 })
  }

  /// Without an activation and with a mean at the end nothing is left behind an ideal low-pass.
  @Test func aLinearNetworkWithoutAliasingDoesNotVary() throws {
    let network = try ExplanationTests.linear(stride: 2, size: 16)
    let reading = try #require(
      try Counterfactual(network: network, source: Self.source()).reading)
    #expect(reading.variants.count == 4)
    #expect((reading.variants.last?.remaining ?? 1) < 1e-8)
  }

  @Test func otherNetworksAreShiftedAtRandom() throws {
    var builder = NetworkBuilder(
      name: "zero", inputShape: [3, 16, 16], weights: SeededWeights(seed: 3))
    try builder.convolution("conv[1]", channels: 4, kernel: 3, stride: 2, padding: 1) {
      try $0.activation("relu", .relu)
    }
    try builder.globalAveragePool("mean")
    let options = Counterfactual.Options(shifts: 20, seed: 5)
    let found = try Counterfactual(
      network: builder.network, source: Self.source(), options: options)
    let reading = try #require(found.reading)
    #expect(!reading.exhaustive && reading.shifts == 20 && reading.seed == 5)
    #expect(found.remarks.count == 1 && found.remarks[0].contains("20 random circular shifts"))
    #expect(reading.variants.map(\.replaced) == [[], ["conv[1]"]])
    let again = try Counterfactual(
      network: builder.network, source: Self.source(), options: options)
    #expect(again.reading == reading)
  }

  /// A pool of even windows without padding reads on at the beginning of its circle.
  @Test func poolsOfCircularNetworksStayCircular() throws {
    var builder = NetworkBuilder(
      name: "pool", inputShape: [3, 16, 16], weights: SeededWeights(seed: 3), border: .circular)
    try builder.convolution("conv", channels: 4, kernel: 3, padding: 1) {
      try $0.activation("relu", .relu)
    }
    try builder.maxPool("pool", kernel: 2, stride: 2)
    try builder.globalAveragePool("mean")
    let found = try Counterfactual(network: builder.network, source: Self.source())
    let reading = try #require(found.reading)
    #expect(found.remarks.isEmpty && reading.exhaustive)
    // A mean behind an ideal low-pass is that of the whole map.
    #expect((reading.variants.last?.remaining ?? 1) < 1e-8)
  }

  @Test func nothingToReplaceIsSaid() throws {
    var network = Network(name: "still", inputShape: [2, 6, 6])
    network.append("pool", .globalPooling(.max))
    network.append("flatten", .flatten)
    let input = AuditInput(name: "a", tensor: PhaseTests.random([1, 2, 6, 6], seed: 2))
    let found = try Counterfactual(network: network, source: AuditSource([input]))
    #expect(found.reading == nil && found.remarks.count == 1)
  }
}
