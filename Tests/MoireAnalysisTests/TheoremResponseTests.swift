import Foundation
import MoireLayers
import MoireSpectral
import MoireTensors
import TestSupport
import Testing

@testable import MoireAnalysis

/// Filters that are given by their gain.
@Suite struct TheoremResponseTests {
  private static func file<R>(_ name: String, _ text: String, _ body: (String) throws -> R) throws
    -> R
  {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("moire-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent(name)
    try Data(text.utf8).write(to: path)
    return try body(path.path)
  }

  @Test func straightLinesBetweenFrequencies() throws {
    let text = "frequency,gain\r\n# measured\n0, 1\n0.25;0.5 # half way\n\n0.5\t0\n"
    let response = try Self.file("lens.csv", text) { try MeasuredResponse(contentsOf: $0) }
    #expect(response.name == "lens.csv")
    // 1 − 2 |f| along each axis.
    let plane = response.plane(size: HW(4, 5))
    for row in 0..<4 {
      for column in 0..<5 {
        let vertical = 1 - Double(min(row, 4 - row)) / 2
        let horizontal = 1 - 2 * Double(min(column, 5 - column)) / 5
        #expect(abs(plane[row * 5 + column] - vertical * horizontal) < 1e-15)
      }
    }
    let one = try MeasuredResponse(name: "half", frequencies: [0.2], gains: [0.5])
    #expect(one.plane(size: HW(1, 3)) == [0.25, 0.25, 0.25])
  }

  /// A grid serves maps of its own size and of its divisors exactly, others between its bins.
  @Test func gridsOfGains() throws {
    let gains = (0..<64).map { (bin: Int) -> Double in
      let (row, column) = (bin / 8, bin % 8)
      return Double(min(row, 8 - row) * 10 + min(column, 8 - column))
    }
    let response = try MeasuredResponse(name: "grid", size: 8, gains: gains)
    #expect(response.plane(size: 8) == gains)
    #expect(response.plane(size: HW(4, 2)) == [0, 4, 20, 24, 40, 44, 20, 24])
    #expect(response.plane(size: HW(16, 1)).prefix(4) == [0, 5, 10, 15])
  }

  /// A file with the gain of bin-3 does what bin-3 does, and so does one for the plane.
  @Test func aFileOfAKnownFilter() throws {
    let input = try TheoremTests.noise([1, 2, 12, 8], seed: 21)
    let count = 2401
    let frequencies = (0..<count).map { Double($0) / Double(2 * (count - 1)) }
    let line = try MeasuredResponse(
      name: "line", frequencies: frequencies, gains: frequencies.map { pow(cos(Double.pi * $0), 2) }
    )
    let rows = try LowPass.binomial(3).response(size: 12, stride: 2)
    let columns = try LowPass.binomial(3).response(size: 8, stride: 2)
    let plane = try MeasuredResponse(
      name: "plane", size: HW(12, 8), gains: rows.flatMap { row in columns.map { row * $0 } })
    let document = try TheoremTests.document(
      TheoremTests.subsampling([2, 12, 8], 2), [input],
      filters: [.lowPass(.binomial(3)), .response(line), .response(plane)])
    let readings = document.sites[0].filters
    #expect(readings.map(\.filter) == ["none", "bin-3", "line", "plane"])
    for reading in readings.dropFirst(2) {
      #expect((reading.identityDifference ?? 1) < 1e-10)
      let pairs = [
        (reading.aliasFraction, readings[1].aliasFraction),
        (reading.equivarianceError, readings[1].equivarianceError),
        (reading.poolLeak, readings[1].poolLeak),
      ]
      // 2400 steps of f: the bins of 12 and 8 stand on them.
      for (got, wanted) in pairs {
        #expect(abs((got?.measured ?? 1) - (wanted?.measured ?? 0)) < 1e-12)
      }
    }
  }

  @Test func arraysOfNumPy() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("moire-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("r.npy").path
    try NPY.write(Tensor(shape: [3], values: [1, 0.5, 0.25]), path: path)
    let line = try MeasuredResponse(contentsOf: path)
    #expect(line.samples == .line(frequencies: [0, 0.25, 0.5], gains: [1, 0.5, 0.25]))
    try NPY.write(Tensor(shape: [1, 4], values: [1, 0.5, 0, 0.5]), path: path)
    #expect(try MeasuredResponse(contentsOf: path).plane(size: HW(2, 4)).count == 8)
    for shape in [[1], [1, 2, 2], [0, 2]] {
      try NPY.write(Tensor(shape: shape), path: path)
      #expect(throws: TheoremError.self) { try MeasuredResponse(contentsOf: path) }
    }
  }

  @Test(arguments: [
    ("", "holds no line"), ("frequency,gain\n", "holds no line"),
    ("0,1\n0.3\n", "line 2: need 'frequency,gain', got '0.3'"), ("0,1\n0.1,x\n", "line 2"),
    ("0,1\n0.6,0\n", "frequency 0.6 stands at place 2"), ("0.2,1\n0.1,0\n", "frequency 0.1"),
    ("0,1\n0,0\n", "place 2"), ("-0.1,1", "frequency -0.1"), ("0,nan", "the gain at 0.0 is nan"),
    ("0,1,2\n", "line 1"), ("a\nb\n", "line 2"),
  ])
  func damagedText(_ text: String, _ word: String) throws {
    try Self.file("r.csv", text) { path in
      let error = #expect(throws: TheoremError.self) { try MeasuredResponse(contentsOf: path) }
      let sentence = try #require(error).description
      #expect(sentence.hasPrefix(path) && sentence.contains(word), "\(sentence)")
    }
  }

  @Test func damagedGrids() throws {
    let error = #expect(throws: TheoremError.self) {
      try MeasuredResponse(name: "g", size: HW(1, 4), gains: [1, 0.5, 0, 0.25])
    }
    #expect(try #require(error).description.contains("(0, 1)"))
    #expect(throws: TheoremError.self) {
      try MeasuredResponse(name: "g", size: HW(1, 4), gains: [1, .infinity, 0, .infinity])
    }
    #expect(throws: TheoremError.self) { try MeasuredResponse(name: "g", size: 4, gains: [1]) }
    #expect(throws: TheoremError.self) {
      try MeasuredResponse(contentsOf: "/nowhere/response.csv")
    }
  }
}
