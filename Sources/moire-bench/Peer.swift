import Foundation

/// A Python process of its own, asked over its pipes: onnxruntime in `peer.py`, numerical libraries in
/// `core_peer.py`.
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
    var error: String?
  }

  convenience init(python: String, script: String, model: String, threads: Int) throws {
    try self.init(python: python, arguments: [script, model, "\(threads)"])
  }

  init(python: String, arguments: [String]) throws {
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = arguments
    process.standardInput = requests
    process.standardOutput = answers
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
