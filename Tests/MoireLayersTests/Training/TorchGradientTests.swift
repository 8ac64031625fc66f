import Foundation
import MoireSpectral
import MoireTensors
import TestSupport
import Testing

@testable import MoireLayers

/// Answers and gradients of single layers as torch gives them: `make_gradients.py`.
struct TorchGradientTests {
  private static let file = Result {
    try NPZ(path: Fixtures.folder.appendingPathComponent("training/gradients.npz").path)
  }

  private static let activations: [(String, Activation)] = [
    ("relu", .relu), ("clip", .clip(low: 0, high: 6)), ("leaky-relu", .leakyRelu(slope: 0.125)),
    ("elu", .elu(alpha: 0.75)), ("sigmoid", .sigmoid), ("tanh", .tanh), ("silu", .silu),
    ("hard-swish", .hardSwish), ("hard-sigmoid", .hardSigmoid(alpha: 1 / 6, beta: 0.5)),
    ("gelu", .gelu), ("gelu-tanh", .geluTanh), ("softplus", .softplus), ("mish", .mish),
    ("selu", .selu), ("celu", .celu(alpha: 0.5)), ("softsign", .softsign),
    ("thresholded-relu", .thresholdedRelu(threshold: 0.5)), ("abs", .abs), ("exp", .exp),
    ("log", .log), ("sqrt", .sqrt), ("power", .power(2.5)),
  ]

  private static let maps: [(String, Layer)] = [
    ("softmax", .softmax),
    (
      "max-pool",
      .pooling(
        Pooling(
          .max, kernel: [3, 2], stride: [2, 3], padding: Padding(top: 1, bottom: 1),
          dilation: [1, 2]))
    ),
    ("max-pool-ceil", .pooling(Pooling(.max, kernel: 3, stride: 2, ceilMode: true))),
    ("average-pool-with", .pooling(mean(includesPadding: true))),
    ("average-pool-without", .pooling(mean(includesPadding: false))),
    ("adaptive-average", .adaptivePooling(.average(includesPadding: false), size: [3, 4])),
    ("adaptive-maximum", .adaptivePooling(.max, size: [3, 4])),
    ("global-average", .globalPooling(.average(includesPadding: false))),
    ("global-maximum", .globalPooling(.max)),
    ("pad-constant", .pad(pads, .constant(0.5))), ("pad-reflect", .pad(pads, .reflect)),
    ("pad-replicate", .pad(pads, .replicate)), ("pad-circular", .pad(pads, .circular)),
    ("subsample", .subsample(stride: [2, 3], offset: [1, 0])),
    (
      "resize-nearest",
      .resize(Resize(.size([8, 15]), mode: .nearest(.floor), coordinates: .asymmetric))
    ),
    ("resize-bilinear", .resize(Resize(.size([7, 3]), mode: .bilinear))),
    (
      "resize-corners",
      .resize(Resize(.size([7, 9]), mode: .bilinear, coordinates: .alignCorners))
    ),
    ("resize-bicubic", .resize(Resize(.size([9, 4]), mode: .bicubic(coefficient: -0.75)))),
    (
      "blur",
      .blurPool(BlurPool(.zhang, filterSize: 4, stride: 2, padding: .reflect))
    ),
    (
      "blur-circular",
      .blurPool(BlurPool(.zhang, filterSize: 5, stride: [2, 3], padding: .circular))
    ),
    ("ideal", .idealPool(IdealPooling(stride: [2, 3]))),
    ("ideal-halved", .idealPool(IdealPooling(stride: 2, bandEdge: .halve))),
    ("spectral", .spectralPool(SpectralPooling(size: [5, 3]))),
    ("spectral-up", .spectralPool(SpectralPooling(size: [7, 15]))),
    ("filtered-gelu", .filteredActivation(FilteredFunction(.gelu))),
    (
      "filtered-polynomial",
      .filteredActivation(FilteredFunction(.polynomial([0.5, 1, -0.25, 0.125])))
    ),
  ]

  private static let pads = Padding(top: 2, left: 1, bottom: 0, right: 3)

  private static func mean(includesPadding: Bool) -> Pooling {
    Pooling(
      .average(includesPadding: includesPadding), kernel: 3, stride: 2, padding: 1,
      ceilMode: true)
  }

  /// Layers with parameters, which are in the file.
  private static func weighted(_ name: String) throws -> Layer {
    func own(_ parameter: String) throws -> Tensor {
      try file.get().tensor(named: "\(name)/\(parameter)")
    }
    func convolution(
      _ padding: Padding, _ mode: PaddingMode = .constant(0), stride: HW = 1, dilation: HW = 1,
      groups: Int = 1
    ) throws -> Layer {
      .convolution(
        Convolution(
          weight: try own("weight"), bias: try own("bias"), stride: stride, padding: padding,
          dilation: dilation, groups: groups, paddingMode: mode))
    }
    func norm(_ kind: Normalization.Kind) throws -> Layer {
      .normalization(Normalization(kind, scale: try own("weight"), shift: try own("bias")))
    }
    let around = Padding(top: 1, left: 2, bottom: 0, right: 1)
    switch name {
    case "convolution-zero": return try convolution(around, stride: [2, 1])
    case "convolution-reflect": return try convolution(around, .reflect, stride: [2, 1])
    case "convolution-replicate": return try convolution(around, .replicate, stride: [2, 1])
    case "convolution-circular": return try convolution(around, .circular, stride: [2, 1])
    case "convolution-groups":
      let padding = Padding(top: 2, left: 1, bottom: 2, right: 1)
      return try convolution(padding, dilation: [2, 1], groups: 3)
    case "convolution-depthwise": return try convolution(1, stride: 2, groups: 18)
    case "transposed":
      return .transposedConvolution(
        TransposedConvolution(
          weight: try own("weight"), bias: try own("bias"), stride: [2, 3], padding: 1,
          outputPadding: [1, 2], groups: 2))
    case "linear": return .linear(Linear(weight: try own("weight"), bias: try own("bias")))
    case "batch-norm":
      let bias = try own("bias")
      return .batchNormalization(
        BatchNormalization(
          scale: try own("weight"), shift: bias, mean: bias,
          variance: try Tensor(shape: bias.shape, repeating: 1)))
    case "layer-norm": return try norm(.layer)
    case "layer-norm-all": return try norm(.layerAll)
    case "group-norm": return try norm(.group(3))
    case "instance-norm": return try norm(.instance)
    default: return .prelu(try own("weight"))
    }
  }

