public import MoireLayers
import MoireTensors

/// Networks for 28×28 gray images that train in seconds: three stages of normalised 3×3 convolutions, the
/// second and the third at half the size of the one before, the mean over the map, a fully connected
/// layer.
public struct SmallNetwork: Architecture {
  public let name: String
  /// Channels of the convolutions of each stage.
  public let stages: [[Int]]
  /// Whether the first convolution of a stage has the stride, rather than a max-pool before it.
  public let isStrided: Bool

  private init(named name: String, _ stages: [[Int]], isStrided: Bool) {
    self.name = name
    self.stages = stages
    self.isStrided = isStrided
  }

  /// Halves by 2×2 max-pools, as VGG does.
  public static let vggSmall = SmallNetwork(
    named: "vgg-small", [[16], [32, 32], [64]], isStrided: false)
  /// Halves by convolutions of stride 2.
  public static let stridedSmall = SmallNetwork(
    named: "strided-small", [[16], [32, 32], [64]], isStrided: true)

  static let members: [SmallNetwork] = [vggSmall, stridedSmall]

  public var usualInputShape: [Int] { [1, 28, 28] }
  public var usualClasses: Int { 10 }

  public var initialization: InitializationScheme {
    InitializationScheme(convolutionWeight: .heNormal(.out))
  }

  public func build(_ builder: inout NetworkBuilder, classes: Int) throws {
    for (stage, widths) in stages.enumerated() {
      try builder.scope("stage\(stage + 1)") { builder in
        if stage > 0, !isStrided { try builder.maxPool("pool", kernel: 2, stride: 2) }
        for (place, channels) in widths.enumerated() {
          let index = place + 1
          let stride: HW = stage > 0 && index == 1 && isStrided ? 2 : 1
          try builder.convolution(
            "conv\(index)", channels: channels, kernel: 3, stride: stride, padding: 1
          ) {
            try $0.batchNormalization("bn\(index)")
            try $0.activation("relu\(index)", .relu)
          }
        }
      }
    }
    try builder.globalAveragePool("avgpool")
    try builder.linear("fc", outputs: classes)
  }
}
