import Foundation
import MoireTensors

/// The folder of a study: `cells/NAME.json` for each finished cell, `cells/NAME.safetensors` for its
/// training.
struct StudyFolder {
  let path: String

  /// - Throws: ``StudyError/unwritable(path:reason:)``.
  init(_ path: String) throws {
    self.path = path
    do {
      try FileManager.default.createDirectory(
        atPath: "\(path)/cells", withIntermediateDirectories: true)
    } catch {
      throw StudyError.unwritable(path: path, reason: systemReason(error))
    }
  }

  /// Marks the folder as that of a study and plan, or makes sure that it is.
  ///
  /// - Throws: ``StudyError``.
  func claim(_ study: String, version: String, plan: String) throws {
    let file = "\(path)/study.txt"
    let text = "study: \(study)\nversion: \(version)\nplan: \(plan)\n"
    if let data = FileManager.default.contents(atPath: file) {
      let found = String(decoding: data, as: UTF8.self)
      guard found == text else {
        let lines = zip(found.split(separator: "\n"), text.split(separator: "\n"))
        let change = lines.first { $0 != $1 }.map { "it has \($0), now \($1)" }
        throw StudyError.cell(
          path: file, reason: "belongs to other work: \(change ?? "it is damaged")")
      }
      return
    }
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
    } catch {
      throw StudyError.unwritable(path: file, reason: systemReason(error))
    }
  }

  func checkpoint(of cell: StudyCell) -> String { "\(path)/cells/\(cell.name).safetensors" }

  func file(of cell: StudyCell) -> String { "\(path)/cells/\(cell.name).json" }

  /// The result of a cell, nil where there is none yet.
  ///
  /// - Throws: ``StudyError/cell(path:reason:)`` for one of another version or plan, or a damaged one.
  func result(of cell: StudyCell, version: String, plan: String) throws -> CellResult? {
    let file = file(of: cell)
    guard FileManager.default.fileExists(atPath: file) else { return nil }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    guard let data = FileManager.default.contents(atPath: file),
      let result = try? decoder.decode(CellResult.self, from: data)
    else { throw StudyError.cell(path: file, reason: "is no result of a cell") }
    guard result.version == version else {
      throw StudyError.cell(
        path: file, reason: "was made by version \(result.version), this is \(version)")
    }
    guard result.cell == cell else {
      throw StudyError.cell(path: file, reason: "holds cell \(result.cell.name)")
    }
    guard result.plan == plan else {
      throw StudyError.cell(
        path: file, reason: "was trained with another plan (\(result.plan)), now \(plan)")
    }
    return result
  }

  /// Keeps a result: the file is the new one, or what it was before.
  ///
  /// - Throws: ``StudyError/unwritable(path:reason:)``.
  func write(_ result: CellResult) throws {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    let file = file(of: result.cell)
    do {
      try encoder.encode(result).write(to: URL(fileURLWithPath: file), options: .atomic)
    } catch {
      throw StudyError.unwritable(path: file, reason: systemReason(error))
    }
  }
}
