import Foundation
import MoireLayers
import MoireTensors
import TestSupport
import Testing

/// What PyTorch and ONNX Runtime answer, from `Fixtures/layers/layers.json` and the script beside it.
@Suite struct PeerTests {
  struct Values: Decodable {
    let shape: [Int]
    let values: [Float]

    var tensor: Tensor { get throws { try Tensor(shape: shape, values: values) } }
  }

  struct Parameters: Decodable {
    var mode, coordinates, norm, operation, function: String?
    var size, stride, padding, outputPadding, dilation: HW?
    var factors: [Double]?
    var groups: Int?
    var epsilon: Float?
  }

  struct Case: Decodable {
    let name, kind: String
    let input, output: Values
    let weight, bias: Values?
    let parameters: Parameters
  }

  static func layer(_ c: Case) throws -> Layer {
    let p = c.parameters
    switch c.kind {
    case "resize": return .resize(try resize(p))
    case "norm":
      return .normalization(
        Normalization(
          try norm(p.norm), scale: try c.weight?.tensor, shift: try c.bias?.tensor,
          epsilon: try #require(p.epsilon)))
    case "adaptive":
      return .adaptivePooling(
        p.operation == "max" ? .max : .average(includesPadding: false), size: try #require(p.size))
    case "prelu": return .prelu(try #require(try c.weight?.tensor))
    case "shuffle": return .shuffle(groups: try #require(p.groups))
    case "function": return .activation(try activation(p.function))
    default: return try filter(c)
    }
  }

  static func filter(_ c: Case) throws -> Layer {
    let p = c.parameters
    let weight = try #require(try c.weight?.tensor)
    let (stride, pad) = (try #require(p.stride), try #require(p.padding))
    let padding = Padding(top: pad.height, left: pad.width, bottom: pad.height, right: pad.width)
    if c.kind == "transposed" {
      return .transposedConvolution(
        TransposedConvolution(
          weight: weight, bias: try c.bias?.tensor, stride: stride, padding: padding,
          outputPadding: try #require(p.outputPadding), dilation: try #require(p.dilation),
          groups: try #require(p.groups)))
    }
    let modes: [String: PaddingMode] = [
      "reflect": .reflect, "replicate": .replicate, "circular": .circular,
    ]
    return .convolution(
      Convolution(
        weight: weight, bias: try c.bias?.tensor, stride: stride, padding: padding,
        paddingMode: try #require(modes[p.mode ?? ""])))
  }

  static func norm(_ name: String?) throws -> Normalization.Kind {
    switch name {
    case "layer": return .layer
    case "layerAll": return .layerAll
    case "instance": return .instance
    default: return .group(try #require(Int(name?.split(separator: "-").last ?? "")))
    }
  }

  static func resize(_ p: Parameters) throws -> Resize {
    let modes: [String: Resize.Mode] = [
      "nearest-floor": .nearest(.floor), "nearest-ceil": .nearest(.ceil),
      "nearest-roundPreferFloor": .nearest(.roundPreferFloor),
      "nearest-roundPreferCeil": .nearest(.roundPreferCeil), "bilinear": .bilinear,
      "bicubic": .bicubic(coefficient: -0.75),
    ]
    let coordinates: [String: Resize.Coordinates] = [
      "halfPixel": .halfPixel, "pytorchHalfPixel": .pytorchHalfPixel, "asymmetric": .asymmetric,
      "alignCorners": .alignCorners,
    ]
    let target: Resize.Target =
      try p.factors.map { .factors(height: $0[0], width: $0[1]) } ?? .size(#require(p.size))
    return Resize(
      target, mode: try #require(modes[p.mode ?? ""]),
      coordinates: try #require(coordinates[p.coordinates ?? ""]))
  }

  static func activation(_ name: String?) throws -> Activation {
    let all: [String: Activation] = [
      "selu": .selu, "celu": .celu(alpha: 1.3), "softsign": .softsign, "mish": .mish,
      "thresholdedRelu": .thresholdedRelu(threshold: 0.7), "hardSwish": .hardSwish, "silu": .silu,
      "gelu": .gelu, "geluTanh": .geluTanh, "softplus": .softplus,
    ]
    return try #require(all[name ?? ""])
  }

  /// Both sides compute in single precision, sums of at most 100 terms, and the file has 8 digits:
  /// differences stay near 1e-6 of the largest value, and a wrong neighbour or rule shows at 1e-2.
  @Test func layersAnswerLikeTheirPeers() throws {
    let file = Fixtures.folder.appendingPathComponent("layers/layers.json")
    let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
    #expect(cases.count > 90)
    for c in cases {
      let shape = Array(c.input.shape.dropFirst())
      var network = Network(name: c.name, inputShape: shape)
      network.append("layer", try Self.layer(c))
      let got = try CompiledNetwork(network, batch: c.input.shape[0]).run(c.input.tensor)
      #expect(got.shape == c.output.shape, "\(c.name)")
      #expect(
        relativeError(got.values, c.output.values.map(Double.init)) < 1e-5, "\(c.name)")
    }
  }
}
