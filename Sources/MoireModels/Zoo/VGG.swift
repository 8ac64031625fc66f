public import MoireLayers
import MoireTensors

/// VGG (Simonyan and Zisserman 2015): stages of 3×3 convolutions, a 2×2 max-pool after each.
public struct VGG: Architecture {
  /// What follows the last pool.
  public enum Head: Sendable, Hashable {
    /// 7×7 means and three fully connected layers of 4096, 4096 and the classes.
    case imageNet
    /// The mean over the map and one fully connected layer, for 32×32 images.
    case small
  }

  public let name: String
  /// Channels of the convolutions of each stage.
  public let stages: [[Int]]
  /// Whether a batch normalisation follows each convolution.
  public let isNormalized: Bool
  public let head: Head

  /// A VGG of stages of one's own.
  ///
  /// - Throws: ``ModelError/invalidArchitecture(name:reason:)`` for a stage without convolutions or
  ///   with a width below 1.
  public init(
    name: String, stages: [[Int]], isNormalized: Bool, head: Head = .imageNet
  ) throws {
    guard !stages.isEmpty, stages.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0 > 0 } }) else {
      throw ModelError.invalidArchitecture(
        name: name, reason: "stages \(stages) must each have widths of 1 or more")
    }
    self.init(named: name, stages, isNormalized, head)
  }

  private init(named name: String, _ stages: [[Int]], _ isNormalized: Bool, _ head: Head) {
    self.name = name
    self.stages = stages
    self.isNormalized = isNormalized
    self.head = head
  }

  public static let vgg11 = imageNet(11, [1, 1, 2, 2, 2], isNormalized: false)
  public static let vgg11BN = imageNet(11, [1, 1, 2, 2, 2], isNormalized: true)
  public static let vgg13 = imageNet(13, [2, 2, 2, 2, 2], isNormalized: false)
  public static let vgg13BN = imageNet(13, [2, 2, 2, 2, 2], isNormalized: true)
  public static let vgg16 = imageNet(16, [2, 2, 3, 3, 3], isNormalized: false)
  public static let vgg16BN = imageNet(16, [2, 2, 3, 3, 3], isNormalized: true)
  public static let vgg19 = imageNet(19, [2, 2, 4, 4, 4], isNormalized: false)
  public static let vgg19BN = imageNet(19, [2, 2, 4, 4, 4], isNormalized: true)
  /// For 32×32 images, normalised.
  public static let cifarVGG11 = cifar(11, [1, 1, 2, 2, 2])
  public static let cifarVGG13 = cifar(13, [2, 2, 2, 2, 2])
  public static let cifarVGG16 = cifar(16, [2, 2, 3, 3, 3])
  public static let cifarVGG19 = cifar(19, [2, 2, 4, 4, 4])

  static let members: [VGG] = [
    vgg11, vgg11BN, vgg13, vgg13BN, vgg16, vgg16BN, vgg19, vgg19BN,
    cifarVGG11, cifarVGG13, cifarVGG16, cifarVGG19,
  ]

  private static func imageNet(_ layers: Int, _ counts: [Int], isNormalized: Bool) -> VGG {
    VGG(
      named: "vgg\(layers)" + (isNormalized ? "_bn" : ""), widths(counts), isNormalized, .imageNet)
  }

  private static func cifar(_ layers: Int, _ counts: [Int]) -> VGG {
    VGG(named: "cifar_vgg\(layers)", widths(counts), true, .small)
  }

  private static func widths(_ counts: [Int]) -> [[Int]] {
    zip(counts, [64, 128, 256, 512, 512]).map { Array(repeating: $1, count: $0) }
  }

  public var usualInputShape: [Int] { head == .imageNet ? [3, 224, 224] : [3, 32, 32] }
  public var usualClasses: Int { head == .imageNet ? 1000 : 10 }

  public var initialization: InitializationScheme {
    InitializationScheme(
      convolutionWeight: .heNormal(.out), convolutionBias: .constant(0),
      linearWeight: .normal(deviation: 0.01), linearBias: .constant(0))
  }

  public func build(_ builder: inout NetworkBuilder, classes: Int) throws {
    try builder.scope("features") { features in
      var index = 0
      for stage in stages {
        for channels in stage { try convolution(&features, &index, channels) }
        try features.maxPool("\(index)", kernel: 2, stride: 2)
        index += 1
      }
    }
    switch head {
    case .small:
      try builder.globalAveragePool("avgpool")
      try builder.linear("classifier", outputs: classes)
    case .imageNet:
      try builder.adaptiveAveragePool("avgpool", to: 7)
      try builder.append("flatten", .flatten)
      try builder.scope("classifier") { classifier in
        // 2 and 5 are dropouts.
        try classifier.linear("0", outputs: 4096)
        try classifier.activation("1", .relu)
        try classifier.linear("3", outputs: 4096)
        try classifier.activation("4", .relu)
        try classifier.linear("6", outputs: classes)
      }
    }
  }

  private func convolution(
    _ features: inout NetworkBuilder, _ index: inout Int, _ channels: Int
  ) throws {
    let first = index
    try features.convolution("\(first)", channels: channels, kernel: 3, padding: 1, bias: true) {
      if isNormalized { try $0.batchNormalization("\(first + 1)") }
      try $0.activation("\(first + (isNormalized ? 2 : 1))", .relu)
    }
    index += isNormalized ? 3 : 2
  }
}
