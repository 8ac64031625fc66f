import CLayers

extension TrainableNetwork {
  /// Stochastic gradient descent: `d = g + decay·w; v = momentum·v + d; w −= rate·v`, with Nesterov's
  /// look ahead `w −= rate·(d + momentum·v)`.
  ///
  /// - Parameters:
  ///   - velocity: v, from ``makeBlock()``; updated.
  ///   - decay: of weights; biases and normalisations have `otherDecay`.
  public func descend(
    rate: Float, momentum: Float = 0, nesterov: Bool = false, decay: Float = 0,
    otherDecay: Float = 0, velocity: ParameterBlock
  ) {
    for (range, decay) in segments(decay, otherDecay) {
      cl_optimize_sgd(
        memory.values.base + range.lowerBound, memory.gradients.base + range.lowerBound,
        velocity.base + range.lowerBound, Int64(range.count),
        cl_sgd(rate: rate, momentum: momentum, decay: decay, nesterov: nesterov ? 1 : 0),
        Int32(threads))
    }
  }

  /// AdamW (Loshchilov and Hutter 2019), as in torch: moments with bias correction, decay apart from
  /// the gradient.
  ///
  /// - Parameters:
  ///   - step: the number of this step, from 1 on.
  ///   - first: the mean of gradients; `second`: of their squares; both updated.
  public func descendAdamW(
    rate: Float, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8,
    decay: Float = 0.01, otherDecay: Float = 0, step: Int, first: ParameterBlock,
    second: ParameterBlock
  ) {
    let power = { (base: Float) -> Double in
      var (result, factor, exponent) = (1.0, Double(base), step)
      while exponent > 0 {
        if exponent & 1 == 1 { result *= factor }
        factor *= factor
        exponent >>= 1
      }
      return 1 - result
    }
    for (range, decay) in segments(decay, otherDecay) {
      let start = range.lowerBound
      cl_optimize_adamw(
        memory.values.base + start, memory.gradients.base + start, first.base + start,
        second.base + start,
        Int64(range.count),
        cl_adamw(
          rate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon, decay: decay,
          correction1: power(beta1), correction2: power(beta2)), Int32(threads))
    }
  }

  /// Moves an exponential average of the parameters: `a += (1 − decay)(w − a)`.
  public func move(average: ParameterBlock, decay: Float) {
    cl_optimize_average(
      average.base, memory.values.base, Int64(memory.layout.count), decay, Int32(threads))
  }

  /// Softmax cross entropy of the last answer, the mean over the batch; its gradient goes to
  /// ``outputGradientBuffer``.
  ///
  /// - Parameters:
  ///   - labels: a class for each image, below the length of the answer.
  ///   - smoothing: the share ε of the target that is spread over all classes.
  /// - Returns: the loss, and how many largest answers are the label's.
  package func crossEntropy(
    labels: [Int32], smoothing: Float = 0
  ) -> (loss: Double, correct: Int) {
    precondition(labels.count == batch && outputShape.count == 2, "one label for each answer")
    var correct: Int64 = 0
    let loss = cl_cross_entropy(
      outputBuffer.baseAddress!, labels, Int64(batch), Int64(outputShape[1]), smoothing,
      outputGradientBuffer.baseAddress!, &correct)
    return (loss, Int(correct))
  }

  /// The parts of a block with their decay.
  private func segments(_ decay: Float, _ other: Float) -> [(Range<Int>, Float)] {
    let (first, all) = (memory.layout.decayedCount, memory.layout.count)
    return [(0..<first, decay), (first..<all, other)].filter { !$0.0.isEmpty }
  }
}
