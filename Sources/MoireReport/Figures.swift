import Foundation
import MoireTensors

/// Numbers as people read them: three significant digits, "–" for what there is none of.
enum Figures {
  static let none = "–"

  /// A fraction 0…1 as "31.2 %"; never rounds up to 100 % nor down to 0 %.
  static func percent(_ fraction: Double?) -> String {
    guard let fraction, fraction.isFinite else { return none }
    let value = fraction * 100
    if value > 0, value < 0.001 { return "<0.001 %" }
    if value < 100, significant(value) == "100" { return ">99.9 %" }
    return significant(value) + " %"
  }

  /// Percent in as few digits as a narrow column asks for: "45", "0.82".
  static func brief(_ fraction: Double) -> String {
    guard fraction.isFinite else { return none }
    let value = fraction * 100
    if value == 0 || value >= 9.95 { return String(format: "%.0f", value) }
    return value >= 0.995 ? String(format: "%.1f", value) : String(format: "%.2f", value)
  }

  /// Percent on an axis: "20 %".
  static func tick(_ fraction: Double) -> String {
    String(format: "%g %%", (fraction * 1e4).rounded() / 100)
  }

  /// "56" for a square, "56×28" else.
  static func side(_ size: HW) -> String { stride(size) }

  /// Three significant digits; powers of ten outside 1e-4…1e6.
  static func number(_ value: Double?) -> String {
    guard let value, value.isFinite else { return none }
    let size = abs(value)
    return size == 0 || (size >= 1e-4 && size < 1e6) ? significant(value) : scientific(value)
  }

  /// "3.1e-7".
  static func scientific(_ value: Double?) -> String {
    guard let value, value.isFinite else { return none }
    guard value != 0 else { return "0" }
    let parts = String(format: "%.1e", value).split(separator: "e")
    return "\(parts[0])e\(Int(parts[1]) ?? 0)"
  }

  /// Enough digits to see where prediction and measurement part: "0.1580231".
  static func precise(_ value: Double?) -> String {
    guard let value, value.isFinite else { return none }
    return String(format: "%.7f", value)
  }

  /// Groups of three: "3,504,872".
  static func count(_ value: Int) -> String {
    let digits = Array(String(value.magnitude))
    var text = value < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
      text.append(digit)
    }
    return text
  }

  /// "1 image", "20 images".
  static func plural(_ value: Int, _ noun: String) -> String {
    "\(count(value)) \(noun)\(value == 1 ? "" : "s")"
  }

  /// "2", or "2×1" where the axes differ.
  static func stride(_ stride: HW) -> String {
    stride.height == stride.width ? "\(stride.height)" : stride.description
  }

  /// The shape of one image or answer: "3×224×224".
  static func shape(_ shape: [Int]) -> String {
    shape.isEmpty ? "1" : shape.map(String.init).joined(separator: "×")
  }

  private static func significant(_ value: Double) -> String {
    guard value != 0 else { return "0" }
    let exponent = Int(floor(log10(abs(value))))
    let unit = pow(10, Double(exponent - 2))
    // Rounding 9.996 carries into the next digit, which then is the third.
    let carried = Int(floor(log10((abs(value) / unit).rounded() * unit * (1 + 1e-12))))
    return String(format: "%.\(max(0, 2 - carried))f", value)
  }
}
