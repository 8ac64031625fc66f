import Foundation

/// How a network is trained.
public struct TrainingPlan: Sendable, Hashable {
  public enum Optimizer: Sendable, Hashable {
    case sgd(momentum: Float = 0.9, nesterov: Bool = true)
    case adamW(beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8)
  }

  /// The rate over the course of training, times its peak, after the warm-up.
  public enum Schedule: Sendable, Hashable {
    case constant
    /// Times `factor` after each part of so many equal parts.
    case step(parts: Int, factor: Double)
    /// A half cosine from 1 to 0.
    case cosine
    /// Up from 1/25 for the first `rise` of the steps, then down to 1/250 000, both as half cosines.
    case oneCycle(rise: Double = 0.3)
  }

  public var epochs = 3
  public var batch = 128
  public var rate: Float = 0.1
  public var optimizer = Optimizer.sgd()
  public var schedule = Schedule.oneCycle()
  /// The share of all steps in which the rate grows from 0.
  public var warmUp = 0.0
  /// Decay of weights; biases and normalisations have none.
  public var decay: Float = 5e-4
  /// The share of the target spread over all classes.
  public var smoothing: Float = 0
  /// The decay of the exponential average of the parameters that is kept and answers at the end.
  public var average: Float?
  public var augmentations: [Augmentation] = []
  public var seed: UInt64 = 0
  public var threads = 1
  /// Seconds from one checkpoint to the next within an epoch; every epoch ends with one.
  public var checkpointInterval = 60.0

  public init() {}

  /// - Throws: ``TrainingError/plan(option:reason:)``.
  func validate() throws {
    func need(_ holds: Bool, _ option: String, _ value: some Any, _ allowed: String) throws {
      guard holds else {
        throw TrainingError.plan(option: option, reason: "\(value); need \(allowed)")
      }
    }
    try need(epochs >= 1, "epochs", epochs, "1 or more")
    try need(batch >= 1, "batch", batch, "1 or more")
    try need(rate.isFinite && rate > 0, "rate", rate, "a number above 0")
    try need(decay.isFinite && decay >= 0, "decay", decay, "a number of 0 or more")
    try need((0..<1).contains(smoothing), "smoothing", smoothing, "a number from 0 to below 1")
    try need((0..<1).contains(warmUp), "warm-up", warmUp, "a share from 0 to below 1")
    try need(average.map { (0..<1).contains($0) } ?? true, "average", average ?? 0, "0 to below 1")
    try need(threads >= 1, "threads", threads, "1 or more")
    if case .step(let parts, _) = schedule { try need(parts >= 1, "parts", parts, "1 or more") }
    if case .oneCycle(let rise) = schedule {
      try need(rise > 0 && rise < 1, "rise", rise, "a share between 0 and 1")
    }
  }

  /// The rate of a step of so many.
  public func rate(step: Int, of total: Int) -> Float {
    let done = Double(step) / Double(max(total, 1))
    if done < warmUp { return rate * Float(Double(step + 1) / (warmUp * Double(total))) }
    let place = (done - warmUp) / (1 - warmUp)
    return rate * Float(level(place))
  }

  /// The temperature of soft decisions on phases at a step of so many: from 1 down to 0.1, by the same
  /// factor every step.
  public func temperature(step: Int, of total: Int) -> Float {
    Float(pow(0.1, Double(step) / Double(max(total - 1, 1))))
  }

  private func level(_ place: Double) -> Double {
    let fall = { (from: Double, to: Double, x: Double) in
      to + (from - to) * (1 + cos(.pi * min(max(x, 0), 1))) / 2
    }
    switch schedule {
    case .constant: return 1
    case .step(let parts, let factor):
      var result = 1.0
      for _ in 0..<min(Int(place * Double(parts)), parts - 1) { result *= factor }
      return result
    case .cosine: return fall(1, 0, place)
    case .oneCycle(let rise):
      return place < rise
        ? fall(0.04, 1, place / rise) : fall(1, 4e-6, (place - rise) / (1 - rise))
    }
  }

  /// Everything that the bits of the result depend on, as text.
  var fingerprint: String {
    """
    epochs \(epochs), batch \(batch), rate \(rate), \(optimizer), \(schedule), warm-up \(warmUp), \
    decay \(decay), smoothing \(smoothing), average \(average.map { "\($0)" } ?? "none"), \
    augmentations \(augmentations.map(\.description)), seed \(seed), threads \(threads)
    """
  }
}
