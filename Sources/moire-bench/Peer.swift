import Foundation
import MoireLayers

/// A Python process of its own, asked over its pipes: an inference engine in `peer.py`, numerical
/// libraries in `core_peer.py`.
final class Peer {
  private let process = Process()
  private let requests = Pipe()
  private let answers = Pipe()
  private var buffer = Data()
  /// The versions of what runs there.
  private(set) var version = ""

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private struct Answer: Decodable {
    var ready: Bool?
    var version: String?
    var ms: [Double]?
    var name: String?
    var kilobytes: [Int]?
    var error: String?
  }

  convenience init(
    python: String, script: String, model: String, threads: Int, engine: String = "onnxruntime",
    batch: Int = 1
  ) throws {
    try self.init(
      python: python, arguments: [script, model, "\(threads)", engine, "\(batch)"])
  }

  init(python: String, arguments: [String]) throws {
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = arguments
    process.standardInput = requests
    process.standardOutput = answers
    // What this program sets for its own threads.
    process.environment = ProcessInfo.processInfo.environment
      .filter { $0.key != OpenMPWaiting.variable }
    do { try process.run() } catch {
      throw Failure(description: "\(python): cannot be started: \(error.localizedDescription)")
    }
    version = try answer().version ?? "?"
  }

  /// The milliseconds of `count` runs, one after the other.
  func run(_ count: Int) throws -> [Double] {
    requests.fileHandleForWriting.write(Data("run \(count)\n".utf8))
    return try answer().ms ?? []
  }

  /// The milliseconds of opening the file `count` times.
  func load(_ count: Int) throws -> [Double] {
    requests.fileHandleForWriting.write(Data("load \(count)\n".utf8))
    return try answer().ms ?? []
  }

  /// Kilobytes of the process before it opened the file, and at its largest.
  func memory() throws -> (before: Int, peak: Int) {
    requests.fileHandleForWriting.write(Data("memory\n".utf8))
    guard let sizes = try answer().kilobytes, sizes.count == 2 else {
      throw Failure(description: "the Python process does not say how much memory it takes")
    }
    return (sizes[0], sizes[1])
  }

  /// Has a network with random weights made by `peer.py`.
  static func make(_ name: String, at path: String, python: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = [Bench.script, "--make", name, path]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: "\(name) could not be made; are torch and torchvision there?")
    }
  }

  /// The milliseconds of as many runs of a case of `core_peer.py` as fit in `budget` ms, and what ran;
  /// no times where it is not installed.
  func time(_ request: String, budget: Double) throws -> (name: String, milliseconds: [Double]) {
    requests.fileHandleForWriting.write(Data("time \(request) \(budget)\n".utf8))
    let answer = try answer()
    return (answer.name ?? "", answer.ms ?? [])
  }

  func quit() {
    requests.fileHandleForWriting.write(Data("quit\n".utf8))
    process.waitUntilExit()
  }

  private func answer() throws -> Answer {
    while true {
      if let end = buffer.firstIndex(of: 0x0A) {
        let line = buffer[buffer.startIndex..<end]
        buffer = Data(buffer[buffer.index(after: end)...])
        let answer = try JSONDecoder().decode(Answer.self, from: line)
        if let error = answer.error { throw Failure(description: "the Python process: \(error)") }
        return answer
      }
      let more = answers.fileHandleForReading.availableData
      guard !more.isEmpty else {
        throw Failure(
          description: "the Python process ended; are its libraries installed there?")
      }
      buffer += more
    }
  }
}
