import Foundation
import MoireTensors
import Synchronization
import Testing

@Suite struct TensorTests {
  @Test func countsMustMatch() throws {
    #expect(throws: TensorError.countMismatch(shape: [2, 3], values: 5)) {
      try Tensor(shape: [2, 3], values: [1, 2, 3, 4, 5])
    }
    #expect(throws: TensorError.invalidShape([2, -1])) { try Tensor(shape: [2, -1]) }
    #expect(throws: TensorError.invalidShape([1 << 40, 1 << 40])) {
      try Tensor(shape: [1 << 40, 1 << 40])
    }
    #expect(try Tensor(shape: []).count == 1)
    #expect(try Tensor(shape: [0, 4]).values.isEmpty)
  }

  @Test func imagesAreSlices() throws {
    let tensor = try Tensor(shape: [3, 2], values: [0, 1, 2, 3, 4, 5])
    #expect(tensor.images(1..<3).values == [2, 3, 4, 5])
    #expect(tensor.images(1..<3).shape == [2, 2])
    #expect(try tensor.reshaped([6]).values == tensor.values)
  }

  @Test func firstNonFinite() throws {
    #expect(try Tensor(shape: [3], values: [1, 2, 3]).firstNonFinite == nil)
    #expect(try Tensor(shape: [3], values: [1, .nan, .infinity]).firstNonFinite == 1)
  }

  @Test func pairsAreLiterals() throws {
    #expect((2 as HW) == [2, 2] && ([3, 4] as HW).area == 12 && "\([3, 4] as HW)" == "3×4")
    #expect(String(data: try JSONEncoder().encode([3, 4] as HW), encoding: .utf8) == "[3,4]")
    #expect(try JSONDecoder().decode(HW.self, from: Data("[5,6]".utf8)) == [5, 6])
  }
}

@Suite struct GeneratorTests {
  /// The first outputs of the reference SplitMix64 for seed 1234567.
  @Test func matchesTheReference() {
    var generator = SeededGenerator(seed: 1_234_567)
    #expect(
      (0..<3).map { _ in generator.next() }
        == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423])
  }

  @Test func keysTellStreamsApart() {
    var seen: Set<UInt64> = []
    for a in -2..<3 {
      for b in 0..<3 {
        var generator = SeededGenerator(seed: 7, a, b)
        seen.insert(generator.next())
      }
    }
    #expect(seen.count == 15)
  }

  /// 20,000 draws: the mean of a uniform integer errs by σ/√n; 5 of these are allowed.
  @Test func momentsAreRight() {
    var generator = SeededGenerator(seed: 3)
    let n = 20_000
    let integers = (0..<n).map { _ in generator.integer(in: -32..<32) }
    #expect(integers.min() == -32 && integers.max() == 31)
    let mean = Double(integers.reduce(0, +)) / Double(n)
    #expect(abs(mean + 0.5) < 5 * 18.47 / Double(n).squareRoot())
    let normals = (0..<n).map { _ in generator.normal() }
    #expect(abs(normals.reduce(0, +) / Double(n)) < 5 / Double(n).squareRoot())
    #expect(
      abs(normals.reduce(0) { $0 + $1 * $1 } / Double(n) - 1) < 5 * (2 / Double(n)).squareRoot())
  }
}

@Suite struct NPYTests {
  @Test(arguments: [[], [0], [5], [2, 3], [1, 3, 4, 5]]) func roundTrip(_ shape: [Int]) throws {
    let count = shape.reduce(1, *)
    let tensor = try Tensor(shape: shape, values: (0..<count).map { Float($0) * -0.37 })
    let bytes = NPY.encode(tensor)
    #expect((bytes.count - 4 * count) % 64 == 0)
    #expect(try NPY.decode(bytes, path: "memory") == tensor)
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).npy").path
    try NPY.write(tensor, path: path)
    #expect(try NPY.read(path: path) == tensor)
    try FileManager.default.removeItem(atPath: path)
  }

  static func file(_ header: String, version: UInt8 = 1, body: [UInt8] = []) -> [UInt8] {
    var bytes: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, version, 0]
    bytes += [UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)]
    if version > 1 { bytes += [0, 0] }
    return bytes + Array(header.utf8) + body
  }

  @Test func doublesAreRounded() throws {
    let body = [1.5, -2.25].flatMap { value in
      withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
    }
    for version in [1, 2] as [UInt8] {
      let bytes = Self.file(
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n", version: version, body: body)
      #expect(try NPY.decode(bytes, path: "x").values == [1.5, -2.25])
    }
  }

  @Test(arguments: [
    ("{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }", "element type <i8"),
    ("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", "Fortran order"),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }",
      "needs 3 values, the file holds 1"
    ),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 2), }",
      "not possible"
    ),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (x,), }", "dimension 'x'"),
    ("{'fortran_order': False}", "no 'descr'"),
  ])
  func badHeadersAreNamed(_ header: String, _ reason: String) {
    let error = #expect(throws: TensorError.self) {
      try NPY.decode(Self.file(header, body: [0, 0, 0, 0]), path: "bad.npy")
    }
    #expect(
      error.map { "\($0)".contains(reason) && "\($0)".contains("bad.npy") } == true,
      "\(String(describing: error))")
  }

  @Test func everyTruncationIsAnError() throws {
    let bytes = NPY.encode(try Tensor(shape: [2, 3], values: [1, 2, 3, 4, 5, 6]))
    for length in 0..<bytes.count {
      #expect(throws: TensorError.self) { try NPY.decode(Array(bytes[..<length]), path: "cut") }
    }
  }

  @Test func missingAndUnwritableFiles() throws {
    #expect(throws: TensorError.self) { try NPY.read(path: "/nonexistent/file.npy") }
    #expect(throws: TensorError.self) {
      try NPY.write(Tensor(shape: [1]), path: "/nonexistent/file.npy")
    }
  }
}

@Suite struct ParallelTests {
  struct Failure: Error, Equatable { let index: Int }

  @Test(arguments: [1, 2, 5]) func everyIndexOnce(_ threads: Int) throws {
    let seen = Mutex([Int](repeating: 0, count: 100))
    try Parallel.forEach(100, threads: threads) { worker, index in
      #expect((0..<threads).contains(worker))
      seen.withLock { $0[index] += 1 }
    }
    #expect(seen.withLock { $0 } == [Int](repeating: 1, count: 100))
    try Parallel.forEach(0, threads: threads) { _, _ in Issue.record("nothing to do") }
  }

  @Test(arguments: [1, 3]) func theLowestFailureIsThrown(_ threads: Int) {
    #expect(throws: Failure(index: 7)) {
      try Parallel.forEach(30, threads: threads) { _, index in
        if index >= 7 { throw Failure(index: index) }
      }
    }
  }
}
