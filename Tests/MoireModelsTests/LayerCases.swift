import MoireLayers
import MoireSpectral
import MoireTensors

/// Small networks with every layer and every parameter of it.
enum LayerCases {
  static func random(_ shape: [Int], seed: UInt64, scale: Double = 1) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    let values = (0..<shape.reduce(1, *)).map { _ in Float(generator.normal() * scale) }
    // As many values as the shape says.
    return try! Tensor(shape: shape, values: values)
  }

  private static func one(_ name: String, _ layer: Layer, input: [Int] = [6, 9, 11]) -> Network {
    var network = Network(name: name, inputShape: input)
    network.append("body.layer", layer)
    return network
  }

  private static func weight(_ shape: [Int], seed: UInt64 = 7) -> Tensor {
    random(shape, seed: seed, scale: 0.3)
  }

  /// A stem, a block with a strided shortcut and batch normalisation, one with a gate, a head.
  static func residual() -> Network {
    var network = Network(name: "residual", inputShape: [3, 22, 26])
    func convolution(_ c: Int, _ o: Int, _ k: Int, stride: HW, seed: UInt64) -> Layer {
      let p = k / 2
      return .convolution(
        Convolution(
          weight: weight([o, c, k, k], seed: seed), bias: weight([o], seed: seed + 1),
          stride: stride, padding: Padding(top: p, left: p, bottom: p, right: p)))
    }
    network.append("stem", convolution(3, 8, 3, stride: 2, seed: 1))
    let x = network.append("relu", .activation(.relu))
    network.append("block1.conv1", convolution(8, 12, 3, stride: 2, seed: 3))
    network.append("block1.bn", .batchNormalization(normal(12)))
    let main = network.append("block1.act", .activation(.silu))
    let short = network.append(
      "block1.downsample", convolution(8, 12, 1, stride: 2, seed: 5), inputs: [x])
    let y = network.append("block1.add", .add, inputs: [main, short])
    network.append("se.pool", .globalPooling(.average(includesPadding: false)))
    network.append("se.conv", convolution(12, 12, 1, stride: 1, seed: 7))
    let gate = network.append("se.gate", .activation(.sigmoid))
    let scaled = network.append("se.scale", .multiply, inputs: [gate, y])
    network.append("both", .concatenate, inputs: [scaled, y])
    network.append("flatten", .flatten)
    network.append(
      "fc", .linear(Linear(weight: weight([5, 24 * 6 * 7], seed: 9), bias: weight([5]))))
    network.append("softmax", .softmax)
    return network
  }

  private static func normal(_ channels: Int) -> BatchNormalization {
    let variance = weight([channels], seed: 14).values.map { abs($0) + 0.5 }
    return BatchNormalization(
      scale: weight([channels], seed: 11), shift: weight([channels], seed: 12),
      mean: weight([channels], seed: 13),
      variance: try! Tensor(shape: [channels], values: variance), epsilon: 1e-3)
  }

  /// Layers with an ONNX operator of their own, which come back as they were.
  static let exact: [Network] =
    [
      residual(),
      one(
        "convolution",
        .convolution(
          Convolution(
            weight: weight([4, 3, 3, 2]), bias: weight([4]), stride: [2, 1],
            padding: Padding(top: 1, left: 2, bottom: 0, right: 1), dilation: [1, 2], groups: 2))),
      one(
        "transposed",
        .transposedConvolution(
          TransposedConvolution(
            weight: weight([6, 2, 3, 2]), bias: weight([4]), stride: [2, 3],
            padding: Padding(top: 1, left: 0, bottom: 0, right: 1), outputPadding: [1, 2],
            groups: 2))),
      one(
        "max", .pooling(Pooling(.max, kernel: [3, 2], stride: 2, padding: 1, dilation: [1, 2]))),
      one(
        "mean",
        .pooling(
          Pooling(
            .average(includesPadding: true), kernel: 3, stride: [2, 1],
            padding: Padding(top: 1, left: 0, bottom: 2, right: 1)))),
      one(
        "mean-inside",
        .pooling(Pooling(.average(includesPadding: false), kernel: 3, stride: 2, padding: 1))),
      one(
        "mean-dilated",
        .pooling(Pooling(.average(includesPadding: false), kernel: 2, stride: 1, dilation: 3))),
      one("global-max", .globalPooling(.max)),
      one("global-mean", .globalPooling(.average(includesPadding: false))),
      one("linear", .linear(Linear(weight: weight([3, 5]))), input: [5]),
      one("batch-norm", .batchNormalization(normal(6))),
      one(
        "instance-norm",
        .normalization(Normalization(.instance, scale: weight([6]), shift: weight([6], seed: 8)))),
      one(
        "layer-norm",
        .normalization(
          Normalization(.layer, scale: weight([6]), shift: weight([6], seed: 8), epsilon: 1e-6))),
      one(
        "layer-norm-vector",
        .normalization(Normalization(.layer, scale: weight([6]), shift: weight([6], seed: 8))),
        input: [6]),
      one(
        "group-norm",
        .normalization(Normalization(.group(3), scale: weight([6]), shift: weight([6], seed: 8)))),
      one("group-norm-bare", .normalization(Normalization(.group(2)))),
      one("prelu", .prelu(weight([6]))), one("prelu-one", .prelu(weight([1]))),
      one("prelu-vector", .prelu(weight([6])), input: [6]),
      one("reshape", .reshape([3, 22, 9])), one("flatten", .flatten),
      one("channels", .channels(1..<4)), one("channels-vector", .channels(2..<6), input: [6]),
      one("shuffle", .shuffle(groups: 3)),
      one("pad-constant", .pad(Padding(top: 1, left: 2, bottom: 3, right: 0), .constant(0.5))),
      one("pad-reflect", .pad(Padding(top: 1, left: 2, bottom: 3, right: 0), .reflect)),
      one("pad-edge", .pad(Padding(top: 1, left: 2, bottom: 3, right: 12), .replicate)),
      one("pad-circular", .pad(Padding(top: 4, left: 2, bottom: 13, right: 0), .circular)),
      one("pad-cropping", .pad(Padding(top: -1, left: -2, bottom: -3, right: 0), .constant(0))),
      one("subsample", .subsample(stride: [2, 3], offset: [1, 2])),
      one("softmax", .softmax), one("softmax-vector", .softmax, input: [5]),
    ] + activations + resizes

  private static let activations: [Network] = [
    .relu, .clip(low: -0.5, high: 1.5), .leakyRelu(slope: 0.2), .elu(alpha: 1.5), .sigmoid, .tanh,
    .silu, .hardSwish, .hardSigmoid(alpha: 0.25, beta: 0.4), .gelu, .geluTanh, .softplus, .mish,
    .selu, .celu(alpha: 0.7), .softsign, .thresholdedRelu(threshold: 0.5), .abs, .exp, .power(2),
  ].map { one("\($0)", .activation($0)) }

  private static let resizes: [Network] = [
    Resize(.size([18, 22]), mode: .nearest(.floor), coordinates: .asymmetric),
    Resize(.size([5, 23]), mode: .nearest(.roundPreferFloor), coordinates: .halfPixel),
    Resize(.size([13, 4]), mode: .nearest(.ceil), coordinates: .alignCorners),
    Resize(.size([13, 4]), mode: .nearest(.roundPreferCeil), coordinates: .asymmetric),
    Resize(.size([17, 8]), mode: .bilinear, coordinates: .halfPixel),
    Resize(.size([1, 8]), mode: .bilinear, coordinates: .pytorchHalfPixel),
    Resize(.size([17, 30]), mode: .bilinear, coordinates: .alignCorners),
    Resize(.factors(height: 2, width: 1.5), mode: .bilinear, coordinates: .asymmetric),
    Resize(.size([17, 30]), mode: .bicubic(coefficient: -0.75), coordinates: .halfPixel),
    Resize(.size([7, 30]), mode: .bicubic(coefficient: -0.5), coordinates: .alignCorners),
  ].enumerated().map { one("resize-\($0)", .resize($1)) }

  /// Layers that come back as others that compute the same.
  static let all: [Network] =
    exact + [
      one("pad-folded", .pad(Padding(top: 20, left: 3, bottom: 0, right: 31), .reflect)),
      one(
        "resize-rounded",
        .resize(
          Resize(.factors(height: 1.3, width: 0.7), mode: .bilinear, coordinates: .halfPixel))),
      one(
        "reflecting-convolution",
        .convolution(
          Convolution(
            weight: weight([4, 6, 3, 3]), stride: 2, padding: 1, paddingMode: .reflect))),
      one(
        "max-ceil", .pooling(Pooling(.max, kernel: 3, stride: 2, padding: 0, ceilMode: true)),
        input: [6, 8, 10]),
      one(
        "mean-ceil",
        .pooling(
          Pooling(.average(includesPadding: true), kernel: 3, stride: 2, padding: 1, ceilMode: true)
        ),
        input: [6, 8, 10]),
      one(
        "mean-ceil-inside",
        .pooling(
          Pooling(
            .average(includesPadding: false), kernel: 3, stride: [2, 3], padding: 1, ceilMode: true)
        ),
        input: [6, 8, 10]),
      one(
        "mean-wide-pads",
        .pooling(
          Pooling(
            .average(includesPadding: false), kernel: 2, stride: 2, padding: 2, dilation: 3))),
      one(
        "mean-wider-pads",
        .pooling(
          Pooling(.average(includesPadding: true), kernel: 2, stride: 3, padding: 2, dilation: 2))),
      one(
        "blur-symmetric", .blurPool(BlurPool(filterSize: [4, 3], padding: .symmetric)),
        input: [5, 9, 2]),
      one("max-wide-pads", .pooling(Pooling(.max, kernel: 2, stride: 2, padding: 2, dilation: 3))),
      one("adaptive-even", .adaptivePooling(.average(includesPadding: false), size: [3, 5])),
      one("layer-norm-all", .normalization(Normalization(.layerAll, scale: weight([6])))),
      one("layer-norm-bare", .normalization(Normalization(.layer))),
      one("instance-norm-bare", .normalization(Normalization(.instance))),
      one("blur-zhang-4", .blurPool(BlurPool())),
      one("blur-timm-5", .blurPool(BlurPool(.timm, filterSize: 5, stride: 3))),
      one("blur-kornia-3", .blurPool(BlurPool(.kornia, filterSize: 3))),
      one("blur-auto", .blurPool(BlurPool(.auto, filterSize: [2, 7], stride: [2, 1]))),
      one("blur-circular", .blurPool(BlurPool(filterSize: 6, stride: [1, 2], padding: .circular))),
      one("blur-folds", .blurPool(BlurPool(filterSize: 7)), input: [5, 2, 3]),
      one(
        "separable",
        .separablePool(
          SeparablePooling(
            rows: FilterAxis(taps: [0.5, 0.5], stride: 2, lead: 0, padding: .replicate),
            columns: FilterAxis(taps: [0.1, 0.7, 0.3], stride: 2, lead: 1, padding: .zero)))),
      one("pad-grows-and-crops", .pad(Padding(top: 2, left: -2, bottom: -3, right: 1), .reflect)),
      one("adaptive-mean", .adaptivePooling(.average(includesPadding: false), size: [4, 7])),
      one("adaptive-max", .adaptivePooling(.max, size: [4, 7])),
      one("adaptive-larger", .adaptivePooling(.average(includesPadding: false), size: [12, 7])),
      one("ideal", .idealPool(IdealPooling())),
      one("ideal-halving", .idealPool(IdealPooling(stride: [1, 4], bandEdge: .halve))),
      one("asap", .idealPool(IdealPooling(stride: [2, 1], taper: .rootHamming))),
      one("ideal-hann", .idealPool(IdealPooling(stride: 3, bandEdge: .keep, taper: .hann))),
      one("ideal-not-dividing", .idealPool(IdealPooling(stride: 3))),
      one("spectral", .spectralPool(SpectralPooling(size: [5, 13]))),
      one("filtered-relu", .filteredActivation(FilteredFunction(.relu, factor: 3))),
      one(
        "filtered-polynomial",
        .filteredActivation(FilteredFunction(.polynomial([0.1, 0.5, 0.25, -0.1])))),
      one(
        "unfiltered-constant", .filteredActivation(FilteredFunction(.polynomial([2]), factor: 1))),
      adaptiveFilter("filters-group", AdaptiveFilter(groups: 2)),
      adaptiveFilter("filters-joint", AdaptiveFilter(kernel: [5, 3], groups: 3, scope: .joint)),
      adaptiveFilter("filters-one", AdaptiveFilter(groups: 1, paddingMode: .constant(0))),
      adaptiveFilter(
        "filters-each", AdaptiveFilter(kernel: [1, 3], groups: 6, paddingMode: .circular)),
      adaptivePhase("phase-l2", PolyphaseDecision()),
      adaptivePhase("phase-l1", PolyphaseDecision(stride: [3, 1], criterion: .l1)),
      adaptivePhase("phase-max", PolyphaseDecision(stride: [1, 2], criterion: .lInfinity)),
      adaptivePhase("phase-signed", PolyphaseDecision(stride: 4, criterion: .nonAbsMax)),
      adaptivePhase("phase-l2-least", PolyphaseDecision(stride: 3, criterion: .l2Min)),
      adaptivePhase("phase-l1-least", PolyphaseDecision(criterion: .l1Min)),
    ]

  /// A map filtered by what a convolution of it says, and subsampled.
  static func adaptiveFilter(_ name: String, _ filter: AdaptiveFilter) -> Network {
    var network = Network(name: name, inputShape: [6, 9, 10])
    let predictor = Convolution(weight: weight([filter.logits, 6, 3, 3]), padding: 1)
    network.appendAdaptiveFilterPool("pool", filter, predictor: predictor)
    return network
  }

  /// A map down to the phase it prefers and back up to it.
  private static func adaptivePhase(_ name: String, _ decision: PolyphaseDecision) -> Network {
    var network = Network(name: name, inputShape: [3, 10, 9])
    let choice = network.append("choice", .polyphaseDecision(decision), inputs: [0])
    let down = network.append("down", .polyphase(stride: decision.stride), inputs: [0, choice])
    network.append("up", .polyphaseUpsample(stride: decision.stride), inputs: [down, choice])
    return network
  }
}
