import MoireTensors

/// Sums up one protocol over images; the order of the images is the order of the sums.
struct ShiftMetrics {
  let shiftProtocol: ShiftProtocol
  let isClassifier: Bool
  private var images = 0
  private var labelled = 0
  private var pairs = 0
  private var agreeing = 0
  private var changed = 0
  private var change = 0.0
  private var variance = 0.0
  private var relativeVariance = 0.0
  private var right = 0
  private var evaluatedWithLabel = 0
  private var alwaysRight = 0

  init(_ shiftProtocol: ShiftProtocol, isClassifier: Bool) {
    self.shiftProtocol = shiftProtocol
    self.isClassifier = isClassifier
  }

  /// Adds one image: its unshifted answer, and for each pass the answers at its three shifts.
  mutating func add(
    label: Int?, unshifted: Answer, passes: [(first: Answer, second: Answer, neighbour: Answer)]
  ) {
    images += 1
    pairs += passes.count
    for pass in passes {
      let (a, b, c) = (pass.first.prediction, pass.second.prediction, pass.neighbour.prediction)
      agreeing += a == b ? 1 : 0
      changed += a != c ? 1 : 0
      change += abs(pass.first.probability(of: a) - pass.neighbour.probability(of: a))
    }
    let imageVariance = passes.flatMap { [$0.first, $0.second] }.variance
    variance += imageVariance
    relativeVariance += unshifted.spread > 0 ? imageVariance / unshifted.spread : 0
    guard let label else { return }
    let all = passes.flatMap { [$0.first, $0.second, $0.neighbour] }
    let hits = all.count { $0.prediction == label }
    labelled += 1
    right += hits
    evaluatedWithLabel += all.count
    alwaysRight += hits == all.count && unshifted.prediction == label ? 1 : 0
  }

  /// The reading, or nil before the first image.
  var reading: ShiftReading? {
    guard images > 0 else { return nil }
    let share = { (part: Double) in isClassifier ? part / Double(pairs) : nil }
    let hasLabels = isClassifier && labelled > 0
    return ShiftReading(
      protocol: shiftProtocol.kind.rawValue, protocolLine: shiftProtocol.line,
      seed: shiftProtocol.seed, images: images, pairs: pairs, consistency: share(Double(agreeing)),
      pTop1Change: share(Double(changed)), mac: share(change),
      logitVariance: variance / Double(images),
      logitVarianceRelative: relativeVariance / Double(images),
      accuracy: hasLabels ? Double(right) / Double(evaluatedWithLabel) : nil,
      worstShiftAccuracy: hasLabels ? Double(alwaysRight) / Double(labelled) : nil)
  }
}
