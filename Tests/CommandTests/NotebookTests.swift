import Foundation
import TestSupport
import Testing

/// The cells of the notebooks are run again, and what they print must be what the page shows.
///
/// A cell is a fenced block marked `console`: lines that begin with `$ ` are commands, the lines after
/// one are its output, `[…]` alone on a line stands for any lines. Numbers may differ by 0.5 % or one
/// unit of the last digit shown, since processors sum in different orders; everything else is exact.
@Suite struct NotebookTests {
  struct Cell: Sendable, CustomStringConvertible {
    let page: String
    let command: String
    let output: [String]
    var description: String { "\(page): \(command)" }
  }

  static let pages: [URL] = {
    let folder = Fixtures.package.appendingPathComponent("Notebooks-text")
    let files = try? FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    return (files ?? []).filter { $0.pathExtension == "md" }
      .sorted { $0.lastPathComponent < $1.lastPathComponent }
  }()

  static func cells(of page: URL) throws -> [Cell] {
    var cells: [Cell] = []
    var inside = false
    for line in try String(contentsOf: page, encoding: .utf8).components(separatedBy: "\n") {
      if line.hasPrefix("```") {
        inside = line == "```console"
      } else if inside, line.hasPrefix("$ ") {
        cells.append(
          Cell(page: page.lastPathComponent, command: String(line.dropFirst(2)), output: []))
      } else if inside, let last = cells.popLast() {
        cells.append(Cell(page: last.page, command: last.command, output: last.output + [line]))
      }
    }
    return cells
  }

  @Test func thereArePages() { #expect(!Self.pages.isEmpty) }

  @Test(arguments: pages) func cellsPrintWhatThePageShows(_ page: URL) throws {
    try Tool.inTemporaryFolder { folder in
      for cell in try Self.cells(of: page) {
        // CSV ends its lines with CR LF.
        let got = try Self.shell(cell.command, in: folder)
          .replacingOccurrences(of: "\r\n", with: "\n")
        let lines =
          got.isEmpty ? [] : got.components(separatedBy: "\n").dropLast(got.hasSuffix("\n") ? 1 : 0)
        let difference = Self.difference(cell.output, Array(lines))
        #expect(difference == nil, "\(cell): \(difference ?? "")\n--- printed:\n\(got)")
      }
    }
  }

  /// Runs a line in a shell that finds the program as `moire`.
  static func shell(_ line: String, in folder: URL) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", "exec 2>&1; " + line]
    process.currentDirectoryURL = folder
    var environment = ProcessInfo.processInfo.environment
    let path = Tool.program.deletingLastPathComponent().path
    environment["PATH"] = path + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
    environment["FIXTURES"] = Fixtures.folder.path
    environment["EMBEDDED"] = Fixtures.embedded.path
    process.environment = environment
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }

  /// The first line that differs, or nil.
  static func difference(_ expected: [String], _ got: [String]) -> String? {
    guard let first = expected.first else { return got.isEmpty ? nil : "unexpected '\(got[0])'" }
    if first == "[…]" {
      let rest = Array(expected.dropFirst())
      return (0...got.count).contains { difference(rest, Array(got.dropFirst($0))) == nil }
        ? nil : "nothing after […] matches '\(rest.first ?? "")'"
    }
    guard let line = got.first else { return "missing '\(first)'" }
    guard same(first, line) else { return "expected '\(first)', got '\(line)'" }
    return difference(Array(expected.dropFirst()), Array(got.dropFirst()))
  }

  private static func same(_ expected: String, _ got: String) -> Bool {
    let (a, b) = (words(expected), words(got))
    return a.count == b.count && zip(a, b).allSatisfy { close($0, $1) }
  }

  /// Runs of digits with their point and exponent, and what stands between; spaces count as one.
  private static func words(_ line: String) -> [String] {
    let squeezed = line.trimmingCharacters(in: .whitespaces)
      .replacingOccurrences(of: " +", with: " ", options: .regularExpression)
    return squeezed.matches(of: /[0-9]+(\.[0-9]+)?(e-?[0-9]+)?|[^0-9]+/).map { String($0.output.0) }
  }

  private static func close(_ a: String, _ b: String) -> Bool {
    if a == b { return true }
    guard let x = Double(a), let y = Double(b), a.contains(".") || a.contains("e") else {
      return false
    }
    // Identity differences are rounding noise: their size matters, not their digits.
    if x < 1e-5, y < 1e-5 { return true }
    let digits = a.split(separator: ".").last.map { $0.prefix { $0.isNumber }.count } ?? 0
    return abs(x - y) <= max(0.005 * abs(x), 1.01 * pow(10, -Double(digits)))
  }
}
