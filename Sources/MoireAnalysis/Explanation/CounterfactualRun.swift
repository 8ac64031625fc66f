import MoireLayers
import MoireTensors

/// The variants of a network under shifts, one after the other.
struct CounterfactualRun {
  /// One variant on one image.
  private struct Outcome {
    var total, spread, changed: Double
    var prediction: Int
    var label: Int?
    var shifts: Int
  }

  var isExhaustive = true
  private let options: Counterfactual.Options
  private let count: Int
  /// Per variant and image; nil where there is no answer.
  private var outcomes: [[Outcome?]] = []

  init(options: Counterfactual.Options, count: Int) {
    (self.options, self.count) = (options, count)
  }

  // MARK: Shifting

  mutating func add(_ network: Network, _ source: AuditSource, progress: (Int) -> Void) throws {
    let chain = isExhaustive ? try PhaseChain(network, threads: options.threads) : nil
    let brute = isExhaustive ? nil : try ShiftBruteForce(network, threads: options.threads)
    var own: [Outcome?] = []
    for index in 0..<count {
      do {
        let input = try source.load(index)
        if let chain {
          own.append(Self.outcome(try chain.exhaustive(input.tensor), chain, input.label))
        } else if let brute {
          own.append(try outcome(brute, input, index))
        }
      } catch is any InputError {
        own.append(nil)
      }
      progress(index + 1)
    }
    outcomes.append(own)
  }

  private static func outcome(
    _ answers: PhaseAnswers, _ chain: PhaseChain, _ label: Int?
  ) -> Outcome {
    let found = answers.decomposition(levels: chain.levels)
    let certificate = answers.certificate
    return Outcome(
      total: found.total,
      spread: Answer(answers.logits(at: 0)).spread,
      changed: Double(certificate.changed) / Double(max(1, certificate.represented)),
      prediction: certificate.prediction, label: label, shifts: certificate.evaluated)
  }

  /// Random shifts, drawn by the image alone.
  private func outcome(
    _ brute: ShiftBruteForce, _ input: AuditInput, _ index: Int
  ) throws -> Outcome {
    var generator = SeededGenerator(seed: options.seed, 0xC0F, index)
    let shape = brute.network.inputShape
    let shifts = (0..<options.shifts).map { _ in
      HW(generator.integer(in: 0..<shape[1]), generator.integer(in: 0..<shape[2]))
    }
    let logits = try brute.logits(input.tensor, shifts: [0] + shifts)
    let answers = (0...shifts.count).map {
      Answer(logits[$0 * brute.outputs..<($0 + 1) * brute.outputs])
    }
    let prediction = answers[0].prediction
    let moved = Array(answers.dropFirst())
    return Outcome(
      total: moved.variance, spread: answers[0].spread,
      changed: Double(moved.count { $0.prediction != prediction }) / Double(moved.count),
      prediction: prediction, label: input.label, shifts: shifts.count)
  }

  // MARK: The end

  func reading(_ replaced: [[String]]) -> CounterfactualReading? {
    let complete = (0..<count).filter { image in outcomes.allSatisfy { $0[image] != nil } }
    guard !complete.isEmpty, replaced.count == outcomes.count else { return nil }
    let rows = outcomes.map { row in complete.compactMap { row[$0] } }
    return CounterfactualReading(
      exhaustive: isExhaustive, shifts: rows[0][0].shifts,
      seed: isExhaustive ? nil : options.seed, images: complete.count,
      variants: zip(replaced, rows).map { variant($0, $1, rows[0]) })
  }

  private func variant(
    _ replaced: [String], _ own: [Outcome], _ original: [Outcome]
  ) -> CounterfactualReading.Variant {
    let images = Double(own.count)
    let mean = { (value: (Outcome) -> Double) in own.reduce(0) { $0 + value($1) } / images }
    let (total, before) = (mean(\.total), original.reduce(0) { $0 + $1.total } / images)
    let interval = Interval.bootstrap(
      own.map(\.total), original.map(\.total), seed: options.seed)
    let labelled = own.filter { $0.label != nil }
    let right = labelled.count { $0.label == $0.prediction }
    return CounterfactualReading.Variant(
      replaced: replaced, total: total,
      normalizedTotal: mean { $0.spread > 0 ? $0.total / $0.spread : 0 },
      remaining: before > 0 ? total / before : nil, remainingLow: interval?.low,
      remainingHigh: interval?.high, changed: mean(\.changed),
      accuracy: labelled.isEmpty ? nil : Double(right) / Double(labelled.count),
      agreement: Double(zip(own, original).count { $0.prediction == $1.prediction }) / images)
  }
}

extension Answer {
  init(_ logits: ArraySlice<Float>) { outputs = logits.map(Double.init) }
}
