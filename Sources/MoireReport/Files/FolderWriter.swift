import Foundation

/// Puts several files into a folder so that either all of them change or none.
struct FolderWriter {
  let directory: String
  private let mark = String(UInt64.random(in: .min ... .max), radix: 36)

  init(directory: String) {
    self.directory = directory
  }

  /// - Returns: The paths of the files.
  /// - Throws: ``ReportError/unwritable(path:reason:)``.
  func write(_ files: [(name: String, bytes: [UInt8])]) throws -> [String] {
    let made = try makeDirectory()
    do {
      try replace(files)
    } catch {
      // Only folders that were not there before, deepest first, and only while they are empty.
      for path in made.reversed() { rmdir(path) }
      throw error
    }
    return files.map { path($0.name) }
  }

  private func replace(_ files: [(name: String, bytes: [UInt8])]) throws {
    defer { for file in files { unlink(temporary(file.name, "new")) } }
    for file in files { try save(file.bytes, at: temporary(file.name, "new")) }
    var replaced: [String] = []
    do {
      for file in files {
        try setAside(file.name)
        replaced.append(file.name)
        try move(temporary(file.name, "new"), to: path(file.name))
      }
    } catch {
      for name in replaced { restore(name) }
      throw error
    }
    for file in files { unlink(temporary(file.name, "old")) }
  }

  /// Makes the missing folders and returns those it made, outermost first.
  private func makeDirectory() throws -> [String] {
    let url = URL(fileURLWithPath: directory, isDirectory: true).standardizedFileURL
    var missing: [String] = []
    var current = url
    while access(current.path, F_OK) != 0, current.path != "/" {
      missing.append(current.path)
      current = current.deletingLastPathComponent()
    }
    var made: [String] = []
    for path in missing.reversed() {
      guard mkdir(path, 0o777) == 0 else {
        let failure = failure(directory)
        for path in made.reversed() { rmdir(path) }
        throw failure
      }
      made.append(path)
    }
    return made
  }

  private func save(_ bytes: [UInt8], at path: String) throws {
    guard let file = fopen(path, "wb") else { throw failure(directory) }
    let written = fwrite(bytes, 1, bytes.count, file)
    // A full disk may show only when the buffer is written out.
    let isFlushed = fflush(file) == 0
    let failure = failure(directory)
    fclose(file)
    guard written == bytes.count, isFlushed else { throw failure }
  }

  private func setAside(_ name: String) throws {
    var status = stat()
    guard lstat(path(name), &status) == 0 else { return }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw ReportError.unwritable(path: path(name), reason: "there is a folder of this name")
    }
    try move(path(name), to: temporary(name, "old"))
  }

  private func restore(_ name: String) {
    unlink(path(name))
    rename(temporary(name, "old"), path(name))
  }

  private func move(_ source: String, to target: String) throws {
    guard rename(source, target) == 0 else { throw failure(target) }
  }

  private func path(_ name: String) -> String {
    directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
  }

  private func temporary(_ name: String, _ kind: String) -> String {
    path(".\(name).\(mark).\(kind)")
  }

  private func failure(_ path: String) -> ReportError {
    .unwritable(path: path, reason: String(cString: strerror(errno)).lowercased())
  }
}
