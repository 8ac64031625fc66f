import Foundation
import TestSupport
import Testing

@testable import MoireTensors

/// The archives were made by NumPy: see `Tests/TestSupport/Fixtures/npz/make_npz.py`.
@Suite struct NPZTests {
  static let folder = Fixtures.folder.appendingPathComponent("npz")

  /// Positions evenly over a file: at most 2000 in the long tier, 100 in the short one.
  static func positions(_ count: Int) -> StrideTo<Int> {
    stride(from: 0, to: count, by: count / (Fixtures.isFullTier ? 2000 : 100) + 1)
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
  }

  /// The fixture's arrays in closed form.
  static func expected(_ name: String) throws -> Tensor {
    switch name {
    case "ramp":
      let values: [Float] = (0..<105).map { Float($0) / 8 - 3 }
      return try Tensor(shape: [3, 5, 7], values: values)
    case "zeros": return try Tensor(shape: [60, 80])
    case "scalar": return try Tensor(shape: [], values: [2.5])
    case "empty": return try Tensor(shape: [0, 4])
    default:
      let values: [Float] = (0..<2000).map { (i: Int) -> Float in
        Float((i * i * 7 + i * 13) % 101) / 4
      }
      return try Tensor(shape: [40, 50], values: values)
    }
  }

  static let names = ["ramp", "zeros", "scalar", "empty", "steps"]

  @Test(arguments: ["stored.npz", "compressed.npz"]) func archivesOfNumPy(_ file: String) throws {
    let archive = try NPZ(path: Self.folder.appendingPathComponent(file).path)
    #expect(archive.names == Self.names)
    for name in Self.names {
      #expect(try archive.tensor(named: name) == Self.expected(name), "\(name)")
    }
  }

  @Test(arguments: ["stored.npz", "compressed.npz"])
  func everyTruncationIsAnError(_ file: String) throws {
    let bytes = try Self.bytes(file)
    for length in Self.positions(bytes.count) {
      #expect(throws: TensorError.self) {
        let archive = try NPZ(decoding: Array(bytes[..<length]), path: "cut")
        for name in archive.names { _ = try archive.tensor(named: name) }
      }
    }
  }

  /// A flipped bit is an error, or stands where no value depends on it (times, attributes, names).
  @Test(arguments: ["stored.npz", "compressed.npz"])
  func flippedBitsNeverGiveOtherValues(_ file: String) throws {
    let bytes = try Self.bytes(file)
    for position in Self.positions(bytes.count) {
      var damaged = bytes
      damaged[position] ^= 1 << UInt8(position % 8)
      guard let archive = try? NPZ(decoding: damaged, path: "flipped") else { continue }
      for name in Self.names {
        guard let tensor = try? archive.tensor(named: name) else { continue }
        #expect(try tensor == Self.expected(name), "\(name), byte \(position)")
      }
    }
  }

  @Test func unknownNamesAreNamed() throws {
    let archive = try NPZ(path: Self.folder.appendingPathComponent("stored.npz").path)
    let error = #expect(throws: TensorError.self) { try archive.tensor(named: "slope") }
    let text = "\(error.map { "\($0)" } ?? "")"
    #expect(text.contains("no array 'slope'") && text.contains("ramp, zeros"))
  }

  @Test func missingFilesAndOtherFormats() {
    #expect(throws: TensorError.self) { try NPZ(path: "/nonexistent/file.npz") }
    let files: [[UInt8]] = [
      [], [0x50, 0x4B], [0x50, 0x4B, 5, 6], Array(repeating: 7, count: 99),
    ]
    for bytes in files {
      #expect(throws: TensorError.self) {
        try NPZ(decoding: bytes, path: "x").tensor(named: "a")
      }
    }
  }

  /// A directory that ends at once is an archive without arrays.
  @Test func emptyArchives() throws {
    let bytes: [UInt8] = [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18)
    #expect(try NPZ(decoding: bytes, path: "x").names.isEmpty)
  }

  @Test func checksums() {
    // The check value of CRC-32.
    #expect(Checksum.crc32(Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(Checksum.crc32([]) == 0)
  }
}
