/// Journals of the parts of one run, put together.
public enum ShiftMerge {
  /// The header and records of one run over all images, from which its document follows.
  ///
  /// - Throws: ``ShiftError/journal(path:reason:)`` when the journals are not of the same run, differ
  ///   in an image, or lack one.
  public static func read(
    paths: [String]
  ) throws -> (header: ShiftHeader, records: [ImageRecord]) {
    var records: [Int: ImageRecord] = [:]
    var header: ShiftHeader?
    for path in paths {
      let contents = try ShiftJournal.read(path: path)
      if let reason = header?.difference(from: contents.header) {
        throw ShiftError.journal(
          path: path, reason: "cannot be merged with \(paths[0]): \(reason)")
      }
      header = contents.header
      // Within one journal a later record replaces one of a skipped image.
      let own = Dictionary(contents.records.map { ($0.index, $0) }) { _, new in new }
      for (index, record) in own {
        if let known = records[index], known != record {
          throw ShiftError.journal(
            path: path, reason: "it gives other numbers for \(record.name) than another journal")
        }
        records[index] = record
      }
    }
    guard let header else {
      throw ShiftError.journal(path: "merge", reason: "needs at least one journal")
    }
    let missing = (0..<header.images).filter { records[$0] == nil }
    guard missing.isEmpty else {
      let listed = missing.prefix(5).map(String.init).joined(separator: ", ")
      throw ShiftError.journal(
        path: paths.joined(separator: ", "),
        reason: "\(missing.count) of \(header.images) images are missing (numbers \(listed)"
          + "\(missing.count > 5 ? ", …" : "") from 0): finish the runs with --resume, or add the journals "
          + "of the other shards")
    }
    return (header, records.values.sorted { $0.index < $1.index })
  }
}
