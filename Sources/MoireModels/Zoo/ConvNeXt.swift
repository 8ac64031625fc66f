public import MoireLayers
import MoireTensors

/// ConvNeXt (Liu et al. 2022): 7×7 depthwise convolutions, layer norm, GELU.
public struct ConvNeXt: Architecture {
  public let name: String
  /// Blocks of each stage.
  public let depths: [Int]
  /// Channels of each stage.
  public let widths: [Int]

  /// A ConvNeXt of one's own.
  ///
  /// - Throws: ``ModelError/invalidArchitecture(name:reason:)`` when depths and widths do not match or
  ///   a number is below 1.
  public init(name: String, depths: [Int], widths: [Int]) throws {
    guard depths.count == widths.count, !depths.isEmpty, (depths + widths).allSatisfy({ $0 > 0 })
    else {
      throw ModelError.invalidArchitecture(
        name: name,
        reason: "depths \(depths) and widths \(widths): need as many of one as of the other, "
          + "all 1 or more")
    }
    self.init(named: name, depths, widths)
  }

  private init(named name: String, _ depths: [Int], _ widths: [Int]) {
    self.name = name
    self.depths = depths
    self.widths = widths
  }

  public static let tiny = ConvNeXt(named: "convnext_tiny", [3, 3, 9, 3], [96, 192, 384, 768])
  public static let small = ConvNeXt(named: "convnext_small", [3, 3, 27, 3], [96, 192, 384, 768])

  static let members = [tiny, small]

  private static let epsilon: Float = 1e-6

  public var initialization: InitializationScheme {
    InitializationScheme(
      convolutionWeight: .truncatedNormal(deviation: 0.02), convolutionBias: .constant(0),
      linearWeight: .truncatedNormal(deviation: 0.02), linearBias: .constant(0))
  }

  public func build(_ builder: inout NetworkBuilder, classes: Int) throws {
    try builder.scope("features") { features in
      try features.convolution("0.0", channels: widths[0], kernel: 4, stride: 4, bias: true) {
        try $0.layerNormalization("0.1", epsilon: Self.epsilon)
      }
      for (stage, depth) in depths.enumerated() {
        if stage > 0 {
          try features.layerNormalization("\(2 * stage).0", epsilon: Self.epsilon)
          try features.convolution(
            "\(2 * stage).1", channels: widths[stage], kernel: 2, stride: 2, bias: true)
        }
        for block in 0..<depth { try features.scope("\(2 * stage + 1).\(block)", addBlock) }
      }
    }
    try builder.append("avgpool", .globalPooling(.average(includesPadding: false)))
    try builder.layerNormalization("classifier.0", epsilon: Self.epsilon)
    try builder.append("classifier.1", .flatten)
    try builder.linear("classifier.2", outputs: classes)
  }

  private func addBlock(_ builder: inout NetworkBuilder) throws {
    let channels = builder.shape[0]
    try builder.residual {
      try $0.scope("block") { block in
        try block.convolution(
          "0", channels: channels, kernel: 7, padding: 3, groups: channels, bias: true)
        // 1 and 6 bring the channels to the end and back.
        try block.layerNormalization("2", epsilon: Self.epsilon)
        try block.channelLinear("3", outputs: 4 * channels)
        try block.activation("4", .gelu)
        try block.channelLinear("5", outputs: channels)
      }
      try $0.channelScale("layer_scale", initially: 1e-6)
    }
  }
}
