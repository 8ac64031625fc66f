import MoireLayers
import MoireTensors
import Testing

@testable import MoireModels

/// Operators that resize maps or take parts of them.
@Suite struct ResamplingTests {
  private func resize(
    opset: Int = 17, scales: [Float]? = nil, sizes: [Int]? = nil,
    _ attributes: [String: ModelBuilder.Attribute] = [:]
  ) -> ModelBuilder {
    var builder = ModelBuilder(opset: opset, input: [nil, 2, 10, 8])
    if let scales { builder.floats("scales", [scales.count], scales) }
    if let sizes { builder.integers("sizes", sizes) }
    let inputs =
      opset < 11
      ? ["x", "scales"]
      : ["x", "", scales == nil ? "" : "scales"] + (sizes == nil ? [] : ["sizes"])
    builder.node("Resize", inputs, name: "r", attributes)
    return builder
  }

  private func only(_ builder: ModelBuilder) throws -> Resize? {
    guard case .resize(let layer)? = try builder.layers().first else { return nil }
    return layer
  }

  @Test func modesOfResize() throws {
    let double: [Float] = [1, 1, 2, 2]
    let linear = try only(
      resize(
        scales: double,
        [
          "mode": .string("linear"),
          "coordinate_transformation_mode": .string("align_corners"),
        ]))
    #expect(
      linear
        == Resize(.factors(height: 2, width: 2), mode: .bilinear, coordinates: .alignCorners))
    let nearest = try only(resize(scales: double))
    #expect(nearest?.mode == .nearest(.roundPreferFloor) && nearest?.coordinates == .halfPixel)
    let cubic = try only(
      resize(scales: double, ["mode": .string("cubic"), "cubic_coeff_a": .float(-0.5)]))
    #expect(cubic?.mode == .bicubic(coefficient: -0.5))
    let old = try only(resize(opset: 10, scales: double, ["mode": .string("linear")]))
    #expect(old?.mode == .bilinear && old?.coordinates == .asymmetric)
    let upsample = ModelBuilder.single(
      "Upsample", opset: 8, ["scales": .floats(double), "mode": .string("nearest")])
    #expect(try only(upsample)?.mode == .nearest(.floor))
  }

  @Test func targetsOfResize() throws {
    // 1.3 is 1.29999995 in single precision, and still makes 10 positions 13.
    let factors = try resize(scales: [1, 1, 1.3, 0.5]).network().shapes()
    #expect(factors.last == [2, 13, 4])
    #expect(resize(sizes: [1, 2, 7, 9]).failure().contains("to a fixed size"))
    var builder = ModelBuilder(input: [1, 2, 10, 8])
    builder.integers("sizes", [1, 2, 7, 9])
    builder.node("Resize", ["x", "", "", "sizes"])
    #expect(try only(builder)?.target == .size([7, 9]))
    let axes = resize(opset: 18, sizes: [7, 9], ["axes": .ints([2, 3])])
    #expect(try only(axes)?.target == .size([7, 9]))
    #expect(resize(sizes: [-1]).failure().contains("1 sizes"))
    #expect(resize(scales: [1, 2, 1, 1]).failure().contains("only height and width"))
    #expect(resize(scales: [1, 1, 2, 2], ["antialias": .int(1)]).failure().contains("antialias"))
    let other = [
      "coordinate_transformation_mode": ModelBuilder.Attribute.string("tf_crop_and_resize")
    ]
    #expect(resize(scales: [1, 1, 2, 2], other).failure().contains("tf_crop_and_resize"))
  }

  @Test func splits() throws {
    var builder = ModelBuilder(opset: 18, input: [nil, 5, 6, 8])
    builder.node("Split", ["x"], ["a", "b"], ["axis": .int(1), "num_outputs": .int(2)])
    builder.node("Concat", ["b", "a"], ["axis": .int(1)])
    #expect(try builder.layers() == [.channels(0..<3), .channels(3..<5), .concatenate])
    var given = ModelBuilder(input: [nil, 5, 6, 8])
    given.integers("sizes", [1, 4])
    given.node("Split", ["x", "sizes"], ["a", "y"], ["axis": .int(1)])
    #expect(try given.layers() == [.channels(1..<5)])
    var rows = ModelBuilder()
    rows.node("Split", ["x"], ["a", "y"], ["axis": .int(2)])
    #expect(rows.failure().contains("only the channels"))
  }

  @Test func partsOfMaps() throws {
    func gather(_ indices: [Int], axis: Int, scalar: Bool = false) -> ModelBuilder {
      var builder = ModelBuilder(input: [nil, 5, 6, 8])
      builder.integers("i", indices, shape: scalar ? [] : [indices.count])
      builder.node("Gather", ["x", "i"], name: "g", ["axis": .int(axis)])
      return builder
    }
    #expect(try gather([1, 2], axis: 1).layers() == [.channels(1..<3)])
    #expect(
      try gather([-1], axis: 1, scalar: true).layers() == [.channels(4..<5), .reshape([6, 8])])
    #expect(
      try gather([1, 3, 5], axis: 2).layers() == [.subsample(stride: [2, 1], offset: [1, 0])])
    #expect(
      try gather([2, 3], axis: 2).layers() == [.pad(Padding(top: -2, bottom: -2), .constant(0))])
    #expect(
      try gather([5, 0, 1, 2, 3, 4, 5, 0], axis: 2).layers()
        == [.pad(Padding(top: 1, bottom: 1), .circular)])
    #expect(gather([3, 1], axis: 2).failure().contains("[3, 1]"))
    #expect(gather([9], axis: 1).failure().contains("index 9 of a dimension of 5"))
    #expect(gather([0], axis: 0).failure().contains("part of the images"))
  }

  @Test func shuffles() throws {
    var builder = ModelBuilder(input: [nil, 6, 4, 3])
    builder.integers("split", [-1, 2, 3, 4, 3])
    builder.integers("whole", [-1, 6, 4, 3])
    builder.node("Reshape", ["x", "split"], ["s"])
    builder.node("Transpose", ["s"], ["t"], ["perm": .ints([0, 2, 1, 3, 4])])
    builder.node("Reshape", ["t", "whole"])
    #expect(try builder.layers() == [.shuffle(groups: 2)])
  }

  @Test func transposedConvolutions() throws {
    func builder(_ attributes: [String: ModelBuilder.Attribute]) -> ModelBuilder {
      var builder = ModelBuilder(input: [nil, 2, 6, 8])
      builder.floats("up.weight", [2, 3, 3, 3])
      builder.node("ConvTranspose", ["x", "up.weight"], name: "t", attributes)
      return builder
    }
    func only(_ attributes: [String: ModelBuilder.Attribute]) throws -> TransposedConvolution? {
      guard case .transposedConvolution(let layer)? = try builder(attributes).layers().first
      else { return nil }
      return layer
    }
    let strides = ModelBuilder.Attribute.ints([2, 2])
    let plain = try only([
      "strides": strides, "pads": .ints([1, 0, 1, 2]), "output_padding": .ints([1, 0]),
    ])
    #expect(plain?.padding == Padding(top: 1, left: 0, bottom: 1, right: 2))
    #expect(plain?.outputPadding == [1, 0] && plain?.stride == 2)
    let shaped = try only(["strides": strides, "output_shape": .ints([12, 16])])
    #expect(shaped?.padding == Padding(top: 1, left: 1, bottom: 0, right: 0))
    let same = try only(["strides": strides, "auto_pad": .string("SAME_UPPER")])
    #expect(same?.padding == Padding(top: 0, left: 0, bottom: 1, right: 1))
    #expect(builder(["output_shape": .ints([99, 9])]).failure().contains("[99, 9]"))
    #expect(builder(["group": .int(2)]).failure() == "")
  }
}
