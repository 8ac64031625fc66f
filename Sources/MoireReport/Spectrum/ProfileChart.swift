import Foundation
import MoireAnalysis

/// Radial mean and slices of a spectrum in dB of all energy over |f|.
struct ProfileChart {
  let entry: SpectrumDocument.Entry
  /// Nyquist frequencies of the new grid, one or two.
  let limits: [(frequency: Double, text: String)]

  private typealias Curve = (name: String, points: [(x: Double, y: Double)])

  /// In the space of a heat figure, 330 × 268; nil without energy beside the constant.
  func draw() -> [Element]? {
    let curves = self.curves
    let levels = curves.flatMap { $0.points.map(\.y) }
    guard let highest = levels.max(), let lowest = levels.min() else { return nil }
    let top = (highest / 10).rounded(.up) * 10
    let bottom = min(top - 20, max(top - 120, (lowest / 10).rounded(.down) * 10))
    let reach = curves.flatMap { $0.points.map(\.x) }.max() ?? 0.5
    let plot = Plot(
      x: 0...max(0.5, reach), y: bottom...top, left: 66, top: 26, width: 250, height: 200)
    let lines = curves.enumerated().map { index, curve in
      plot.path(curve.points.map { ($0.x, max($0.y, bottom)) }, class: "curve c\(index)")
    }
    return axes(plot) + marks(plot) + lines.reversed() + [plot.frame] + legend(curves, plot)
  }

  /// In dB; zero frequency and bins without power are left out.
  private var curves: [Curve] {
    let radial = zip(entry.radialProfile.energy, entry.radialProfile.bins).map {
      $1 > 0 ? $0 / Double($1) : 0
    }
    return [("mean", points(entry.radialProfile.frequency, radial))]
      + entry.slices.map { ("\($0.degrees)°", points($0.frequency, $0.power)) }
  }

  private func points(_ frequency: [Double], _ power: [Double]) -> [(x: Double, y: Double)] {
    zip(frequency, power).dropFirst().filter { $1 > 0 }.map { ($0, 10 * log10($1)) }
  }

  private func axes(_ plot: Plot) -> [Element] {
    plot.xAxis(plot.x.ticks(about: 6), label: "|f|, cycles per sample") {
      String(format: "%g", ($0 * 100).rounded() / 100)
    }
      + plot.yAxis(plot.y.ticks(about: 5), grid: true, label: "power per bin, dB", offset: 46) {
        "\(Int($0.rounded()))".replacing("-", with: "−")
      }
  }

  private func marks(_ plot: Plot) -> [Element] {
    limits.flatMap { limit -> [Element] in
      let x = plot.x(limit.frequency)
      return [
        .line(x, 26, x, 226, class: "nyquist"),
        .label(limit.text, x: x - 4, y: 220, anchor: "end", class: "mark"),
      ]
    }
  }

  private func legend(_ curves: [Curve], _ plot: Plot) -> [Element] {
    curves.enumerated().flatMap { index, curve -> [Element] in
      let x = plot.x.start + 4 + 62 * Double(index)
      return [
        .line(x, 14, x + 18, 14, class: "curve c\(index)"),
        .label(curve.name, x: x + 23, y: 18, class: "mark"),
      ]
    }
  }
}
