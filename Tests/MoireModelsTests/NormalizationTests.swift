import MoireLayers
import MoireTensors
import Testing

@testable import MoireModels

/// Normalisations, as operators of their own and as the nodes that exporters write for them.
@Suite struct NormalizationTests {
  private let scale: [Float] = [2, 3]
  private let shift: [Float] = [-1, 0.5]

  private func only(_ builder: ModelBuilder) throws -> Normalization? {
    let layers = try builder.layers()
    guard layers.count == 1, case .normalization(let layer)? = layers.first else { return nil }
    return layer
  }

  private func vectors(_ builder: inout ModelBuilder) {
    builder.floats("norm.weight", [2], scale)
    builder.floats("norm.bias", [2], shift)
  }

  @Test func layerNormWithChannelsLast() throws {
    for axis in [-1, 3] {
      var builder = ModelBuilder()
      vectors(&builder)
      builder.node("Transpose", ["x"], ["t"], ["perm": .ints([0, 2, 3, 1])])
      builder.node(
        "LayerNormalization", ["t", "norm.weight", "norm.bias"], ["n"],
        ["axis": .int(axis), "epsilon": .float(0.25)])
      builder.node("Transpose", ["n"], ["perm": .ints([0, 3, 1, 2])])
      let layer = try only(builder)
      #expect(layer?.kind == .layer && layer?.epsilon == 0.25)
      #expect(layer?.scale?.values == scale && layer?.shift?.values == shift)
      #expect(try builder.network().nodes[0].path == "norm")
    }
  }

  @Test func layerNormOverAWholeImage() throws {
    func builder(_ values: [Float]) -> ModelBuilder {
      var builder = ModelBuilder(input: [nil, 2, 1, 2])
      builder.floats("w", [2, 1, 2], values)
      builder.node("LayerNormalization", ["x", "w"], ["axis": .int(1)])
      return builder
    }
    let layer = try only(builder([2, 2, 3, 3]))
    #expect(layer?.kind == .layerAll && layer?.scale?.values == scale && layer?.shift == nil)
    // A scale of its own at every position stays behind the normalisation.
    let parts = try builder([2, 1, 3, 3]).layers()
    #expect(parts.first == .normalization(Normalization(.layerAll)))
    guard case .batchNormalization(let scale)? = parts.dropFirst(2).first else {
      Issue.record("\(parts)")
      return
    }
    #expect(parts.count == 4 && scale.scale.values == [2, 1, 3, 3])
    var rows = ModelBuilder()
    rows.floats("w", [8])
    rows.node("LayerNormalization", ["x", "w"], name: "ln")
    #expect(rows.failure().contains("'ln': over dimensions [3]"))
  }

  /// Mean, difference, square, mean, ε, root, quotient: what opsets below 17 have.
  @Test(arguments: [true, false], [true, false])
  func layerNormByItsDefinition(power: Bool, inverse: Bool) throws {
    var builder = ModelBuilder(opset: 13)
    vectors(&builder)
    builder.floats("two", [], [2])
    builder.floats("epsilon", [], [1e-6])
    builder.node("Transpose", ["x"], ["t"], ["perm": .ints([0, 2, 3, 1])])
    builder.node("ReduceMean", ["t"], ["m"], ["axes": .ints([-1])])
    builder.node("Sub", ["t", "m"], ["c"])
    power
      ? builder.node("Pow", ["c", "two"], ["q"]) : builder.node("Mul", ["c", "c"], ["q"])
    builder.node("ReduceMean", ["q"], ["v"], ["axes": .ints([-1])])
    builder.node("Add", ["v", "epsilon"], ["e"])
    builder.node("Sqrt", ["e"], ["d"])
    if inverse {
      builder.node("Reciprocal", ["d"], ["r"])
      builder.node("Mul", ["c", "r"], ["n"])
    } else {
      builder.node("Div", ["c", "d"], ["n"])
    }
    builder.node("Mul", ["n", "norm.weight"], ["s"])
    builder.node("Add", ["s", "norm.bias"], ["b"])
    builder.node("Transpose", ["b"], ["perm": .ints([0, 3, 1, 2])])
    let layer = try only(builder)
    #expect(layer?.kind == .layer && layer?.epsilon == 1e-6)
    #expect(layer?.scale?.values == scale && layer?.shift?.values == shift)
  }

  @Test func partsAloneAreRefused() {
    var builder = ModelBuilder(opset: 13)
    builder.node("ReduceMean", ["x"], name: "mean", ["axes": .ints([1])])
    let failure = builder.failure()
    #expect(failure.contains("ReduceMean at node 'mean'"))
    #expect(failure.contains("part of GELU, of a normalisation"))
  }

  /// Reshape to groups, InstanceNormalization, Reshape back, scale and shift.
  @Test func groupNormAsExportersWriteIt() throws {
    var builder = ModelBuilder(input: [nil, 4, 6, 8])
    builder.integers("groups", [0, 2, -1])
    builder.integers("whole", [0, 4, 6, 8])
    builder.floats("ones", [2], [1, 1])
    builder.floats("zeros", [2], [0, 0])
    builder.floats("w", [4, 1, 1], [1, 2, 3, 4])
    builder.floats("b", [4, 1, 1], [5, 6, 7, 8])
    builder.node("Reshape", ["x", "groups"], ["g"])
    builder.node("InstanceNormalization", ["g", "ones", "zeros"], ["i"])
    builder.node("Reshape", ["i", "whole"], ["r"])
    builder.node("Mul", ["r", "w"], ["s"])
    builder.node("Add", ["s", "b"])
    let layer = try only(builder)
    #expect(layer?.kind == .group(2) && layer?.epsilon == 1e-5)
    #expect(layer?.scale?.values == [1, 2, 3, 4] && layer?.shift?.values == [5, 6, 7, 8])
  }

  @Test func groupNormOfBothOpsets() throws {
    func builder(_ opset: Int, _ count: Int) -> ModelBuilder {
      var builder = ModelBuilder(opset: opset, input: [nil, 4, 6, 8])
      builder.floats("w", [count], (0..<count).map(Float.init))
      builder.floats("b", [count], [Float](repeating: 0, count: count))
      builder.node("GroupNormalization", ["x", "w", "b"], ["num_groups": .int(2)])
      return builder
    }
    #expect(try only(builder(18, 2))?.scale?.values == [0, 0, 1, 1])
    #expect(try only(builder(21, 4))?.scale?.values == [0, 1, 2, 3])
    #expect(try only(builder(21, 4))?.shift == nil)
    #expect(builder(18, 4).failure().contains("need [2]"))
  }

  @Test func instanceNorm() throws {
    var builder = ModelBuilder()
    vectors(&builder)
    builder.node(
      "InstanceNormalization", ["x", "norm.weight", "norm.bias"], ["epsilon": .float(0.1)])
    let layer = try only(builder)
    #expect(layer?.kind == .instance && layer?.epsilon == 0.1 && layer?.scale?.values == scale)
  }
}
