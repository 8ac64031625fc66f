import Foundation
import MoireKit

/// The peak memory of `moire audit` on few and on many images.
struct MemoryComparison {
  let moire: String
  let model: String

  func text() throws -> String {
    let few = try peak(images: 10)
    let many = try peak(images: 1000)
    return
      "\nPeak memory of an audit: \(few / 1024) MB for 10 images, \(many / 1024) MB for 1,000, ratio "
      + String(format: "%.3f", Double(many) / Double(few)) + "."
  }

  /// Kilobytes of the process at its largest.
  private func peak(images: Int) throws -> Int {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bench-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    // A photo-like picture larger than a network's input, so that decoding and resizing take part.
    var generator = SeededGenerator(seed: 1)
    let (width, height) = (500, 375)
    let pixels = (0..<width * height * 3).map { index in
      UInt8(truncatingIfNeeded: 100 + index / 3 % width / 4 + generator.integer(in: 0..<40))
    }
    let png = try Image(width: width, height: height, channels: 3, pixels: pixels).pngData()
    for index in 0..<images {
      try Data(png).write(to: folder.appendingPathComponent("image-\(index)-x.png"))
    }
    return try Self.usage([moire, "audit", model, folder.path, "--passes", "1", "--quiet"])
  }

  /// Kilobytes of a process at its largest.
  static func usage(_ arguments: [String]) throws -> Int {
    var pid = pid_t()
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    let status = posix_spawn(&pid, arguments[0], nil, nil, &words, environ)
    guard status == 0 else {
      throw Peer.Failure(
        description: "\(arguments[0]): cannot be started: \(String(cString: strerror(status)))")
    }
    var (code, usage) = (Int32(), rusage())
    guard wait4(pid, &code, 0, &usage) == pid, code == 0 else {
      throw Peer.Failure(
        description: "\(arguments.joined(separator: " ")) failed with \(code >> 8)")
    }
    return usage.ru_maxrss
  }
}
