public import MoireLayers
import MoireTensors

/// A residual network for 28×28 gray images that trains in two minutes, with sampling sites of both kinds:
/// a max-pool and two convolutions of stride 2, each of these before a residual block of as many
/// channels. `moire audit` brings it along, trained.
public struct SmallResNet: Architecture {
  public let name = "resnet-small"
  /// Channels at the full size and behind each strided convolution.
  public let widths = [16, 32, 56]

  static let members = [SmallResNet()]

  public var usualInputShape: [Int] { [1, 28, 28] }
  public var usualClasses: Int { 10 }

  public var initialization: InitializationScheme {
    InitializationScheme(convolutionWeight: .heNormal(.out))
  }

  public func build(_ builder: inout NetworkBuilder, classes: Int) throws {
    try addConvolution(&builder, "stem", widths[0])
    try builder.maxPool("pool", kernel: 2, stride: 2)
    for (index, width) in widths.dropFirst().enumerated() {
      try addConvolution(&builder, "down\(index + 1)", width, stride: 2)
      try builder.scope("block\(index + 1)") { try addBlock(&$0, width) }
      try builder.activation("relu\(index + 1)", .relu)
    }
    try builder.globalAveragePool("head")
    try builder.linear("fc", outputs: classes)
  }

  private func addConvolution(
    _ builder: inout NetworkBuilder, _ path: String, _ width: Int, stride: HW = 1
  ) throws {
    try builder.scope(path) {
      try $0.convolution("0", channels: width, kernel: 3, stride: stride, padding: 1) {
        try $0.batchNormalization("1")
        try $0.activation("2", .relu)
      }
    }
  }

  private func addBlock(_ builder: inout NetworkBuilder, _ width: Int) throws {
    try builder.residual {
      try $0.convolution("conv1", channels: width, kernel: 3, padding: 1)
      try $0.batchNormalization("bn1")
      try $0.activation("relu", .relu)
      try $0.convolution("conv2", channels: width, kernel: 3, padding: 1)
      try $0.batchNormalization("bn2")
    }
  }
}
