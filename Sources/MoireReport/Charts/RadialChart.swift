import Foundation
import MoireAnalysis
import MoireTensors

/// Mean power of the bins in rings of equal |f| on a logarithmic axis, with the new grid's limits.
struct RadialChart {
  let site: SiteReading

  /// Nil when no ring beyond the constant holds energy.
  func draw() -> Element? {
    let points = self.points
    guard let top = points.map(\.y).max(), let least = points.map(\.y).min() else { return nil }
    let high = pow(10, (log10(top) + 1e-9).rounded(.up))
    let low = max(pow(10, (log10(least) - 1e-9).rounded(.down)), high * 1e-8)
    let plot = Plot(
      x: 0...max(0.5, points.map(\.x).max() ?? 0.5), y: low...max(high, low * 10), left: 66,
      top: 26,
      width: 250, height: 200, isYLogarithmic: true)
    let visible = points.map { ($0.x, max($0.y, low)) }
    return .svg(
      width: 330, height: 268, label: "Radial profile of the spectrum of \(site.path)",
      folding(plot) + axes(plot) + limits(plot) + [plot.path(visible, class: "curve"), plot.frame])
  }

  /// Rings with energy, the constant's own ring left out.
  private var points: [(x: Double, y: Double)] {
    let profile = site.radialProfile
    return profile.frequency.indices.compactMap { ring in
      guard ring < profile.energy.count, ring < profile.bins.count else { return nil }
      let (energy, bins) = (profile.energy[ring], profile.bins[ring])
      let isConstant = ring == 0 && (bins == 1 || profile.frequency[0] == 0)
      guard !isConstant, energy > 0, energy.isFinite, bins > 0,
        profile.frequency[ring].isFinite
      else { return nil }
      return (profile.frequency[ring], energy / Double(bins))
    }
  }

  private func axes(_ plot: Plot) -> [Element] {
    plot.xAxis(plot.x.ticks(about: 5), label: "|f|, cycles per dense sample") {
      String(format: "%g", ($0 * 100).rounded() / 100)
    }
      + plot.yAxis(plot.y.ticks(about: 5), grid: true, label: "power per bin / total", offset: 54) {
        "1e\(Int(log10($0).rounded()))"
      }
  }

  /// Beyond the corner of the baseband everything folds.
  private func folding(_ plot: Plot) -> [Element] {
    let start = plot.x(min(corner, plot.x.domain.upperBound))
    return [.rectangle(x: start, y: 26, width: plot.x.end - start, height: 200, class: "folds")]
  }

  private func limits(_ plot: Plot) -> [Element] {
    let axes = Set([site.stride.height, site.stride.width].filter { $0 > 1 }).sorted(by: >)
    let lines: [Element] = axes.flatMap { stride -> [Element] in
      let position = plot.x(0.5 / Double(stride))
      return [
        .line(position, 26, position, 226, class: "nyquist"),
        .label("1/\(2 * stride)", x: position + 4, y: 18, anchor: "end", class: "mark"),
      ]
    }
    guard corner < plot.x.domain.upperBound * 0.97 else { return lines }
    let position = plot.x(corner)
    return lines + [
      .line(position, 26, position, 226, class: "nyquist corner"),
      .label("corner", x: position - 4, y: 18, class: "mark"),
    ]
  }

  private var corner: Double {
    hypot(0.5 / Double(max(1, site.stride.height)), 0.5 / Double(max(1, site.stride.width)))
  }
}
