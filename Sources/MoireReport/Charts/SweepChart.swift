import MoireAnalysis

/// The probability of one class while the image moves; shifts with another answer are shaded.
struct SweepChart {
  let sweep: ShiftSweep

  func draw() -> Element {
    let last = Double(max(1, sweep.probability.count - 1))
    let plot = Plot(x: 0...last, y: 0...1, left: 64, top: 10, width: 366, height: 130)
    let points = sweep.probability.enumerated().map { (x: Double($0), y: $1) }
    let axes =
      plot.xAxis(plot.x.ticks(about: 8), label: "shift along the diagonal, pixels") {
        "\(Int($0.rounded()))"
      }
      + plot.yAxis([0, 0.25, 0.5, 0.75, 1], grid: true, label: "probability", offset: 52) {
        Figures.tick($0)
      }
    return .svg(
      width: 440, height: 182, label: "Probability of the answer for \(sweep.image) while it moves",
      shading(plot) + axes + [plot.path(points, class: "curve")] + changes(plot, points)
        + [plot.frame])
  }

  /// Runs of shifts whose answer is not that of the unshifted image.
  private func shading(_ plot: Plot) -> [Element] {
    runs.map { run in
      let from = plot.x(max(0, Double(run.lowerBound) - 0.5))
      let to = plot.x(min(plot.x.domain.upperBound, Double(run.upperBound) - 0.5))
      return .rectangle(x: from, y: 10, width: to - from, height: 130, class: "other")
    }
  }

  private var runs: [Range<Int>] {
    var runs: [Range<Int>] = []
    for (shift, answer) in sweep.predictions.enumerated() where answer != sweep.class {
      if let last = runs.last, last.upperBound == shift {
        runs[runs.count - 1] = last.lowerBound..<(shift + 1)
      } else {
        runs.append(shift..<(shift + 1))
      }
    }
    return runs
  }

  /// A dot where the answer differs from that one pixel before.
  private func changes(_ plot: Plot, _ points: [(x: Double, y: Double)]) -> [Element] {
    points.indices.dropFirst().compactMap { index in
      guard index < sweep.predictions.count,
        sweep.predictions[index] != sweep.predictions[index - 1]
      else { return nil }
      let place: KeyValuePairs<String, any AttributeValue> = [
        "cx": plot.x(points[index].x), "cy": plot.y(points[index].y), "r": 3.0, "class": "change",
      ]
      let note = "shift \(index): answer \(sweep.predictions[index])"
      return Element("circle", place, [Element("title", text: note)])
    }
  }

  /// How often the answer changes from one pixel to the next.
  var changeCount: Int {
    zip(sweep.predictions, sweep.predictions.dropFirst()).count { $0 != $1 }
  }
}
