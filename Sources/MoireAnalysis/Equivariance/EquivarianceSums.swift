import MoireTensors

/// Sums up distances over images, in their order.
struct EquivarianceSums {
  private let maps: [PlannedMap]
  private let range: HW
  private let classNames: [String]?
  /// By map, then by shift.
  private var totals: [[Double]]
  /// By map, then by image: the mean over shifts.
  private var means: [[Double]]
  /// By map, then by image: the distance from the next image.
  private var between: [[Double]]
  private var predictions: [AuditDocument.Prediction] = []
  private var skipped: [AuditDocument.Skipped] = []

  init(maps: [PlannedMap], range: HW, _ classNames: [String]?) {
    self.maps = maps
    self.range = range
    self.classNames = classNames
    totals = Array(repeating: Array(repeating: 0, count: range.area), count: maps.count)
    means = Array(repeating: [], count: maps.count)
    between = means
  }

  mutating func skip(_ name: String, _ reason: String) {
    skipped.append(AuditDocument.Skipped(name: name, reason: reason))
  }

  /// Adds one image as all groups of maps have read it, in the order of the maps.
  mutating func add(_ input: AuditInput, _ images: [EquivarianceRun.Image]) {
    for (map, distances) in images.flatMap(\.distances).enumerated() {
      for (shift, distance) in distances.enumerated() { totals[map][shift] += distance }
      means[map].append(distances.reduce(0, +) / Double(distances.count))
    }
    for (map, distance) in images.flatMap(\.between).enumerated() {
      between[map].append(distance)
    }
    guard let first = images.first else { return }
    let prediction = first.unshifted.prediction
    let agreeing = first.answers.count { $0.prediction == prediction }
    let names = classNames.flatMap { prediction < $0.count ? $0[prediction] : nil }
    predictions.append(
      AuditDocument.Prediction(
        image: input.name, label: input.label, prediction: prediction, className: names,
        probability: first.unshifted.probability(of: prediction),
        agreement: Double(agreeing) / Double(first.answers.count)))
  }

  func images(isClassifier: Bool) -> AuditDocument.ImageSummary {
    let labelled = isClassifier ? predictions.filter { $0.label != nil } : []
    let right = labelled.count { $0.label == $0.prediction }
    return AuditDocument.ImageSummary(
      read: predictions.count, labelled: labelled.count,
      accuracy: labelled.isEmpty ? nil : Double(right) / Double(labelled.count), skipped: skipped,
      predictions: isClassifier ? predictions : [])
  }

  /// The layers; none before the first image.
  func layers(inputSize: HW) -> [EquivarianceDocument.Layer] {
    guard !predictions.isEmpty else { return [] }
    let count = Double(predictions.count)
    return maps.enumerated().map { index, map in
      let distances = totals[index].map { $0 / count }
      let largest = distances.max() ?? 0
      // Shifts that differ by whole strides are equal but for rounding.
      let at = distances.firstIndex { $0 >= largest * (1 - 1e-5) } ?? 0
      let others = between[index]
      let mean = distances.reduce(0, +) / Double(distances.count)
      let different =
        others.isEmpty ? nil : others.reduce(0, +) / Double(others.count)
      let interval = Interval.bootstrap(means[index], means[index].map { _ in 1 }, seed: 0)
      return EquivarianceDocument.Layer(
        path: map.path, part: map.part, operation: map.operation, channels: map.channels,
        size: map.size,
        scale: [
          Double(inputSize.height) / Double(map.size.height),
          Double(inputSize.width) / Double(map.size.width),
        ], mean: mean, low: interval?.low,
        high: interval?.high, largest: largest,
        largestAt: HW(at / range.width, at % range.width), between: different,
        normalized: different.flatMap { $0 > 0 ? mean / $0 : nil }, distances: distances)
    }
  }
}
