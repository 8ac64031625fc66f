import Foundation
import MoireReport
import Testing

@Suite struct WriterTests {
  private let root = FileManager.default.temporaryDirectory.appending(
    path: "moire-report-\(UInt64.random(in: 0 ... .max))")

  private func contents(_ url: URL) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted()
  }

  private func write(to url: URL, encodePNG: @escaping PNGEncoder = Sample.encoder) throws {
    let document = Sample.document()
    try ReportWriter.write(
      document: document, pictures: Sample.pictures(document), to: url.path, encodePNG: encodePNG)
  }

  @Test func allFilesAreThere() throws {
    defer { try? FileManager.default.removeItem(at: root) }
    let folder = root.appending(path: "deep/er")
    try write(to: folder)
    #expect(contents(folder) == ["audit.json", "report.html", "sites.csv"])
    let first = try Data(contentsOf: folder.appending(path: "report.html"))
    try Data("old".utf8).write(to: folder.appending(path: "sites.csv"))
    try write(to: folder)
    #expect(contents(folder) == ["audit.json", "report.html", "sites.csv"])
    #expect(try Data(contentsOf: folder.appending(path: "report.html")) == first)
    #expect(try Data(contentsOf: folder.appending(path: "sites.csv")).count > 100)
  }

  @Test func aFailingEncoderLeavesNothing() {
    struct Refusal: Error {}
    #expect(throws: Refusal.self) { try write(to: root) { _ in throw Refusal() } }
    #expect(!FileManager.default.fileExists(atPath: root.path))
  }

  @Test func aFileInPlaceOfTheFolder() throws {
    defer { try? FileManager.default.removeItem(at: root) }
    try Data("x".utf8).write(to: root)
    let error = #expect(throws: ReportError.self) { try write(to: root.appending(path: "out")) }
    #expect(error?.description.contains("not a directory") == true)
    #expect(throws: ReportError.self) { try write(to: root) }
    #expect(try Data(contentsOf: root) == Data("x".utf8))
  }

  @Test func anEarlierReportSurvivesAFailure() throws {
    defer { try? FileManager.default.removeItem(at: root) }
    try FileManager.default.createDirectory(
      at: root.appending(path: "sites.csv"), withIntermediateDirectories: true)
    try Data("earlier".utf8).write(to: root.appending(path: "report.html"))
    #expect(throws: ReportError.self) { try write(to: root) }
    #expect(contents(root) == ["report.html", "sites.csv"])
    #expect(try Data(contentsOf: root.appending(path: "report.html")) == Data("earlier".utf8))
  }

  @Test(.enabled(if: getuid() != 0)) func aFolderWithoutPermission() throws {
    defer { try? FileManager.default.removeItem(at: root) }
    try FileManager.default.createDirectory(
      at: root, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o555])
    #expect(throws: ReportError.unwritable(path: root.path, reason: "permission denied")) {
      try write(to: root)
    }
    #expect(contents(root).isEmpty)
  }
}
