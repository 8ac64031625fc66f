import Foundation
import TestSupport
import Testing

/// Runs lines in a shell, as a user types them, in a folder that was empty before.
struct Shell {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let folder: URL
  var environment: [String: String] = [:]

  /// What a line prints on both of its outputs; a failing line throws it.
  @discardableResult func run(_ line: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", "set -euo pipefail; exec 2>&1; " + line]
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let output = String(decoding: data, as: UTF8.self)
    guard process.terminationStatus == 0 else {
      throw Failure(description: "$ \(line)\n\(output)exit code \(process.terminationStatus)")
    }
    return output
  }

  func succeeds(_ line: String) -> Bool { (try? run(line)) != nil }

  /// Whether all of these programs are there; names one that is not.
  static func has(_ programs: String...) -> Bool {
    let shell = Shell(folder: FileManager.default.temporaryDirectory)
    for program in programs where !shell.succeeds("command -v \(program)") {
      print("skipped: no \(program)")
      return false
    }
    return true
  }

  /// A Python that can import these modules: `MOIRE_PYTHON` or python3; nil with a message.
  static func python(importing modules: String) -> String? {
    let python = ProcessInfo.processInfo.environment["MOIRE_PYTHON"] ?? "python3"
    let shell = Shell(folder: FileManager.default.temporaryDirectory)
    if shell.succeeds("'\(python)' -c 'import \(modules)'") { return python }
    print("skipped: \(python) cannot import \(modules); set MOIRE_PYTHON to one that can")
    return nil
  }

  /// A new empty folder, removed after the body.
  static func inEmptyFolder<R>(_ body: (Shell) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("moire-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(Shell(folder: folder))
  }

  /// The tests of the long tier, which `.ci/run --full` asks for.
  static let isFull: Bool = {
    if !Fixtures.isFullTier {
      print("skipped: tests of the full tier; set MOIRE_FULL=1 for them")
    }
    return Fixtures.isFullTier
  }()
}

/// The number after the last space.
func lastNumber(_ output: String) -> Double? {
  output.split(whereSeparator: \.isWhitespace).last.flatMap { Double($0) }
}
