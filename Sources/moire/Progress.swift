import Foundation
import MoireKit

/// A line on stderr that says how far a long piece of work is and how long it will take.
///
/// On a terminal the line is rewritten in place; elsewhere nothing is printed, so logs stay short.
struct Progress {
  private let label: String
  private let isOn: Bool
  private let start = Date()
  private var lastShown = Date.distantPast

  init(_ label: String, quiet: Bool) {
    self.label = label
    isOn = !quiet && Terminal.errorIsTerminal
  }

  /// - Parameter work: what was done until now in a smaller unit, of which the line gives the rate.
  mutating func show(_ done: Int, of total: Int, work: (count: Int, unit: String)? = nil) {
    guard isOn, Date().timeIntervalSince(lastShown) > 0.1 || done == total else { return }
    lastShown = Date()
    let elapsed = Date().timeIntervalSince(start)
    var line = "\(label) \(done)/\(total)"
    if let work, elapsed > 0 {
      line += String(format: ", %.0f %@/s", Double(work.count) / elapsed, work.unit)
    }
    if done > 0, done < total {
      let left = elapsed / Double(done) * Double(total - done)
      line += ", \(Progress.duration(left)) left"
    }
    FileHandle.standardError.write(Data("\r\u{1B}[K\(line)".utf8))
  }

  func finish() {
    guard isOn else { return }
    FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
  }

  static func duration(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded(.up))
    return whole < 90 ? "\(whole) s" : "\(whole / 60) min \(whole % 60) s"
  }
}
