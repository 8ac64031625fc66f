public import MoireLayers
import MoireTensors

/// MobileNetV3 (Howard et al. 2019): inverted residuals with squeeze-and-excitation and hard-swish.
public struct MobileNetV3: Architecture {
  /// One inverted residual.
  struct Block: Sendable, Hashable {
    var kernel, expanded, channels: Int
    var isGated: Bool
    var activation: Activation
    var stride: Int

    init(
      _ kernel: Int, _ expanded: Int, _ channels: Int, gated: Bool, _ activation: Activation,
      _ stride: Int
    ) {
      self.kernel = kernel
      self.expanded = expanded
      self.channels = channels
      self.isGated = gated
      self.activation = activation
      self.stride = stride
    }
  }

  public let name: String
  private let blocks: [Block]
  /// Width of the hidden fully connected layer.
  private let hidden: Int

  public static let large = MobileNetV3(
    name: "mobilenet_v3_large",
    blocks: [
      Block(3, 16, 16, gated: false, .relu, 1), Block(3, 64, 24, gated: false, .relu, 2),
      Block(3, 72, 24, gated: false, .relu, 1), Block(5, 72, 40, gated: true, .relu, 2),
      Block(5, 120, 40, gated: true, .relu, 1), Block(5, 120, 40, gated: true, .relu, 1),
      Block(3, 240, 80, gated: false, .hardSwish, 2),
      Block(3, 200, 80, gated: false, .hardSwish, 1),
      Block(3, 184, 80, gated: false, .hardSwish, 1),
      Block(3, 184, 80, gated: false, .hardSwish, 1),
      Block(3, 480, 112, gated: true, .hardSwish, 1),
      Block(3, 672, 112, gated: true, .hardSwish, 1),
      Block(5, 672, 160, gated: true, .hardSwish, 2),
      Block(5, 960, 160, gated: true, .hardSwish, 1),
      Block(5, 960, 160, gated: true, .hardSwish, 1),
    ], hidden: 1280)

  public static let small = MobileNetV3(
    name: "mobilenet_v3_small",
    blocks: [
      Block(3, 16, 16, gated: true, .relu, 2), Block(3, 72, 24, gated: false, .relu, 2),
      Block(3, 88, 24, gated: false, .relu, 1), Block(5, 96, 40, gated: true, .hardSwish, 2),
      Block(5, 240, 40, gated: true, .hardSwish, 1), Block(5, 240, 40, gated: true, .hardSwish, 1),
      Block(5, 120, 48, gated: true, .hardSwish, 1), Block(5, 144, 48, gated: true, .hardSwish, 1),
      Block(5, 288, 96, gated: true, .hardSwish, 2), Block(5, 576, 96, gated: true, .hardSwish, 1),
      Block(5, 576, 96, gated: true, .hardSwish, 1),
    ], hidden: 1024)

  static let members = [large, small]

  private static let epsilon: Float = 0.001

  public var initialization: InitializationScheme { MobileNetV2.mobileNetV2.initialization }

  public func build(_ builder: inout NetworkBuilder, classes: Int) throws {
    try builder.scope("features") { features in
      try features.normalizedConvolution(
        "0", channels: 16, kernel: 3, stride: 2, epsilon: Self.epsilon, .hardSwish)
      for (index, block) in blocks.enumerated() {
        try features.scope("\(index + 1)") { try add(block, to: &$0) }
      }
      try features.normalizedConvolution(
        "\(blocks.count + 1)", channels: 6 * features.shape[0], kernel: 1, epsilon: Self.epsilon,
        .hardSwish)
    }
    try builder.globalAveragePool("avgpool")
    try builder.linear("classifier.0", outputs: hidden)
    try builder.activation("classifier.1", .hardSwish)
    try builder.linear("classifier.3", outputs: classes)
  }

  private func add(_ block: Block, to builder: inout NetworkBuilder) throws {
    if block.stride == 1, builder.shape[0] == block.channels {
      try builder.residual { try addBranch(&$0, block) }
    } else {
      try addBranch(&builder, block)
    }
  }

  private func addBranch(_ builder: inout NetworkBuilder, _ block: Block) throws {
    try builder.scope("block") { branch in
      var index = 0
      if block.expanded != branch.shape[0] {
        try branch.normalizedConvolution(
          "0", channels: block.expanded, kernel: 1, epsilon: Self.epsilon, block.activation)
        index = 1
      }
      try branch.normalizedConvolution(
        "\(index)", channels: block.expanded, kernel: block.kernel, stride: block.stride,
        groups: block.expanded, epsilon: Self.epsilon, block.activation)
      if block.isGated {
        index += 1
        try branch.scope("\(index)", addGate)
      }
      try branch.normalizedConvolution(
        "\(index + 1)", channels: block.channels, kernel: 1, epsilon: Self.epsilon)
    }
  }

  /// Squeeze and excitation: a factor for each channel from the means of all.
  private func addGate(_ builder: inout NetworkBuilder) throws {
    let channels = builder.shape[0]
    try builder.gated {
      try $0.append("avgpool", .globalPooling(.average(includesPadding: false)))
      try $0.convolution("fc1", channels: Self.eighths(channels / 4), kernel: 1, bias: true)
      try $0.activation("activation", .relu)
      try $0.convolution("fc2", channels: channels, kernel: 1, bias: true)
      try $0.activation("scale_activation", .hardSigmoid(alpha: 1 / 6, beta: 0.5))
    }
  }

  /// The nearest multiple of 8, at least 8 and not more than a tenth below.
  private static func eighths(_ count: Int) -> Int {
    let rounded = max(8, (count + 4) / 8 * 8)
    return 10 * rounded < 9 * count ? rounded + 8 : rounded
  }
}
