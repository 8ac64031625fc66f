import Foundation
import TestSupport
import Testing

/// Runs the program as a user does.
struct Tool {
  struct Result {
    let code: Int32
    let output: String
    let errors: String
  }

  /// The `moire` that was built together with the tests.
  static let program: URL = {
    let folder = Bundle.main.executableURL!.deletingLastPathComponent()
    let candidates =
      [folder, folder.deletingLastPathComponent()]
      + ProcessInfo.processInfo.arguments.prefix(1).map {
        URL(fileURLWithPath: $0).deletingLastPathComponent()
      }
    let found = candidates.map { $0.appendingPathComponent("moire") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    return found
      ?? Fixtures.package.appendingPathComponent(".build/debug/moire")
  }()

  static func run(_ arguments: [String], in folder: URL? = nil) throws -> Result {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    // The error pipe is drained beside the other, so that neither can fill and block.
    let drained = DispatchQueue(label: "stderr")
    nonisolated(unsafe) var errorData = Data()
    let group = DispatchGroup()
    drained.async(group: group) { errorData = errors.fileHandleForReading.readDataToEndOfFile() }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    group.wait()
    return Result(
      code: process.terminationStatus, output: String(decoding: data, as: UTF8.self),
      errors: String(decoding: errorData, as: UTF8.self))
  }

  /// A new empty folder, removed after the body.
  static func inTemporaryFolder<R>(_ body: (URL) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("moire-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }
}
