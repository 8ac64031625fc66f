import Foundation
import MoireLayers
import MoireSpectral
import MoireTensors
import TestSupport
import Testing

@testable import MoireAnalysis

/// Activations at their own rate.
@Suite struct TheoremPointwiseTests {
  private static func readings(
    _ layers: [(String, Layer)], _ input: Tensor, factor: Int = 4
  ) throws -> [PointwiseReading] {
    var network = Network(name: "pointwise", inputShape: Array(input.shape.dropFirst()))
    for (path, layer) in layers { network.append(path, layer) }
    var audit = try PointwiseAudit(network, factor: factor)
    try audit.read(input, threads: 1)
    return audit.readings()
  }

  /// cos² ωn = ½ + ½ cos 2ωn: nothing where 2k of the tone's k of N fits, else ⅛ of ⅜; in the second
  /// channel there is nothing at all.
  @Test(arguments: [(3, 0.0), (5, 1.0 / 3)])
  func squaresOfATone(_ turns: Int, _ fraction: Double) throws {
    let tone = (0..<6 * 16).map { cos(2 * Double.pi * Double(turns * ($0 % 16)) / 16) }
    let input = try Tensor(
      shape: [1, 2, 6, 16], values: tone.map(Float.init) + [Float](repeating: 0, count: 96))
    let reading = try #require(
      try Self.readings([("square", .activation(.power(2)))], input).first)
    #expect(reading.path == "square" && reading.function == "x^2.0" && reading.size == HW(6, 16))
    #expect(reading.planes == 2 && reading.deadPlanes == 1)
    // Single precision: 1e-7 of the samples.
    #expect(abs(reading.aliasFraction - fraction) < 1e-6 && reading.error < 1e-6)
    #expect(reading.channelFractions?[1] == nil)
    #expect(abs((reading.channelFractions?[0] ?? 1) - fraction) < 1e-6)
  }

  /// Slopes of channels act on their channels alone; a slope of 1 changes nothing.
  @Test func slopesOfChannels() throws {
    let input = try TheoremTests.noise([1, 3, 7, 10], seed: 12)
    let slopes = try Tensor(shape: [3], values: [1, 0.25, 1])
    let reading = try #require(try Self.readings([("act", .prelu(slopes))], input).first)
    let fractions = try #require(reading.channelFractions)
    let single = try Self.readings([("act", .activation(.leakyRelu(slope: 0.25)))], input)
    #expect(reading.function == "PReLU")
    #expect((fractions[0] ?? 1) < 1e-10 && (fractions[2] ?? 1) < 1e-10)
    #expect(fractions[1] == single[0].channelFractions?[1] && (fractions[1] ?? 0) > 1e-3)
  }

  /// Between its samples a map may leave what a function is defined on.
  @Test func functionsThatAreNotDefinedEverywhere() throws {
    var values = [Float](repeating: 0, count: 128)
    for index in 0..<64 { values[index] = index % 5 == 0 ? 1 : 0 }
    for index in 64..<128 { values[index] = 4 }
    let input = try Tensor(shape: [1, 2, 8, 8], values: values)
    let reading = try #require(
      try Self.readings([("root", .activation(.sqrt))], input).first)
    #expect(reading.undefinedPlanes == 1 && reading.deadPlanes == 0)
    #expect(reading.aliasFraction < 1e-10)
  }

  /// Every map in front of an activation is handed out as it is in the plain network, which answers as
  /// before; vectors and maps of one sample are not read.
  @Test func mapsBeforeActivations() throws {
    let network = try SiteAuditTests.embedded()
    let input = try TheoremTests.noise([1, 1, 28, 28], seed: 8)
    let nodes = network.nodes.indices.filter {
      if case .activation = network.nodes[$0].layer { true } else { false }
    }
    let watching = try CompiledNetwork(network, watching: nodes)
    var seen = 0
    let answer = try watching.run(input) { map in
      #expect(map.stage == .input)
      var part = network
      part.output = network.nodes[nodes[map.site]].inputs[0]
      let wanted = try CompiledNetwork(part).run(input)
      let got = map.tensor()
      #expect(got.shape == wanted.shape)
      #expect(Fixtures.errorOfRange(got.values, wanted.values) < 1e-5)
      seen += 1
    }
    #expect(seen == nodes.count && seen == 7)
    let plain = try CompiledNetwork(network).run(input)
    #expect(Fixtures.errorOfRange(answer.values, plain.values) < 1e-5)
    let vector = try Self.readings(
      [
        ("relu", .activation(.relu)), ("pool", .globalPooling(.max)), ("one", .activation(.tanh)),
        ("flatten", .flatten), ("two", .activation(.sigmoid)),
      ], input)
    #expect(vector.map(\.path) == ["relu"])
  }
}
