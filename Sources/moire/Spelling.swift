import ArgumentParser
import Foundation
import MoireKit

/// How numbers and names are spelled on the command line.
enum Spelling {
  /// `2`, or `2x3` for height and width.
  ///
  /// - Throws: `ValidationError` that names the option.
  static func pair(_ text: String, option: String, in range: ClosedRange<Int>) throws -> HW {
    let numbers = text.lowercased().split(separator: "x", omittingEmptySubsequences: false)
      .map { Int($0) }
    guard (1...2).contains(numbers.count), let height = numbers[0], let width = numbers.last ?? nil,
      range.contains(height), range.contains(width)
    else {
      throw ValidationError(
        "\(option) \(text): need whole numbers from \(range.lowerBound) to \(range.upperBound), as 2"
          + " or 2x3 (height x width)")
    }
    return HW(height, width)
  }

  /// A stride.
  static func stride(_ text: String, option: String = "--stride") throws -> HW {
    try pair(text, option: option, in: 1...65536)
  }

  /// `periodic`, `mirror`, `hann` or `kaiser:β`.
  static func boundary(_ text: String) throws -> Boundary {
    switch text {
    case "periodic": return .periodic
    case "mirror": return .mirror
    case "hann": return .hann
    default:
      guard text.hasPrefix("kaiser:"), let beta = Double(text.dropFirst(7)),
        (0...700).contains(beta)
      else {
        throw ValidationError(
          "--boundary \(text): need periodic, mirror, hann or kaiser:β with β from 0 to 700")
      }
      return .kaiser(beta: beta)
    }
  }

  /// The specifications of a list such as `ideal,bin-3,kaiser:stop=60,width=0.1`: what is a parameter
  /// belongs to the filter before it.
  static func list(_ text: String) -> [String] {
    var specifications: [String] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
      if part.contains("="), !part.contains(":"), let last = specifications.popLast() {
        specifications.append(last + "," + part)
      } else {
        specifications.append(part)
      }
    }
    return specifications
  }

  /// The filters of a list.
  static func filters(_ text: String) throws -> [(name: String, filter: LowPass)] {
    try list(text).map { ($0, try LowPass(parsing: $0)) }
  }
}
