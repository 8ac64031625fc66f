import Foundation
import MoireLayers
import MoireTensors
import Testing

@testable import MoireAnalysis

/// The Jacobian's prediction against exact shifts.
@Suite struct ExplanationTests {
  /// A strided convolution and its strided shortcut, a mean, a linear head: no activation.
  static func linear(stride: HW, size: HW, relu: Bool = false) throws -> Network {
    var builder = NetworkBuilder(
      name: "linear", inputShape: [3, size.height, size.width], weights: SeededWeights(seed: 5),
      border: .circular)
    try builder.residual(
      "add",
      shortcut: {
        try $0.convolution("shortcut", channels: 6, kernel: 1, stride: stride, bias: false)
      },
      branch: { try $0.convolution("conv", channels: 6, kernel: 3, stride: stride, padding: 1) })
    if relu { try builder.activation("relu", .relu) }
    try builder.globalAveragePool("mean")
    try builder.linear("fc", outputs: 5)
    return builder.network
  }

  static func reading(
    _ network: Network, _ inputs: [Tensor], step: Double = 1
  ) throws -> ExplanationReading {
    let source = AuditSource(
      inputs.enumerated().map { AuditInput(name: "\($0.offset)", tensor: $0.element) })
    let found = try Explanation(
      network: network, source: source, options: Explanation.Options(step: step, seed: 3))
    #expect(found.remarks.isEmpty)
    return try #require(found.reading)
  }

  /// Without an activation the first order is all there is, and a mean does not tell z_d from y_d.
  /// Both sides are sums of float logits of about 1; they differ by rounding relative to the largest.
  @Test(arguments: [
    (HW(2, 2), HW(8, 12)), (HW(3, 2), HW(9, 6)), (HW(4, 4), HW(16, 8)), (HW(2, 1), HW(6, 5)),
  ])
  func aLinearNetworkIsPredictedExactly(_ stride: HW, _ size: HW) throws {
    let network = try Self.linear(stride: stride, size: size)
    let input = PhaseTests.random([1, 3, size.height, size.width], seed: 8)
    let reading = try Self.reading(network, [input])
    let point = try #require(reading.points.first)
    #expect(reading.points.count == 1)
    #expect(point.share > 1e-3)
    for predictor in [ExplanationReading.Predictor.tail, .tailBeforeActivation] {
      let index = try #require(reading.predictors.firstIndex(of: predictor))
      let predicted = point.predictions[index]
      #expect(abs(predicted - point.phaseZeroEffect) < 1e-4 * point.phaseZeroEffect)
      #expect(abs(predicted - point.share) < 1e-4 * point.share)
    }
  }

  /// With a ReLU behind the sum the prediction is of first order: the relative error falls with what
  /// aliases. The input is a smooth wave and a little of what folds.
  @Test func theErrorFallsWithTheAlias() throws {
    let size = HW(16, 16)
    let network = try Self.linear(stride: 2, size: size, relu: true)
    let smooth = (0..<3 * size.area).map { index -> Double in
      let (row, column) = (index / 16 % 16, index % 16)
      return cos(2 * .pi * Double(row + index / 256) / 16) + sin(2 * .pi * Double(column) / 16)
    }
    let noise = PhaseTests.random([3 * size.area], seed: 4).values
    let errors = try [1.0, 0.01].map { scale in
      let values = zip(smooth, noise).map { Float($0 + 3 + scale * Double($1)) }
      let input = try Tensor(shape: [1, 3, 16, 16], values: values)
      let reading = try Self.reading(network, [input], step: 0.001)
      let point = try #require(reading.points.first)
      let index = try #require(reading.predictors.firstIndex(of: .tail))
      return abs(point.predictions[index] / point.phaseZeroEffect - 1)
    }
    #expect(errors[1] < errors[0] / 3, "\(errors)")
    #expect(errors[1] < 0.05, "\(errors)")
  }

  /// Alias orders add up to the polyphase components, and their energy is that of the spectrum.
  @Test func theReadingsOfADeepNetwork() throws {
    let network = try PhaseChainTests.network()
    let inputs = (0..<4).map { PhaseTests.random([1, 3, 16, 16], seed: UInt64($0) + 20) }
    let reading = try Self.reading(network, inputs, step: 0.01)
    #expect(reading.levels == [1, 2, 3] && reading.points.count == 12)
    #expect(reading.images.count == 4 && reading.scores.count == reading.predictors.count)
    for point in reading.points {
      #expect(point.predictions.allSatisfy { $0.isFinite && $0 >= 0 })
      #expect(point.predictions[0] <= 1)
    }
    for score in reading.scores {
      #expect((0...1).contains(score.shareError.value))
      let ends = try #require(score.share.spearman)
      #expect(try #require(ends.low) <= (#require(ends.high)))
    }
    // Tails: 6 runs at each level of what is behind it.
    let chain = try PhaseChain(network)
    let costs = chain.multiplyAdds.map(Double.init)
    let whole = costs.reduce(0, +)
    let behind = (1...3).map { costs[$0...].reduce(0, +) / whole }
    let index = try #require(reading.predictors.firstIndex(of: .tail))
    #expect(abs(reading.scores[index].passes - 1 - 6 * behind.reduce(0, +)) < 1e-9)
    #expect(try reading == Self.reading(network, inputs, step: 0.01))
  }

  @Test func whatIsNoChainIsSaid() throws {
    var builder = NetworkBuilder(
      name: "zero", inputShape: [3, 8, 8], weights: SeededWeights(seed: 1))
    try builder.convolution("conv", channels: 4, kernel: 3, stride: 2, padding: 1)
    try builder.globalAveragePool("mean")
    let found = try Explanation(
      network: builder.network,
      source: AuditSource([AuditInput(name: "a", tensor: PhaseTests.random([1, 3, 8, 8], seed: 1))])
    )
    #expect(found.reading == nil)
    #expect(found.remarks.count == 1 && found.remarks[0].contains("layer conv pads"))
  }

  @Test func correlationsAndRanks() throws {
    #expect(Correlations.ranks([3, 1, 3, 2]) == [2.5, 0, 2.5, 1])
    #expect(Correlations.spearman([1, 2, 3, 4], [1, 10, 100, 1000]) == 1)
    let r = try #require(Correlations.pearson([1, 2, 3, 4], [2, 1, 4, 3]))
    #expect(abs(r - 0.6) < 1e-15)
    let log = try #require(Correlations.logarithmic([1, 2, 4, 0], [8, 4, 2, 7]))
    #expect(abs(log + 1) < 1e-12)
    #expect(Correlations.pearson([1, 1, 1], [1, 2, 3]) == nil)
    #expect(Correlations.pearson([1, 2], [1, 2]) == nil)
  }
}
