import MoireLayers
import MoireTensors
import Testing

@testable import MoireModels

@Suite struct PoolingTests {
  @Test func maxPool() throws {
    let builder = ModelBuilder.single(
      "MaxPool",
      [
        "kernel_shape": .ints([3, 2]), "strides": .ints([2, 1]), "pads": .ints([1, 0, 0, 1]),
        "ceil_mode": .int(1), "dilations": .ints([1, 2]),
      ])
    let expected = Pooling(
      .max, kernel: [3, 2], stride: [2, 1], padding: Padding(top: 1, right: 1), dilation: [1, 2],
      ceilMode: true)
    #expect(try builder.layers() == [.pooling(expected)])
  }

  @Test(arguments: [0, 1]) func averagePool(include: Int) throws {
    let builder = ModelBuilder.single(
      "AveragePool",
      [
        "kernel_shape": .ints([3, 3]), "pads": .ints([1, 1, 1, 1]),
        "count_include_pad": .int(include),
      ])
    let expected = Pooling(
      .average(includesPadding: include == 1), kernel: 3, stride: 1, padding: 1)
    #expect(try builder.layers() == [.pooling(expected)])
  }

  @Test func zeroPadMovesIntoTheAverage() throws {
    func layers(_ attributes: [String: ModelBuilder.Attribute]) throws -> [Layer] {
      var builder = ModelBuilder()
      builder.integers("pads", [0, 0, 1, 0, 0, 0, 0, 2])
      builder.node("Pad", ["x", "pads"], ["a"])
      builder.node(
        "AveragePool", ["a"],
        attributes.merging(["kernel_shape": .ints([3, 3])]) { first, _ in first })
      return try builder.layers()
    }
    let expected = Pooling(
      .average(includesPadding: true), kernel: 3, stride: 1, padding: Padding(top: 1, right: 2))
    #expect(try layers([:]) == [.pooling(expected)])
    // Here the two paddings count differently, so both stay.
    #expect(try layers(["pads": .ints([1, 1, 1, 1])]).count == 2)
    #expect(try layers(["ceil_mode": .int(1)]).count == 2)
  }

  @Test func globalPools() throws {
    #expect(
      try ModelBuilder.single("GlobalAveragePool").layers()
        == [.globalPooling(.average(includesPadding: false))])
    #expect(try ModelBuilder.single("GlobalMaxPool").layers() == [.globalPooling(.max)])
  }

  @Test func meansOverTheMap() throws {
    let mean = Layer.globalPooling(.average(includesPadding: false))
    #expect(try ModelBuilder.single("ReduceMean", ["axes": .ints([2, 3])]).layers() == [mean])
    #expect(
      try ModelBuilder.single("ReduceMean", ["axes": .ints([-1, -2]), "keepdims": .int(0)]).layers()
        == [mean, .flatten])
    var newer = ModelBuilder(opset: 18)
    newer.integers("axes", [2, 3])
    newer.node("ReduceMean", ["x", "axes"])
    #expect(try newer.layers() == [mean])
    #expect(
      try ModelBuilder.single("ReduceMax", ["axes": .ints([2, 3])]).layers()
        == [.globalPooling(.max)])
    #expect(ModelBuilder.single("ReduceMean", ["axes": .ints([1])]).failure().contains("part of"))
    #expect(ModelBuilder.single("ReduceMean").failure().contains("all dimensions"))
  }

  @Test func mistakesAreNamed() {
    #expect(ModelBuilder.single("MaxPool").failure().contains("kernel_shape is missing"))
    #expect(
      ModelBuilder.single("MaxPool", ["kernel_shape": .ints([7, 1])]).failure()
        .contains("7×1 does not fit an input of 6×8"))
    #expect(
      ModelBuilder.single(
        "MaxPool", ["kernel_shape": .ints([2, 2]), "pads": .ints([2, 0, 0, 0])]
      )
      .failure().contains("without a sample"))
    var indices = ModelBuilder()
    indices.node("MaxPool", ["x"], ["a", "i"], ["kernel_shape": .ints([2, 2])])
    indices.node("Add", ["a", "i"])
    #expect(indices.failure().contains("indices"))
    var vector = ModelBuilder()
    vector.node("Flatten", ["x"], ["a"])
    vector.node("GlobalAveragePool", ["a"])
    #expect(vector.failure().contains("[96]"))
  }
}
