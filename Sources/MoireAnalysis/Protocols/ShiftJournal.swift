import Foundation
import MoireTensors

/// A journal of finished images: a line of JSON for the header, then one for each image.
///
/// Lines are appended and brought to the disk one by one, so that a kill at any moment loses at most
/// the image under way; a last line that is cut off is dropped when the journal is read.
public final class ShiftJournal {
  /// A line of the file.
  private struct Line: Codable {
    var header: ShiftHeader?
    var shard: ShiftShard?
    var record: ImageRecord?
  }

  /// What a journal holds.
  public struct Contents: Sendable {
    public var header: ShiftHeader
    public var shard: ShiftShard
    public var records: [ImageRecord]
    /// The length of the whole lines.
    var bytes: Int
  }

  public let path: String
  private let file: Int32

  /// Begins a journal, or with `resume` goes on with the one that is there.
  ///
  /// - Parameter resume: where there is no file yet, one is begun.
  /// - Returns: the journal and the records that it has already.
  /// - Throws: ``ShiftError/journal(path:reason:)`` when it cannot be written, is of other work, is in
  ///   use, or is there and not to be resumed.
  public static func open(
    path: String, header: ShiftHeader, shard: ShiftShard, resume: Bool
  ) throws -> (journal: ShiftJournal, records: [ImageRecord]) {
    let journal = try ShiftJournal(path: path)
    let contents = try journal.contents()
    if let contents {
      guard resume else {
        throw ShiftError.journal(
          path: path, reason: "there is a journal already: go on with --resume, or remove it")
      }
      if let reason = header.difference(from: contents.header) {
        throw ShiftError.journal(path: path, reason: "cannot be resumed: \(reason)")
      }
      guard contents.shard == shard else {
        throw ShiftError.journal(
          path: path,
          reason:
            "cannot be resumed: it is shard \(contents.shard.index)/\(contents.shard.count), not "
            + "\(shard.index)/\(shard.count)")
      }
      try journal.truncate(to: contents.bytes)
    } else {
      try journal.truncate(to: 0)
      try journal.append(Line(header: header, shard: shard))
    }
    return (journal, contents?.records ?? [])
  }

  /// What the journal at a path holds.
  ///
  /// - Throws: ``ShiftError/journal(path:reason:)``.
  public static func read(path: String) throws -> Contents {
    let data: Data
    do {
      data = try fileContents(path)
    } catch {
      throw ShiftError.journal(path: path, reason: "cannot be read: \(systemReason(error))")
    }
    guard let contents = try contents(of: data, path: path) else {
      throw ShiftError.journal(path: path, reason: "it has no line yet, so no run began in it")
    }
    return contents
  }

  private init(path: String) throws {
    self.path = path
    file = Foundation.open(path, O_RDWR | O_CREAT, 0o666)
    guard file >= 0 else { throw ShiftJournal.failure(path) }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      close(file)
      throw ShiftError.journal(path: path, reason: "another run writes to it")
    }
  }

  deinit { close(file) }

  /// Appends the record of an image and brings it to the disk.
  public func append(_ record: ImageRecord) throws { try append(Line(record: record)) }

  private func append(_ line: Line) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var bytes = [UInt8](try encoder.encode(line)) + [UInt8(ascii: "\n")]
    while !bytes.isEmpty {
      let written = write(file, bytes, bytes.count)
      guard written > 0 else { throw ShiftJournal.failure(path) }
      bytes.removeFirst(written)
    }
    guard fsync(file) == 0 else { throw ShiftJournal.failure(path) }
  }

  private func truncate(to bytes: Int) throws {
    guard ftruncate(file, off_t(bytes)) == 0, lseek(file, 0, SEEK_END) >= 0 else {
      throw ShiftJournal.failure(path)
    }
  }

  private func contents() throws -> Contents? {
    let data: Data
    do {
      data = try fileContents(path)
    } catch {
      throw ShiftError.journal(path: path, reason: "cannot be read: \(systemReason(error))")
    }
    return try ShiftJournal.contents(of: data, path: path)
  }

  /// The whole lines of a file; nil when not even the first is whole.
  private static func contents(of data: Data, path: String) throws -> Contents? {
    guard let end = data.lastIndex(of: 10) else {
      // Without a line end it is either the very beginning of a journal, or something else.
      let start = Array("{\"header\"".utf8)
      guard start.starts(with: data.prefix(start.count)) else {
        throw ShiftError.journal(path: path, reason: "it is no journal of shift protocols")
      }
      return nil
    }
    let lines = data[...end].split(separator: 10)
    let decoder = JSONDecoder()
    guard let first = try? decoder.decode(Line.self, from: lines.first ?? Data()),
      let header = first.header, let shard = first.shard
    else {
      throw ShiftError.journal(
        path: path, reason: "line 1 is not the header of a journal of shift protocols")
    }
    let records = try lines.dropFirst().enumerated().map { number, line in
      guard let record = try? decoder.decode(Line.self, from: line).record else {
        throw ShiftError.journal(
          path: path, reason: "line \(number + 2) is no record of an image: the file is damaged")
      }
      return record
    }
    return Contents(header: header, shard: shard, records: records, bytes: end + 1)
  }

  private static func failure(_ path: String) -> ShiftError {
    .journal(
      path: path, reason: "cannot be written: \(String(cString: strerror(errno)).lowercased())")
  }
}
