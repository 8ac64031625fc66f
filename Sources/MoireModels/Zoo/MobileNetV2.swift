public import MoireLayers
import MoireTensors

/// MobileNetV2 (Sandler et al. 2018): inverted residuals with linear bottlenecks.
public struct MobileNetV2: Architecture {
  public static let mobileNetV2 = MobileNetV2()

  static let members = [mobileNetV2]

  public let name = "mobilenet_v2"

  public var initialization: InitializationScheme {
    InitializationScheme(
      convolutionWeight: .heNormal(.out), convolutionBias: .constant(0),
      linearWeight: .normal(deviation: 0.01), linearBias: .constant(0))
  }

  /// Expansion, channels, blocks, stride of the first block.
  private static let stages = [
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
    (6, 320, 1, 1),
  ]

  public func build(_ builder: inout NetworkBuilder, classes: Int) throws {
    try builder.scope("features") { features in
      try features.normalizedConvolution("0", channels: 32, kernel: 3, stride: 2, .relu6)
      var index = 1
      for (expansion, channels, blocks, stride) in Self.stages {
        for block in 0..<blocks {
          try features.scope("\(index)") {
            try addBlock(&$0, expansion, channels, stride: block == 0 ? stride : 1)
          }
          index += 1
        }
      }
      try features.normalizedConvolution("\(index)", channels: 1280, kernel: 1, .relu6)
    }
    try builder.globalAveragePool("avgpool")
    try builder.linear("classifier.1", outputs: classes)
  }

  private func addBlock(
    _ builder: inout NetworkBuilder, _ expansion: Int, _ channels: Int, stride: Int
  ) throws {
    let inputs = builder.shape[0]
    let branch = { (builder: inout NetworkBuilder) throws in
      try builder.scope("conv") { conv in
        let inner = inputs * expansion
        var index = 0
        if expansion != 1 {
          try conv.normalizedConvolution("0", channels: inner, kernel: 1, .relu6)
          index = 1
        }
        try conv.normalizedConvolution(
          "\(index)", channels: inner, kernel: 3, stride: stride, groups: inner, .relu6)
        try conv.convolution("\(index + 1)", channels: channels, kernel: 1)
        try conv.batchNormalization("\(index + 2)")
      }
    }
    if stride == 1, inputs == channels {
      try builder.residual(branch: branch)
    } else {
      try branch(&builder)
    }
  }
}

extension Activation {
  /// min(max(x, 0), 6).
  static let relu6 = Activation.clip(low: 0, high: 6)
}

extension NetworkBuilder {
  /// A convolution padded to keep its size, `NAME.0`, with normalisation `NAME.1` and activation
  /// `NAME.2`.
  mutating func normalizedConvolution(
    _ name: String, channels: Int, kernel: Int, stride: Int = 1, groups: Int = 1,
    epsilon: Float = 1e-5, _ activation: Activation? = nil
  ) throws {
    let pad = (kernel - 1) / 2
    try scope(name) {
      try $0.convolution(
        "0", channels: channels, kernel: [kernel, kernel], stride: [stride, stride],
        padding: Padding(top: pad, left: pad, bottom: pad, right: pad), groups: groups
      ) {
        try $0.batchNormalization("1", epsilon: epsilon)
        if let activation { try $0.activation("2", activation) }
      }
    }
  }
}
