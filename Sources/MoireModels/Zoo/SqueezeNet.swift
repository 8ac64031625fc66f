public import MoireLayers
import MoireTensors

/// SqueezeNet 1.0 and 1.1 (Iandola et al. 2016): fire modules, 1×1 and 3×3 side by side.
public struct SqueezeNet: Architecture {
  /// One entry of `features` behind the stem.
  enum Step: Sendable, Hashable {
    case pool
    /// Channels of the squeeze and of each expansion.
    case fire(Int, Int)
  }

  public let name: String
  private let stemChannels, stemKernel: Int
  private let steps: [Step]

  public static let squeezeNet10 = SqueezeNet(
    name: "squeezenet1_0", stemChannels: 96, stemKernel: 7,
    steps: [
      .pool, .fire(16, 64), .fire(16, 64), .fire(32, 128), .pool, .fire(32, 128), .fire(48, 192),
      .fire(48, 192), .fire(64, 256), .pool, .fire(64, 256),
    ])

  public static let squeezeNet11 = SqueezeNet(
    name: "squeezenet1_1", stemChannels: 64, stemKernel: 3,
    steps: [
      .pool, .fire(16, 64), .fire(16, 64), .pool, .fire(32, 128), .fire(32, 128), .pool,
      .fire(48, 192), .fire(48, 192), .fire(64, 256), .fire(64, 256),
    ])

  static let members = [squeezeNet10, squeezeNet11]

  public var initialization: InitializationScheme {
    InitializationScheme(convolutionWeight: .heUniform, convolutionBias: .constant(0))
  }

  public func build(_ builder: inout NetworkBuilder, classes: Int) throws {
    try builder.scope("features") { features in
      try features.convolution(
        "0", channels: stemChannels, kernel: [stemKernel, stemKernel], stride: 2, bias: true
      ) { try $0.activation("1", .relu) }
      for (index, step) in steps.enumerated() {
        switch step {
        case .pool: try features.maxPool("\(index + 2)", kernel: 3, stride: 2, ceilMode: true)
        case .fire(let squeezed, let expanded):
          try features.scope("\(index + 2)") { try addFire(&$0, squeezed, expanded) }
        }
      }
    }
    let scheme = builder.scheme
    builder.scheme.convolutionWeight = .normal(deviation: 0.01)
    try builder.convolution("classifier.1", channels: classes, kernel: 1, bias: true) {
      try $0.activation("classifier.2", .relu)
    }
    builder.scheme = scheme
    try builder.globalAveragePool("classifier.3")
  }

  private func addFire(
    _ builder: inout NetworkBuilder, _ squeezed: Int, _ expanded: Int
  ) throws {
    try builder.convolution("squeeze", channels: squeezed, kernel: 1, bias: true) {
      try $0.activation("squeeze_activation", .relu)
    }
    try builder.concatenation(
      "concatenate",
      {
        try $0.convolution("expand1x1", channels: expanded, kernel: 1, bias: true) {
          try $0.activation("expand1x1_activation", .relu)
        }
      },
      {
        try $0.convolution("expand3x3", channels: expanded, kernel: 3, padding: 1, bias: true) {
          try $0.activation("expand3x3_activation", .relu)
        }
      })
  }
}
