import Foundation
import MoireKit

/// Loss and accuracy over the epochs of a training, as a picture.
struct TrainCurves {
  private static let panel = (width: 320.0, height: 220.0, left: 52.0, top: 28.0, bottom: 34.0)
  private let records: [EpochRecord]

  init(_ records: [EpochRecord]) { self.records = records }

  var svg: String {
    let width = 2 * (Self.panel.width + Self.panel.left) + 20
    let height = Self.panel.height + Self.panel.top + Self.panel.bottom
    let losses = records.map(\.loss) + records.compactMap(\.testLoss)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" \
      font-family="sans-serif" font-size="12">
      <rect width="100%" height="100%" fill="white"/>
      \(panel("loss", at: 0, from: 0, to: max(losses.max() ?? 1, 1e-6), \.loss, \.testLoss))
      \(panel("accuracy", at: 1, from: accuracyFloor, to: 1, \.accuracy, \.testAccuracy))
      </svg>

      """
  }

  /// The tenth below the smallest accuracy.
  private var accuracyFloor: Double {
    let values = records.map(\.accuracy) + records.compactMap(\.testAccuracy)
    return min(((values.min() ?? 0) * 10).rounded(.down) / 10, 0.9)
  }

  private func panel(
    _ title: String, at place: Int, from low: Double, to high: Double,
    _ training: (EpochRecord) -> Double, _ test: (EpochRecord) -> Double?
  ) -> String {
    let (width, height) = (Self.panel.width, Self.panel.height)
    let x = Self.panel.left + Double(place) * (width + Self.panel.left)
    let label = { (value: Double) in String(format: "%.3g", value) }
    var parts = [
      "<g transform=\"translate(\(x) \(Self.panel.top))\">",
      "<text x=\"0\" y=\"-10\">\(title): training solid, test dashed</text>",
      "<path d=\"M0 0V\(height)H\(width)\" fill=\"none\" stroke=\"#888\"/>",
      "<text x=\"-6\" y=\"10\" text-anchor=\"end\">\(label(high))</text>",
      "<text x=\"-6\" y=\"\(height)\" text-anchor=\"end\">\(label(low))</text>",
      "<text x=\"0\" y=\"\(height + 18)\">1</text>",
      "<text x=\"\(width)\" y=\"\(height + 18)\" text-anchor=\"end\">epoch \(records.count)</text>",
    ]
    parts.append(curve(low, high, dashed: false) { training($0) })
    parts.append(curve(low, high, dashed: true, test))
    return (parts + ["</g>"]).joined(separator: "\n")
  }

  private func curve(
    _ low: Double, _ high: Double, dashed: Bool, _ value: (EpochRecord) -> Double?
  ) -> String {
    let step = Self.panel.width / Double(max(records.count - 1, 1))
    let points = records.enumerated().compactMap { index, record -> String? in
      guard let value = value(record), value.isFinite else { return nil }
      let y = (1 - (value - low) / max(high - low, 1e-12)) * Self.panel.height
      return String(format: "%.1f,%.1f", Double(index) * step, y)
    }
    guard !points.isEmpty else { return "" }
    let style = dashed ? "stroke=\"#b5521b\" stroke-dasharray=\"5 3\"" : "stroke=\"#1b5fb5\""
    let line = "<polyline points=\"\(points.joined(separator: " "))\" fill=\"none\" \(style)/>"
    // A single epoch is a point.
    let ends = points.map { point in
      let pair = point.split(separator: ",")
      return "<circle cx=\"\(pair[0])\" cy=\"\(pair[1])\" r=\"2\" fill=\"none\" \(style)/>"
    }
    return ([line] + ends).joined(separator: "\n")
  }
}