  /// Tolerance: torch's side is double precision, rounded; ours sums up to a few hundred terms in single
  /// precision, and normalisations divide by deviations of a dozen values.
  private func expectClose(_ got: Tensor, _ name: String) throws {
    let expected = try Self.file.get().tensor(named: name)
    #expect(got.shape == expected.shape, "\(name)")
    let scale = max(expected.values.map(abs).max() ?? 0, 1e-3)
    let error = zip(got.values, expected.values).map { abs($0 - $1) }.max() ?? 0
    #expect(error < 2e-5 * scale, "\(name): off by \(error), the largest is \(scale)")
  }

  /// - Parameter names: the parameters' names in the file, by their own.
  private func check(
    _ name: String, _ network: Network, names: [String: String]? = nil,
    before: (TrainableNetwork) throws -> Void = { _ in }
  ) throws {
    let file = try Self.file.get()
    let input = try file.tensor(named: "\(name)/input")
    let trainable = try TrainableNetwork(
      network, batch: input.shape[0], wantsInputGradient: true)
    try before(trainable)
    try expectClose(try trainable.forward(input), "\(name)/output")
    let slope = try trainable.backward(try file.tensor(named: "\(name)/upstream"))
    try expectClose(try #require(slope), "\(name)/slope")
    for parameter in trainable.parameters where parameter.role.isTrained {
      let own = names?[parameter.name] ?? "\(parameter.name.split(separator: ".").last!)"
      try expectClose(try trainable.gradient(of: parameter.name), "\(name)/\(own).slope")
    }
  }

  @Test(arguments: activations) func `Activations`(_ name: String, _ function: Activation) throws {
    try check(name, single(.activation(function), [5, 3, 4]))
  }

  @Test(arguments: maps) func `Pools, pads, sizes, filters`(_ name: String, _ layer: Layer) throws {
    let shape = try Self.file.get().tensor(named: "\(name)/input").shape
    try check(name, single(layer, Array(shape.dropFirst())))
  }

  @Test(arguments: [
    "convolution-zero", "convolution-reflect", "convolution-replicate", "convolution-circular",
    "convolution-groups", "convolution-depthwise", "transposed", "linear", "batch-norm",
    "layer-norm", "layer-norm-all", "group-norm", "instance-norm", "prelu",
  ])
  func `Layers with parameters`(_ name: String) throws {
    let shape = try Self.file.get().tensor(named: "\(name)/input").shape
    try check(name, single(try Self.weighted(name), Array(shape.dropFirst())))
  }

  @Test(arguments: AdaptiveFilter.Scope.allCases)
  func `Adaptive filters`(_ scope: AdaptiveFilter.Scope) throws {
    let name = "adaptive-\(scope.rawValue)"
    let weight = try Self.file.get().tensor(named: "\(name)/weight")
    var network = Network(name: name, inputShape: [4, 5, 6])
    network.append("logits", .convolution(Convolution(weight: weight)))
    network.append(
      "filter", .adaptiveFilter(AdaptiveFilter(groups: 2, scope: scope)), inputs: [0, 1])
    network.append("sample", .subsample(stride: 2, offset: 0))
    try check(name, network)
  }

  @Test func `The phase of the largest norm`() throws {
    var network = Network(name: "polyphase", inputShape: [5, 6, 8])
    let decision = network.append("decision", .polyphaseDecision(PolyphaseDecision(stride: 2)))
    network.append("phase", .polyphase(stride: 2), inputs: [0, decision])
    try check("polyphase", network)
  }

  /// Learned polyphase sampling with the file's noise and its temperature.
  @Test func `Learned phases`() throws {
    let file = try Self.file.get()
    let weights = try ["conv1", "conv2"].map { try file.tensor(named: "learned-polyphase/\($0)") }
    var network = Network(name: "learned", inputShape: [5, 6, 8])
    // A filter of a phase is one of the map with gaps.
    for (index, weight) in weights.enumerated() {
      let layer = Convolution(weight: weight, padding: 2, dilation: 2, paddingMode: .circular)
      network.append("conv\(index + 1)", .convolution(layer))
      if index == 0 { network.append("relu", .activation(.relu)) }
    }
    let decision = try network.appendPolyphaseScores("score") { $1 }
    network.append("phase", .polyphase(stride: 2), inputs: [0, decision])
    let noise = try file.tensor(named: "learned-polyphase/noise").values
    let names = ["conv1.weight": "conv1", "conv2.weight": "conv2"]
    try check("learned-polyphase", network, names: names) { trainable in
      trainable.temperatureBuffer?.update(repeating: 0.625)
      _ = trainable.noiseBuffers[0].update(fromContentsOf: noise)
    }
  }
}
