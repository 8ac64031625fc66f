import MoireTensors

/// Sums up one protocol of an audit over images; the order of the images is the order of the sums.
struct ShiftMetrics {
  let shiftProtocol: ShiftProtocol
  let isClassifier: Bool
  private var records: [(label: Int?, unshifted: Int, record: ShiftRecord)] = []

  init(_ shiftProtocol: ShiftProtocol, isClassifier: Bool) {
    self.shiftProtocol = shiftProtocol
    self.isClassifier = isClassifier
  }

  /// Adds one image: its unshifted answer, and the answers at the three shifts of each pass.
  mutating func add(label: Int?, unshifted: Answer, _ answers: [Answer]) {
    let record = ShiftRecord(
      answers, pairing: .triples, measures: ShiftProtocol.measures, label: label,
      unshifted: unshifted)
    records.append((label, unshifted.prediction, record))
  }

  /// The same, pass by pass.
  mutating func add(
    label: Int?, unshifted: Answer, passes: [(first: Answer, second: Answer, neighbour: Answer)]
  ) {
    add(
      label: label, unshifted: unshifted,
      passes.flatMap { [$0.first, $0.second, $0.neighbour] })
  }

  /// The reading, or nil before the first image.
  var reading: ShiftReading? {
    guard !records.isEmpty else { return nil }
    let agree = records.flatMap { $0.record.agree ?? [] }
    let pairs = agree.count / 2
    let change = records.flatMap { $0.record.change ?? [] }
    let changed = agree.indices.count { !$0.isMultiple(of: 2) && agree[$0] == 0 }
    let agreeing = agree.indices.count { $0.isMultiple(of: 2) && agree[$0] == 1 }
    let mac = change.indices.reduce(0) { $1.isMultiple(of: 2) ? $0 : $0 + change[$1] }
    let variance = records.reduce(0) { $0 + ($1.record.variance ?? 0) }
    let relative = records.reduce(0) { sum, item in
      guard let spread = item.record.spread, spread > 0 else { return sum }
      return sum + (item.record.variance ?? 0) / spread
    }
    let share = { (part: Double) in isClassifier ? part / Double(pairs) : nil }
    let right = accuracies
    return ShiftReading(
      protocol: shiftProtocol.kind.rawValue, protocolLine: shiftProtocol.line,
      seed: shiftProtocol.seed, images: records.count, pairs: pairs,
      consistency: share(Double(agreeing)), pTop1Change: share(Double(changed)), mac: share(mac),
      logitVariance: variance / Double(records.count),
      logitVarianceRelative: relative / Double(records.count),
      accuracy: right.map(\.mean), worstShiftAccuracy: right.map(\.worst))
  }

  private var accuracies: (mean: Double, worst: Double)? {
    guard isClassifier else { return nil }
    var (labelled, hits, views, always) = (0, 0, 0, 0)
    for (label, unshifted, record) in records {
      guard let label, let predictions = record.predictions else { continue }
      let right = predictions.count { $0 == label }
      labelled += 1
      hits += right
      views += predictions.count
      always += right == predictions.count && unshifted == label ? 1 : 0
    }
    guard labelled > 0 else { return nil }
    return (Double(hits) / Double(views), Double(always) / Double(labelled))
  }
}
