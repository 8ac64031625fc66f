import Foundation

/// onnxruntime in a Python process of its own, asked over its pipes; see `peer.py`.
final class Peer {
  private let process = Process()
  private let requests = Pipe()
  private let answers = Pipe()
  private var buffer = Data()
  /// onnxruntime's version.
  private(set) var version = ""

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private struct Answer: Decodable {
    var ready: Bool?
    var version: String?
    var ms: [Double]?
    var error: String?
  }

  init(python: String, script: String, model: String, threads: Int) throws {
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = [script, model, "\(threads)"]
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
        if let error = answer.error { throw Failure(description: "onnxruntime: \(error)") }
        return answer
      }
      let more = answers.fileHandleForReading.availableData
      guard !more.isEmpty else {
        throw Failure(description: "the Python process ended; is onnxruntime installed there?")
      }
      buffer += more
    }
  }
}
