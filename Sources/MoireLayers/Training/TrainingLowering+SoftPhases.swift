import CLayers
import Foundation
import MoireTensors

/// Decisions by learned scores, which have to learn: soft while the network trains, hard while it answers.
///
/// With scores ℓ, noise g and temperature τ the phases weigh π = softmax((ℓ + g) / τ), and what takes a
/// phase takes Σ_k π_k x_k (Gumbel-softmax: Jang et al. 2017, Maddison et al. 2017; for phases
/// Rojas-Gomez et al. 2022). Noise and temperature are set from outside before a step.
extension TrainingLowering {
  /// Whether a layer takes its phase by a soft decision.
  func isSoft(_ index: Int) -> Bool { softDecisions.contains(network.nodes[index].inputs[1]) }

  mutating func lowerSoftDecision(_ index: Int) throws {
    let input = network.nodes[index].inputs[0]
    let dims = maps.dims(of: input)
    let scores = try maps.plain(maps.values[input]!, dims)
    let noise = try program.plainValue(dims)
    noises.append(noise)
    let temperature = try sharedTemperature()
    let target = try program.plainValue(maps.dims(of: index + 1))
    try program.append(
      "kernel:gumbel-softmax", [scores, noise, temperature, mode], to: target, parts: maps.batch
    ) { sources, target, image, _ in
      let scores = sources[0].row(image)
      sources[3].data.pointee == 1
        ? target.row(image).setSoftmax(scores, sources[1].row(image), sources[2].data.pointee)
        : target.row(image).setOneHot(scores.indexOfLargest)
      return true
    }
    maps.values[index + 1] = target
    softDecisions.insert(index + 1)
    back(index + 1) { lowering, gradient in
      let result = try lowering.newValue(for: input)
      try lowering.program.append(
        "kernel:gumbel-softmax-back", [target, gradient.value, temperature], to: result,
        parts: lowering.maps.batch
      ) { sources, result, image, _ in
        result.row(image).setSlope(
          of: sources[0].row(image), sources[1].row(image), sources[2].data.pointee)
        return true
      }
      lowering.contribute(result, to: input)
    }
  }

  private mutating func sharedTemperature() throws -> Int {
    if let temperature { return temperature }
    let value = try program.plainValue([1, 1])
    constants.append((value, 1))
    temperature = value
    return value
  }

  /// The weighted sum of a map's phases (`takes`), or its adjoint: a map at every phase of a finer one,
  /// times the weight of each.
  mutating func lowerSoftPhases(_ index: Int, _ stride: HW, takes: Bool) throws {
    let (input, choice) = (network.nodes[index].inputs[0], network.nodes[index].inputs[1])
    let (source, weights) = (maps.values[input]!, maps.values[choice]!)
    let forth = takes ? cl_train_phase_mix : cl_train_phase_spread
    let back = takes ? cl_train_phase_spread : cl_train_phase_mix
    let target = try maps.newBlocked(maps.dims(of: index + 1))
    try step(
      forth(program.handle, Int32(source), Int32(weights), Int32(target), cl_pair(stride)))
    maps.values[index + 1] = target
    self.back(index + 1) { lowering, gradient in
      if lowering.wantsGradient(input) {
        let result = try lowering.newValue(for: input)
        try lowering.step(
          back(
            lowering.program.handle, Int32(gradient.value), Int32(weights), Int32(result),
            cl_pair(stride)))
        lowering.contribute(result, to: input)
      }
      try lowering.backWeights(
        choice, fine: takes ? source : gradient.value, coarse: takes ? gradient.value : source,
        stride)
    }
  }

  private mutating func backWeights(
    _ choice: Int, fine: Int, coarse: Int, _ stride: HW
  ) throws {
    guard wantsGradient(choice) else { return }
    let result = try newValue(for: choice)
    try step(
      cl_train_phase_products(
        program.handle, Int32(fine), Int32(coarse), Int32(result), cl_pair(stride)))
    contribute(result, to: choice)
  }
}

extension TrainableNetwork {
  /// Whether the network decides on phases by scores that it learns, softly while it trains.
  public var hasSoftDecisions: Bool { !noiseBuffers.isEmpty }

  /// Sets how soft decisions on phases are in the next steps, and draws Gumbel noise for their scores:
  /// g = −log(−log u), u uniform in (0, 1), by the seed and the number of the step alone.
  ///
  /// A new network has temperature 1 and no noise.
  /// - Parameter temperature: above 0; the smaller, the nearer to one phase.
  public func relax(temperature: Float, seed: UInt64, step: Int) {
    temperatureBuffer?.update(repeating: temperature)
    for (index, buffer) in noiseBuffers.enumerated() {
      var generator = SeededGenerator(seed: seed, 0x6c7073, step, index)
      for place in buffer.indices {
        // From the middles of 2⁵³ equal parts: neither 0 nor 1.
        buffer[place] = Float(-log(-log(generator.uniform() + 0x1p-54)))
      }
    }
  }
}

extension UnsafeMutableBufferPointer<Float> {
  /// softmax((scores + noise) / temperature).
  fileprivate func setSoftmax(
    _ scores: UnsafeMutableBufferPointer<Float>, _ noise: UnsafeMutableBufferPointer<Float>,
    _ temperature: Float
  ) {
    var largest = -Float.infinity
    for index in indices {
      self[index] = (scores[index] + noise[index]) / temperature
      largest = Swift.max(largest, self[index])
    }
    var sum: Float = 0
    for index in indices {
      self[index] = exp(self[index] - largest)
      sum += self[index]
    }
    for index in indices { self[index] /= sum }
  }

  /// The gradient of the scores from that of the softmax: π_k (g_k − Σ_j π_j g_j) / temperature.
  fileprivate func setSlope(
    of weights: UnsafeMutableBufferPointer<Float>, _ gradient: UnsafeMutableBufferPointer<Float>,
    _ temperature: Float
  ) {
    var mean: Float = 0
    for index in indices { mean += weights[index] * gradient[index] }
    for index in indices { self[index] = weights[index] * (gradient[index] - mean) / temperature }
  }
}
