import Foundation
import MoireTensors
import Testing

struct FileContentsTests {
  @Test func `Files and pipes are read to their end, devices and folders refused`() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/moire-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let file = "\(folder)/bytes"
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    for isMapped in [false, true] {
      #expect(try [UInt8](fileContents(file, isMapped: isMapped)) == bytes)
    }
    let pipe = "\(folder)/pipe"
    try #require(mkfifo(pipe, 0o600) == 0)
    // More than a pipe holds, so that it is read in parts while it is written.
    let writer = Thread { FileHandle(forWritingAtPath: pipe)?.write(Data(bytes)) }
    writer.start()
    #expect(try [UInt8](fileContents(pipe)) == bytes)
    func reason(_ path: String) -> String? {
      do {
        _ = try fileContents(path)
        return nil
      } catch { return systemReason(error) }
    }
    #expect(reason("/dev/zero") == "is a device; need a file or a pipe")
    #expect(reason(folder) == "is a directory")
    #expect(reason("\(folder)/none") == "no such file or directory")
  }
}
