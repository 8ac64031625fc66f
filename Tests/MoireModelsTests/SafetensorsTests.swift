import Foundation
import MoireTensors
import TestSupport
import Testing

@testable import MoireModels

@Suite struct SafetensorsTests {
  /// A file from its header and as many bytes behind it.
  static func file(_ header: String, _ body: [UInt8] = [], length: UInt64? = nil) -> [UInt8] {
    let length = length ?? UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(header.utf8) + body
  }

  private func reason(_ bytes: [UInt8]) -> String {
    do {
      _ = try Safetensors(bytes: bytes, name: "w.safetensors")
      return "accepted"
    } catch { return "\(error)" }
  }

  @Test func writesWhatItReads() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("moire-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("w.safetensors").path
    let tensors: [(name: String, tensor: Tensor)] = [
      (
        "layer1.0.conv1.weight", try Tensor(shape: [2, 1, 1, 3], values: [1, -2, 3.5, 0, -0.0, 7])
      ),
      ("scalar", try Tensor(shape: [], values: [4])),
      ("empty", try Tensor(shape: [0, 3])),
      ("\"quoted\"\\\n\u{1}é𝄞", try Tensor(shape: [1], values: [.leastNonzeroMagnitude])),
    ]
    try Safetensors.write(tensors, metadata: ["format": "pt", "b\"": "\t"], to: path)
    let file = try Safetensors(contentsOf: path)
    #expect(Set(file.entries.map(\.name)) == Set(tensors.map(\.name)))
    #expect(file.metadata == ["format": "pt", "b\"": "\t"])
    for (name, tensor) in tensors {
      #expect(try file.tensor(name).shape == tensor.shape)
      let bits = try file.tensor(name).values.map(\.bitPattern)
      #expect(bits == tensor.values.map(\.bitPattern))
    }
    #expect(file.entries.allSatisfy { $0.range.lowerBound % 4 == 0 })
    #expect(throws: ModelError.self) { try file.tensor("absent") }
    #expect(throws: ModelError.self) {
      try Safetensors.write([tensors[1], tensors[1]], to: path + "2")
    }
    #expect(throws: ModelError.self) { try Safetensors.write(tensors, to: "/nowhere/at/all") }
  }

  /// Every type that is read, against bit patterns written down by hand.
  @Test func elementTypes() throws {
    let header =
      #"{"a":{"dtype":"F16","shape":[6],"data_offsets":[0,12]},"b":{"dtype":"BF16","#
      + #""shape":[2],"data_offsets":[12,16]},"c":{"dtype":"F64","shape":[1],"data_offsets":[16,24]},"#
      + #""d":{"dtype":"I64","shape":[1],"data_offsets":[24,32]},"#
      + #""e":{"dtype":"I32","shape":[1],"data_offsets":[32,36]},"#
      + #""f":{"dtype":"U8","shape":[3],"data_offsets":[36,39]}}   "#
    let halves: [UInt16] = [0x3C00, 0xC000, 0x0001, 0x7C00, 0x3555, 0x83FF]
    let body: [UInt8] =
      halves.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
      + [0x80, 0x3F, 0x49, 0xC0]
      + (0..<8).map { UInt8(truncatingIfNeeded: (0.1).bitPattern >> (8 * UInt64($0))) }
      + [UInt8](repeating: 0xFF, count: 8) + [2, 1, 0, 0x80] + [1, 2, 3]
    let file = try Safetensors(bytes: Self.file(header, body), name: "types")
    #expect(
      try file.tensor("a").values
        == [1, -2, 0x1p-24, .infinity, 0x1.554p-2, -0x3FFp-24])
    #expect(try file.tensor("b").values == [1, -3.140625])
    #expect(try file.tensor("c").values == [0.1])
    #expect(try file.tensor("d").values == [-1])
    #expect(try file.tensor("e").values == [Float(Int32(bitPattern: 0x8000_0102))])
    #expect { try file.tensor("f") } throws: { "\($0)".contains("U8") && "\($0)".contains("BF16") }
  }

  /// `Fixtures/zoo/sample.py` made the file with the format's own package.
  @Test func anotherWriter() throws {
    let path = Fixtures.folder.appendingPathComponent("zoo/sample.safetensors").path
    let file = try Safetensors(contentsOf: path)
    #expect(file.metadata == ["format": "pt"] && file.entries.count == 6)
    let shapes = [
      "layer1.0.conv1.weight": [2, 3, 3, 3], "half": [5, 2], "brain": [7], "double": [3],
    ]
    for (name, shape) in shapes {
      let tensor = try file.tensor(name)
      #expect(tensor.shape == shape)
      #expect(tensor.values == tensor.values.indices.map { Float($0) / 4 - 3 })
    }
    #expect(try file.tensor("bn1.num_batches_tracked") == Tensor(shape: [], values: [12]))
    #expect(file.entry("flags")?.type == .boolean)
  }

  @Test func faultsAreNamed() {
    let entry = { (type: String, shape: String, offsets: String) in
      #"{"t":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)}}"#
    }
    let two = { (a: String, b: String) in
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":\#(a)},"#
        + #""b":{"dtype":"F32","shape":[2],"data_offsets":\#(b)}}"#
    }
    let eight = [UInt8](repeating: 0, count: 8)
    let cases: [([UInt8], [String])] = [
      ([], ["0 bytes"]),
      ([1, 2, 3], ["3 bytes"]),
      (Self.file("{}", length: .max), ["18446744073709551615"]),
      (Self.file("{}", length: 100_000_001), ["100000001", "100000000"]),
      (Self.file("{}", length: 3), ["3 bytes", "2 follow"]),
      (Self.file("[]"), ["'{' was due"]),
      (Self.file(""), ["'{' was due"]),
      (Self.file("{} x"), ["follows"]),
      (Self.file("{}", [0]), ["1 bytes behind"]),
      (Self.file(entry("F32", "[2]", "[0,8]")), ["'t'", "[0, 8]", "0 to 0"]),
      (Self.file(entry("F32", "[2]", "[0,4]"), eight), ["'t'", "[2] of F32, 8 bytes", "[0, 4]"]),
      (Self.file(entry("F32", "[2]", "[8,0]"), eight), ["'t'", "[8, 0]"]),
      (Self.file(entry("F32", "[2]", "[0]"), eight), ["'t'", "[0]"]),
      (Self.file(entry("F32", "[2]", "[0,99999999999999999999]"), eight), ["beyond 64 bits"]),
      (Self.file(entry("F32", "[-2]", "[0,8]"), eight), ["whole number"]),
      (
        Self.file(entry("F32", "[4611686018427387904,4]", "[0,8]"), eight), ["does not fit 64 bits"]
      ),
      (Self.file(entry("F13", "[2]", "[0,8]"), eight), ["'t'", "'F13'", "F32"]),
      (Self.file(#"{"t":{"dtype":"F32","shape":[2]}}"#, eight), ["needs dtype"]),
      (Self.file(#"{"t":{"dtype":"F32","size":[2]}}"#, eight), ["'size'"]),
      (Self.file(two("[0,8]", "[4,12]"), eight + eight), ["'b'", "overlaps", "4", "8"]),
      (Self.file(two("[0,8]", "[0,8]"), eight), ["overlaps"]),
      (Self.file(two("[0,8]", "[16,24]"), eight + eight + eight), ["'b'", "gap", "16"]),
      (Self.file(#"{"a":{},"a":{}}"#), ["needs dtype"]),
      (
        Self.file(
          #"{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"#
            + #""a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#), ["'a'", "twice"]
      ),
      (Self.file(#"{"__metadata__":{"a":1}}"#), ["'\"' was due"]),
      (Self.file(#"{"\ud800":{}}"#), ["surrogate"]),
      (Self.file(#"{"\q":{}}"#), ["escape"]),
    ]
    for (bytes, words) in cases {
      let reason = reason(bytes)
      for word in words { #expect(reason.contains(word), "\(reason) lacks \(word)") }
      #expect(reason.hasPrefix("w.safetensors: ") && !reason.contains("\n"))
    }
    #expect(
      reason(
        Self.file(#"{"\u0041\ud834\udd1e\n":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#))
        == "accepted")
  }

  /// Damaged files end in an error or are read, never in a trap.
  @Test func damage() throws {
    let tensors: [(name: String, tensor: Tensor)] = try (0..<5).map {
      ("layer\($0).weight", try Tensor(shape: [$0, 3], repeating: 1))
    }
    let whole = Array(
      try Safetensors.encoded(tensors, metadata: ["format": "pt"], label: "w"))
    let load = { (bytes: [UInt8]) -> Bool in
      guard let file = try? Safetensors(bytes: bytes, name: "damaged") else { return false }
      for entry in file.entries { _ = try? file.tensor(entry.name) }
      return true
    }
    #expect(load(whole))
    for length in 0..<whole.count { #expect(!load(Array(whole.prefix(length)))) }
    var generator = SeededGenerator(seed: 5)
    var loaded = 0
    for _ in 0..<5000 {
      var bytes = whole
      for _ in 0...generator.integer(in: 0..<4) {
        let position = generator.integer(in: 0..<bytes.count)
        switch generator.integer(in: 0..<4) {
        case 0: bytes[position] ^= 1 << UInt8(generator.integer(in: 0..<8))
        case 1: bytes[position] = UInt8(truncatingIfNeeded: generator.next())
        case 2: bytes.remove(at: position)
        default: bytes.insert(bytes[generator.integer(in: 0..<bytes.count)], at: position)
        }
      }
      if load(bytes) { loaded += 1 }
    }
    // Changes within the values are harmless, those within the header mostly not.
    #expect(loaded > 100 && loaded < 4000)
  }
}
