import Foundation
import MoireLayers
import MoireTensors
import Testing

/// Decisions by learned scores: soft in training, hard in answers.
struct SoftPhaseTests {
  /// A convolution, scores of its phases, the phase, and where asked the way back up to it.
  private func network(
    channels: Int = 20, size: HW = [6, 8], stride: HW = 2, up: Bool = false
  ) -> Network {
    var network = Network(name: "soft", inputShape: [5, size.height, size.width])
    network.append(
      "conv", .convolution(Convolution(weight: onGrid([channels, 5, 1, 1], seed: 1))))
    network.append(
      "score",
      .convolution(
        Convolution(
          weight: onGrid([1, channels, 3, 3], seed: 2, scale: 0.3),
          padding: Padding(
            top: stride.height, left: stride.width, bottom: stride.height, right: stride.width),
          dilation: stride, paddingMode: .circular)))
    var scores: [Int] = []
    for row in 0..<stride.height {
      for column in 0..<stride.width {
        network.append(
          "phase", .subsample(stride: stride, offset: HW(row, column)), inputs: [2])
        scores.append(
          network.append("mean", .globalPooling(.average(includesPadding: false))))
      }
    }
    network.append("all", .concatenate, inputs: scores)
    network.append("scores", .flatten)
    let decision = network.append("decision", .oneHotArgmax)
    network.append("take", .polyphase(stride: stride), inputs: [1, decision])
    if up {
      network.append("up", .polyphaseUpsample(stride: stride), inputs: [network.output, decision])
    }
    return network
  }

  @Test(arguments: [false, true]) func `Gradients of soft decisions`(_ up: Bool) throws {
    try checkGradients(network(up: up), seed: 8)
    try checkGradients(network(channels: 3, size: [9, 4], stride: [3, 2], up: up), seed: 9)
    try checkGradients(network(channels: 33, size: [2, 6], stride: [1, 3], up: up), seed: 10)
  }

  @Test func `A map that the stride does not divide`() throws {
    var network = Network(name: "odd", inputShape: [5, 5, 7])
    network.append("conv", .convolution(Convolution(weight: onGrid([4, 5, 1, 1], seed: 1))))
    network.append("mean", .globalPooling(.average(includesPadding: false)))
    network.append("scores", .flatten)
    let decision = network.append("decision", .oneHotArgmax)
    network.append("take", .polyphase(stride: 2), inputs: [1, decision])
    try checkGradients(network, seed: 11)
  }

  @Test func `Noise and temperature are as said, and of the step alone`() throws {
    let network = network()
    let input = onGrid([3] + network.inputShape, seed: 4)
    let trainable = try TrainableNetwork(network, batch: 3)
    #expect(trainable.hasSoftDecisions)
    let still = try trainable.forward(input)
    trainable.relax(temperature: 0.4, seed: 7, step: 3)
    // The generator that the documentation names: seed, "lps", step, decision.
    var generator = SeededGenerator(seed: 7, 0x6c7073, 3, 0)
    let noise = (0..<12).map { _ in -log(-log(generator.uniform() + 0x1p-54)) }
    let moved = try trainable.forward(input)
    let expected = Oracle.train(network, input, temperature: 0.4, noise: [noise])
    #expect(relativeError(moved.values, expected.values) < 1e-4)
    #expect(moved != still)
    trainable.relax(temperature: 0.4, seed: 7, step: 4)
    #expect(try trainable.forward(input) != moved)
    trainable.relax(temperature: 0.4, seed: 7, step: 3)
    #expect(try trainable.forward(input) == moved)
  }

