public import MoireLayers
import MoireTensors

/// DenseNet (Huang, Liu, van der Maaten and Weinberger 2017): every layer reads all before it.
public struct DenseNet: Architecture {
  public let name: String
  /// Layers of each block.
  public let depths: [Int]
  /// Channels that a layer adds.
  public let growth: Int
  /// Channels of the stem.
  public let stemChannels: Int

  /// A DenseNet of one's own.
  ///
  /// - Throws: ``ModelError/invalidArchitecture(name:reason:)`` when a number is below 1.
  public init(name: String, depths: [Int], growth: Int, stemChannels: Int) throws {
    guard !depths.isEmpty, (depths + [growth, stemChannels]).allSatisfy({ $0 > 0 }) else {
      throw ModelError.invalidArchitecture(
        name: name,
        reason: "depths \(depths), growth \(growth) and \(stemChannels) channels of the stem: "
          + "all must be 1 or more")
    }
    self.init(named: name, depths, growth, stemChannels)
  }

  private init(named name: String, _ depths: [Int], _ growth: Int, _ stemChannels: Int) {
    self.name = name
    self.depths = depths
    self.growth = growth
    self.stemChannels = stemChannels
  }

  public static let denseNet121 = DenseNet(named: "densenet121", [6, 12, 24, 16], 32, 64)
  public static let denseNet161 = DenseNet(named: "densenet161", [6, 12, 36, 24], 48, 96)
  public static let denseNet169 = DenseNet(named: "densenet169", [6, 12, 32, 32], 32, 64)
  public static let denseNet201 = DenseNet(named: "densenet201", [6, 12, 48, 32], 32, 64)

  static let members: [DenseNet] = [denseNet121, denseNet161, denseNet169, denseNet201]

  public var initialization: InitializationScheme {
    InitializationScheme(convolutionWeight: .heNormal(.in), linearBias: .constant(0))
  }

  public func build(_ builder: inout NetworkBuilder, classes: Int) throws {
    try builder.scope("features") { features in
      try features.convolution("conv0", channels: stemChannels, kernel: 7, stride: 2, padding: 3) {
        try $0.batchNormalization("norm0")
        try $0.activation("relu0", .relu)
      }
      try features.maxPool("pool0", kernel: 3, stride: 2, padding: 1)
      for (block, depth) in depths.enumerated() {
        for layer in 1...depth {
          try features.scope("denseblock\(block + 1).denselayer\(layer)", addLayer)
        }
        if block + 1 < depths.count {
          try features.scope("transition\(block + 1)", addTransition)
        }
      }
      try features.batchNormalization("norm5")
    }
    try builder.activation("relu", .relu)
    try builder.globalAveragePool("avgpool")
    try builder.linear("classifier", outputs: classes)
  }

  private func addLayer(_ builder: inout NetworkBuilder) throws {
    try builder.concatenation(
      "concatenate", { _ in },
      {
        try $0.batchNormalization("norm1")
        try $0.activation("relu1", .relu)
        try $0.convolution("conv1", channels: 4 * growth, kernel: 1) {
          try $0.batchNormalization("norm2")
          try $0.activation("relu2", .relu)
        }
        try $0.convolution("conv2", channels: growth, kernel: 3, padding: 1)
      })
  }

  private func addTransition(_ builder: inout NetworkBuilder) throws {
    try builder.batchNormalization("norm")
    try builder.activation("relu", .relu)
    try builder.convolution("conv", channels: max(1, builder.shape[0] / 2), kernel: 1)
    try builder.averagePool("pool", kernel: 2, stride: 2)
  }
}
