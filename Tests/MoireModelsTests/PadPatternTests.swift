import MoireLayers
import MoireTensors
import Testing

@testable import MoireModels

/// Pads and rolls that files write as slices of a map, one after the other.
@Suite struct PadPatternTests {
  /// `x`, 2×6×8, put together from ranges of its rows or columns; a range of all is `x` itself.
  private func ring(
    _ ranges: [Range<Int>], axis: Int = 2, into builder: inout ModelBuilder, of map: String = "x",
    as result: String = "ring"
  ) {
    let extent = axis == 2 ? 6 : 8
    builder.integers("axis\(axis)", [axis])
    let parts = ranges.enumerated().map { index, range -> String in
      if range == 0..<extent { return map }
      let name = "\(result).\(index)"
      builder.integers("\(name).start", [range.lowerBound])
      // As exporters write the end: beyond everything.
      builder.integers("\(name).end", [range.upperBound == extent ? Int.max : range.upperBound])
      builder.node("Slice", [map, "\(name).start", "\(name).end", "axis\(axis)"], [name])
      return name
    }
    builder.node("Concat", parts, [result], ["axis": .int(axis)])
  }

  private func layers(_ ranges: [Range<Int>], axis: Int = 2) throws -> [Layer] {
    var builder = ModelBuilder()
    ring(ranges, axis: axis, into: &builder)
    builder.node("Relu", ["ring"])
    let network = try builder.network()
    return Array(network.nodes.map(\.layer).dropLast())
  }

  @Test func ringsAreCircularPads() throws {
    #expect(try layers([4..<6, 0..<6, 0..<1]) == [.pad(Padding(top: 2, bottom: 1), .circular)])
    #expect(try layers([0..<6, 0..<3]) == [.pad(Padding(bottom: 3), .circular)])
    #expect(try layers([3..<6, 0..<6]) == [.pad(Padding(top: 3), .circular)])
    #expect(
      try layers([7..<8, 0..<8, 0..<5], axis: 3) == [.pad(Padding(left: 1, right: 5), .circular)])
    // A roll, cut apart and put together again, and a part.
    #expect(try layers([2..<6, 0..<2]) == [.pad(Padding(top: 4, bottom: -4), .circular)])
    #expect(try layers([0..<2, 2..<6]) == [])
    #expect(try layers([1..<2, 2..<5]) == [.pad(Padding(top: -1, bottom: -1), .constant(0))])
  }

  /// Beside rows put together in the file's order; pads of a whole turn and more as well.
  @Test(arguments: [
    [4..<6, 0..<6, 0..<1], [2..<6, 0..<2], [5..<6, 0..<3], [1..<2, 2..<5], [0..<6, 0..<6],
    [3..<6, 0..<6, 0..<6, 0..<2],
  ])
  func valuesAreThoseOfTheParts(_ ranges: [Range<Int>]) throws {
    var builder = ModelBuilder()
    ring(ranges, into: &builder)
    builder.node("Relu", ["ring"])
    let input = try Tensor(shape: [1, 2, 6, 8], values: (0..<96).map { Float($0) })
    let output = try CompiledNetwork(builder.network()).run(input)
    let rows = ranges.flatMap { Array($0) }
    let expected = (0..<2).flatMap { c in rows.flatMap { r in (0..<8).map { 48 * c + 8 * r + $0 } }
    }
    #expect(output.values == expected.map { Float($0) })
  }

  /// What torch writes for a circular convolution: rows, then columns, then one without pads.
  @Test func convolutionsTakeRings() throws {
    var builder = ModelBuilder()
    ring([5..<6, 0..<6, 0..<1], into: &builder, as: "rows")
    ring([6..<8, 0..<8, 0..<2], axis: 3, into: &builder, of: "rows", as: "both")
    builder.floats("stem.weight", [4, 2, 3, 5])
    builder.node("Conv", ["both", "stem.weight"], name: "/stem/Conv", [:])
    let layers = try builder.layers()
    guard layers.count == 1, case .convolution(let layer) = layers[0] else {
      Issue.record("\(layers)")
      return
    }
    #expect(layer.padding == Padding(top: 1, left: 2, bottom: 1, right: 2))
    #expect(layer.paddingMode == .circular)
  }

  @Test func othersAreRefused() {
    func failure(_ ranges: [Range<Int>]) -> String {
      var builder = ModelBuilder()
      ring(ranges, into: &builder)
      builder.node("Relu", ["ring"])
      return builder.failure()
    }
    for ranges in [[0..<1, 0..<6], [5..<6, 1..<6], [0..<2, 3..<6], [0..<6, 5..<6]] {
      #expect(failure(ranges).contains("parts of one map around its end"), "\(ranges)")
    }
    // Of two maps, and of a map that has other columns taken away.
    var two = ModelBuilder()
    two.node("Sigmoid", ["x"], ["other"])
    two.node("Concat", ["x", "other"], ["axis": .int(2)])
    #expect(two.failure().contains("parts of one map"))
    var cropped = ModelBuilder()
    cropped.integers("ones", [1, 1])
    cropped.integers("ends", [4, 8])
    cropped.integers("axes", [2, 3])
    cropped.node("Slice", ["x", "ones", "ends", "axes"], ["part"])
    cropped.node("Concat", ["part", "x"], ["axis": .int(2)])
    #expect(cropped.failure().contains("parts of one map"))
  }
}
