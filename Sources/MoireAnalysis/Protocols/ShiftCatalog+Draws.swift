import MoireTensors

extension ShiftContext {
  /// The views that `draw` makes of a generator of its own for each pass.
  ///
  /// - Parameter shared: whether the images of a batch have the generators in common.
  func views(
    _ name: String, image: Int, shared: Bool = false,
    draw: (inout SeededGenerator) -> [ImageView]
  ) -> [ImageView] {
    (0..<settings.passes).flatMap { pass in
      var generator = generator(name, pass: pass, image: image, shared: shared)
      return draw(&generator)
    }
  }
}

/// What several protocols have in common: pairs of independent shifts, shifts against none.
extension ShiftCatalog {
  static let independent =
    "pairs of independent shifts, consistency is equal argmax; accuracy over all views"

  /// Two independent shifts a pass, shared by a batch.
  ///
  /// - Parameter places: what the shifts are drawn from, in words.
  static func couples(
    _ name: String, _ source: String, _ pictures: String, places: String, _ context: ShiftContext,
    pairs: String = independent,
    measures: [ShiftTrial.Measure] = [
      .consistency, .consistencyAmongCorrect, .accuracy, .worstAccuracy, .variation, .logitVariance,
    ], task: ShiftTrial.Task = .answers,
    draw: @escaping @Sendable (inout SeededGenerator) -> ImageView
  ) -> ShiftTrial {
    let rules = ShiftTrial.Rules(
      name: name, source: source, pictures: pictures,
      shifts: "\(places), each pair \(ShiftContext.shared); \(context.settings.passes) passes",
      pairing: .couples, pairs: pairs, measures: measures, seed: context.settings.seed)
    return ShiftTrial(rules: rules, task: task) { _, index in
      context.views(name, image: index, shared: true) { [draw(&$0), draw(&$0)] }
    }
  }

  /// The unmoved image, then a moved one for each pass.
  static func againstUnmoved(
    _ name: String, _ source: String, _ pictures: String, shifts: String, pairs: String,
    _ context: ShiftContext, unmoved: ImageView = .plain, shared: Bool = false,
    measures: [ShiftTrial.Measure] = [
      .consistency, .consistencyAmongCorrect, .mac, .shiftedAccuracy, .worstAccuracy,
    ], task: ShiftTrial.Task = .answers,
    draw: @escaping @Sendable (inout SeededGenerator) -> ImageView
  ) -> ShiftTrial {
    let rules = ShiftTrial.Rules(
      name: name, source: source, pictures: pictures, shifts: shifts, pairing: .first,
      pairs: pairs, measures: measures, seed: context.settings.seed)
    return ShiftTrial(rules: rules, task: task) { _, index in
      [unmoved] + context.views(name, image: index, shared: shared) { [draw(&$0)] }
    }
  }

  /// Right at all shifts of a grid.
  static func grid(
    _ name: String, _ source: String, _ pictures: String, from low: Int, to high: Int,
    _ context: ShiftContext, view: @escaping @Sendable (HW) -> ImageView
  ) -> ShiftTrial {
    let step = context.settings.gridStep
    let places = Array(stride(from: low, through: high, by: step))
    let rules = ShiftTrial.Rules(
      name: name, source: source, pictures: pictures,
      shifts:
        "all of {\(low), \(low + step) … \(places.last ?? low)}², \(places.count * places.count) views",
      pairing: .sets, pairs: "no pairs: an image counts as right when it is right at every shift",
      measures: [.worstAccuracy, .accuracy, .variation], seed: context.settings.seed)
    return ShiftTrial(rules: rules, task: .answers) { _, _ in
      places.flatMap { row in places.map { view(HW(row, $0)) } }
    }
  }
}