  /// The largest of ℓ + g is phase k with probability softmax(ℓ)_k, whatever the temperature, if and only
  /// if the noise is Gumbel's and independent (Yellott 1977): 4 standard errors of 3 · 10⁴ draws.
  @Test func `Phases are drawn by the softmax of their scores`() throws {
    var network = Network(name: "scores", inputShape: [4, 1, 1])
    network.append("scores", .flatten)
    network.append("decision", .oneHotArgmax)
    let scores: [Float] = [0.3, -1, 1.1, 0]
    let trainable = try TrainableNetwork(network, batch: 100)
    let input = try Tensor(
      shape: [100, 4, 1, 1], values: (0..<100).flatMap { _ in scores })
    var counts = [Double](repeating: 0, count: 4)
    for step in 0..<300 {
      trainable.relax(temperature: 0.7, seed: 5, step: step)
      let weights = try trainable.forward(input).values
      for image in 0..<100 {
        let row = weights[4 * image..<4 * image + 4]
        counts[row.indices.max { row[$0] < row[$1] }! - 4 * image] += 1
      }
    }
    let sum = scores.reduce(0) { $0 + exp(Double($1)) }
    for (score, count) in zip(scores, counts) {
      let share = exp(Double(score)) / sum
      #expect(abs(count / 30_000 - share) < 4 * (share * (1 - share) / 30_000).squareRoot())
    }
  }

  @Test func `Answers take one phase, whatever is set`() throws {
    let network = network()
    let input = onGrid([3] + network.inputShape, seed: 5)
    let trainable = try TrainableNetwork(network, batch: 3)
    trainable.relax(temperature: 0.1, seed: 1, step: 1)
    let answer = try trainable.forward(input, training: false)
    let expected = Oracle.run(network, input)[network.output]
    #expect(relativeError(answer.values, expected.values) < 1e-5)
    // Low temperatures overflow nothing.
    let cold = try TrainableNetwork(network, batch: 3)
    for temperature: Float in [1e-2, 1e-4] {
      cold.relax(temperature: temperature, seed: 1, step: 1)
      #expect(try cold.forward(input).values.allSatisfy(\.isFinite))
    }
  }

  /// The built network: consistent for every circular shift, and its scores learn.
  @Test func `Learned phases follow every shift and have gradients`() throws {
    var builder = NetworkBuilder(
      name: "lps", inputShape: [3, 8, 12], weights: SeededWeights(seed: 3),
      downsampling: .learnedPolyphase(hidden: 5), border: .circular)
    try builder.convolution("conv1", channels: 12, kernel: 3, stride: 2, padding: 1)
    try builder.maxPool("pool", kernel: 2, stride: 2)
    try builder.globalAveragePool("mean")
    try builder.linear("fc", outputs: 4)
    let network = builder.network
    #expect(
      builder.parameters.map(\.name).filter { $0.contains("score") } == [
        "conv1.score.conv1.weight", "conv1.score.conv1.bias", "conv1.score.conv2.weight",
        "pool.score.conv1.weight", "pool.score.conv1.bias", "pool.score.conv2.weight",
      ])
    let input = random([1, 3, 8, 12], seed: 2)
    let compiled = try CompiledNetwork(network)
    let still = try compiled.run(input).values.map(Double.init)
    for shift in [HW(1, 0), HW(0, 1), HW(1, 1), HW(3, 2), HW(5, 7)] {
      let moved = try compiled.run(SegmentTests.rolled(input, shift)).values
      #expect(relativeError(moved, still) < 1e-5, "\(shift)")
    }
    let trainable = try TrainableNetwork(network, batch: 2)
    trainable.relax(temperature: 1, seed: 0, step: 0)
    _ = try trainable.forward(random([2, 3, 8, 12], seed: 4))
    try trainable.backward(random([2, 4], seed: 5))
    for parameter in trainable.parameters where parameter.name.contains("score") {
      #expect(try trainable.gradient(of: parameter.name).values.contains { $0 != 0 })
    }
    #expect(
      trainable.parameters.filter(\.isDecayed).map(\.name) == ["conv1.weight", "fc.weight"])
    let before = try ["conv1.weight", "conv1.score.conv1.weight"].map(trainable.value(of:))
    try trainable.backward(try Tensor(shape: [2, 4], repeating: 0))
    try trainable.descend(rate: 1, decay: 0.5, velocity: trainable.makeBlock())
    #expect(try trainable.value(of: "conv1.weight").values == before[0].values.map { $0 / 2 })
    #expect(try trainable.value(of: "conv1.score.conv1.weight") == before[1])
    #expect(throws: LayerError.self) {
      var builder = NetworkBuilder(
        name: "none", inputShape: [3, 8, 8], weights: SeededWeights(seed: 3),
        downsampling: .learnedPolyphase(hidden: 0), border: .circular)
      try builder.convolution("conv", channels: 4, kernel: 3, stride: 2, padding: 1)
    }
  }
}
