import Foundation

/// From values to coordinates, linear or logarithmic.
struct Scale {
  var domain: ClosedRange<Double>
  /// Coordinates of the ends of the domain.
  var start, end: Double
  var isLogarithmic = false

  func callAsFunction(_ value: Double) -> Double {
    let (low, high) = (warped(domain.lowerBound), warped(domain.upperBound))
    guard high > low else { return start }
    return start + (end - start) * (warped(value) - low) / (high - low)
  }

  /// Round values inside the domain: steps of 1, 2 or 5, or whole decades.
  func ticks(about count: Int) -> [Double] {
    isLogarithmic ? decades(count) : Scale.steps(domain, about: count)
  }

  /// The smallest round number that `value` fits under, for an axis from 0.
  static func ceiling(of value: Double, about count: Int = 5) -> Double {
    guard value > 0 else { return 1 }
    let step = step(of: value, about: count)
    return (value / step * (1 - 1e-9)).rounded(.up) * step
  }

  private static func steps(_ domain: ClosedRange<Double>, about count: Int) -> [Double] {
    let length = domain.upperBound - domain.lowerBound
    guard length > 0 else { return [domain.lowerBound] }
    let step = step(of: length, about: count)
    let first = Int((domain.lowerBound / step - 1e-9).rounded(.up))
    let last = Int((domain.upperBound / step + 1e-9).rounded(.down))
    return first > last ? [] : (first...last).map { Double($0) * step }
  }

  private static func step(of length: Double, about count: Int) -> Double {
    let rough = length / Double(max(1, count))
    let decade = pow(10, floor(log10(rough)))
    let factors: [Double] = [1, 2, 5, 10]
    let factor = factors.first { $0 * decade >= rough * (1 - 1e-9) } ?? 10
    return factor * decade
  }

  private func decades(_ count: Int) -> [Double] {
    let low = Int((log10(domain.lowerBound) - 1e-9).rounded(.up))
    let high = Int((log10(domain.upperBound) + 1e-9).rounded(.down))
    guard low <= high else { return [] }
    let stride = max(1, Int((Double(high - low) / Double(max(1, count))).rounded(.up)))
    return Swift.stride(from: low, through: high, by: stride).map { pow(10, Double($0)) }
  }

  private func warped(_ value: Double) -> Double { isLogarithmic ? log10(value) : value }
}
