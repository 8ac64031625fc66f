import Foundation
import MoireKit

/// What is known about the right answers and about the names of the classes.
enum Labels {
  /// One class name a line, class 0 first.
  static func classNames(path: String) throws -> [String] {
    var lines = try TextFile.read(path).split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.trimmingCharacters(in: .whitespaces) }
    if lines.last == "" { lines.removeLast() }
    return lines
  }

  /// Labels by file name from lines `name,class` (a tab or spaces do as well); `#` begins a comment.
  static func byName(path: String) throws -> [String: Int] {
    var labels: [String: Int] = [:]
    let lines = try TextFile.read(path).split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let content = line.trimmingCharacters(in: .whitespaces)
      guard !content.isEmpty, !content.hasPrefix("#") else { continue }
      guard let separator = content.lastIndex(where: { ", \t;".contains($0) }),
        let label = Int(content[content.index(after: separator)...]), label >= 0
      else {
        throw CommandError.badLine(
          path: path, line: index + 1, reason: "need 'image name,class number', got '\(content)'")
      }
      let name = content[..<separator].trimmingCharacters(in: CharacterSet(charactersIn: ", \t;\""))
      labels[name] = label
    }
    return labels
  }

  /// The number at the end of a file's name, as in `imagenet_12_741.jpg`.
  static func ofName(_ name: String) -> Int? {
    let stem = (name as NSString).deletingPathExtension
    guard let underscore = stem.lastIndex(of: "_") else { return nil }
    let digits = stem[stem.index(after: underscore)...]
    guard !digits.isEmpty, digits.allSatisfy(\.isNumber) else { return nil }
    return Int(digits)
  }
}

/// A text that a command line names.
enum TextFile {
  /// The UTF-8 text of a file, lines ending in LF.
  ///
  /// - Throws: ``CommandError/unreadable(path:reason:)``.
  static func read(_ path: String) throws -> String {
    let data: Data
    do { data = try fileContents(path) } catch {
      throw CommandError.unreadable(path: path, reason: systemReason(error))
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw CommandError.unreadable(path: path, reason: "it is not UTF-8 text")
    }
    return text.replacingOccurrences(of: "\r\n", with: "\n")
  }
}
