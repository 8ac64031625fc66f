public import MoireLayers

/// Residual networks: ResNet (He, Zhang, Ren and Sun 2016), ResNeXt (Xie et al. 2017) and Wide ResNet
/// (Zagoruyko and Komodakis 2016), and their variants for 32×32 images.
///
/// In a bottleneck the 3×3 convolution has the stride, as in torchvision.
public struct ResNet: Architecture {
  public enum Block: Sendable, Hashable {
    /// Two 3×3 convolutions.
    case basic
    /// 1×1, 3×3, 1×1; the last gives four times the channels.
    case bottleneck

    var expansion: Int { self == .basic ? 1 : 4 }
  }

  public enum Stem: Sendable, Hashable {
    /// A 7×7 convolution of stride 2 and a 3×3 max-pool of stride 2.
    case imageNet
    /// A 3×3 convolution of stride 1, for 32×32 images.
    case small
  }

  public let name: String
  public let block: Block
  /// Blocks of each stage.
  public let depths: [Int]
  /// Channels of each stage, before the expansion; the stem gives those of the first.
  public let widths: [Int]
  /// Groups of the 3×3 convolutions of bottlenecks.
  public let groups: Int
  /// Channels of a group where the stage's width is 64.
  public let widthPerGroup: Int
  public let stem: Stem

  /// A residual network of one's own.
  ///
  /// - Throws: ``ModelError/invalidArchitecture(name:reason:)`` when depths and widths do not match, a
  ///   number is below 1, or basic blocks are to have groups.
  public init(
    name: String, block: Block, depths: [Int], widths: [Int] = [64, 128, 256, 512],
    groups: Int = 1, widthPerGroup: Int = 64, stem: Stem = .imageNet
  ) throws {
    guard depths.count == widths.count, !depths.isEmpty,
      (depths + widths + [groups, widthPerGroup]).allSatisfy({ $0 > 0 })
    else {
      throw ModelError.invalidArchitecture(
        name: name,
        reason: "depths \(depths) and widths \(widths) with \(groups) groups of \(widthPerGroup): "
          + "need as many of one as of the other, all 1 or more")
    }
    guard block == .bottleneck || (groups == 1 && widthPerGroup == 64) else {
      throw ModelError.invalidArchitecture(
        name: name,
        reason: "basic blocks with \(groups) groups of \(widthPerGroup): need 1 group of 64")
    }
    self.init(named: name, block, depths, widths, groups, widthPerGroup, stem)
  }

  private init(
    named name: String, _ block: Block, _ depths: [Int], _ widths: [Int] = [64, 128, 256, 512],
    _ groups: Int = 1, _ widthPerGroup: Int = 64, _ stem: Stem = .imageNet
  ) {
    self.name = name
    self.block = block
    self.depths = depths
    self.widths = widths
    self.groups = groups
    self.widthPerGroup = widthPerGroup
    self.stem = stem
  }

  public static let resNet18 = ResNet(named: "resnet18", .basic, [2, 2, 2, 2])
  public static let resNet34 = ResNet(named: "resnet34", .basic, [3, 4, 6, 3])
  public static let resNet50 = ResNet(named: "resnet50", .bottleneck, [3, 4, 6, 3])
  public static let resNet101 = ResNet(named: "resnet101", .bottleneck, [3, 4, 23, 3])
  public static let resNet152 = ResNet(named: "resnet152", .bottleneck, [3, 8, 36, 3])
  public static let resNeXt50 = grouped("resnext50_32x4d", [3, 4, 6, 3], 32, 4)
  public static let resNeXt101 = grouped("resnext101_32x8d", [3, 4, 23, 3], 32, 8)
  public static let resNeXt101of64 = grouped("resnext101_64x4d", [3, 4, 23, 3], 64, 4)
  public static let wideResNet50 = grouped("wide_resnet50_2", [3, 4, 6, 3], 1, 128)
  public static let wideResNet101 = grouped("wide_resnet101_2", [3, 4, 23, 3], 1, 128)
  /// The blocks of ResNet-18 for 32×32 images.
  public static let cifarResNet18 = small("cifar_resnet18", .basic, [2, 2, 2, 2])
  public static let cifarResNet34 = small("cifar_resnet34", .basic, [3, 4, 6, 3])
  public static let cifarResNet50 = small("cifar_resnet50", .bottleneck, [3, 4, 6, 3])
  /// Three narrow stages of 6n + 2 layers (He et al. 2016, §4.2), with projections as shortcuts.
  public static let cifarResNet20 = narrow(3)
  public static let cifarResNet32 = narrow(5)
  public static let cifarResNet44 = narrow(7)
  public static let cifarResNet56 = narrow(9)
  public static let cifarResNet110 = narrow(18)

  static let members: [ResNet] = [
    resNet18, resNet34, resNet50, resNet101, resNet152, resNeXt50, resNeXt101, resNeXt101of64,
    wideResNet50, wideResNet101, cifarResNet18, cifarResNet34, cifarResNet50, cifarResNet20,
    cifarResNet32, cifarResNet44, cifarResNet56, cifarResNet110,
  ]

  private static func grouped(
    _ name: String, _ depths: [Int], _ groups: Int, _ width: Int
  ) -> ResNet {
    ResNet(named: name, .bottleneck, depths, [64, 128, 256, 512], groups, width)
  }

  private static func small(_ name: String, _ block: Block, _ depths: [Int]) -> ResNet {
    ResNet(named: name, block, depths, [64, 128, 256, 512], 1, 64, .small)
  }

  private static func narrow(_ depth: Int) -> ResNet {
    ResNet(
      named: "cifar_resnet\(6 * depth + 2)", .basic, [depth, depth, depth], [16, 32, 64], 1, 64,
      .small)
  }

  public var usualInputShape: [Int] { stem == .imageNet ? [3, 224, 224] : [3, 32, 32] }
  public var usualClasses: Int { stem == .imageNet ? 1000 : 10 }

  public var initialization: InitializationScheme {
    InitializationScheme(convolutionWeight: .heNormal(.out))
  }
}
