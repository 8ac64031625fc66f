public import MoireLayers
import MoireTensors

/// U-Net (Ronneberger, Fischer and Brox 2015) with padded and normalised convolutions: four levels down
/// by max-pools, four up by transposed convolutions; the answer is a map `[classes, H, W]`.
public struct UNet: Architecture {
  public let name: String
  /// Channels of each level, from the full resolution down.
  public let widths: [Int]

  /// A U-Net of one's own.
  ///
  /// - Throws: ``ModelError/invalidArchitecture(name:reason:)`` for fewer than two levels or a width
  ///   below 1.
  public init(name: String, widths: [Int]) throws {
    guard widths.count > 1, widths.allSatisfy({ $0 > 0 }) else {
      throw ModelError.invalidArchitecture(
        name: name, reason: "widths \(widths): need two or more, all 1 or more")
    }
    self.init(named: name, widths)
  }

  private init(named name: String, _ widths: [Int]) {
    self.name = name
    self.widths = widths
  }

  public static let uNet = UNet(named: "unet", [64, 128, 256, 512, 1024])

  static let members = [uNet]

  public var usualInputShape: [Int] { [3, 256, 256] }
  public var usualClasses: Int { 2 }
  public var initialization: InitializationScheme { InitializationScheme() }

  public func build(_ builder: inout NetworkBuilder, classes: Int) throws {
    var skips: [Int] = []
    try builder.scope("inc") { try addPair(&$0, widths[0]) }
    for (level, width) in widths.enumerated().dropFirst() {
      skips.append(builder.value)
      try builder.scope("down\(level).maxpool_conv") {
        try $0.maxPool("0", kernel: 2, stride: 2)
        try $0.scope("1") { try addPair(&$0, width) }
      }
    }
    for (step, skip) in skips.reversed().enumerated() {
      try builder.scope("up\(step + 1)") { try addStep(&$0, joining: skip) }
    }
    try builder.convolution("outc.conv", channels: classes, kernel: 1, bias: true)
  }

  private func addStep(_ builder: inout NetworkBuilder, joining skip: Int) throws {
    let skipped = builder.shape(of: skip)
    try builder.transposedConvolution("up", channels: skipped[0], kernel: 2, stride: 2)
    let rows = skipped[1] - builder.shape[1]
    let columns = skipped[2] - builder.shape[2]
    if rows != 0 || columns != 0 {
      // An odd map lost its last row or column on the way down.
      let padding = Padding(
        top: rows / 2, left: columns / 2, bottom: rows - rows / 2, right: columns - columns / 2)
      try builder.append("pad", .pad(padding, builder.border.mode))
    }
    try builder.append("concatenate", .concatenate, inputs: [skip, builder.value])
    try builder.scope("conv") { try addPair(&$0, skipped[0]) }
  }

  private func addPair(_ builder: inout NetworkBuilder, _ width: Int) throws {
    try builder.scope("double_conv") { pair in
      for first in [0, 3] {
        try pair.convolution("\(first)", channels: width, kernel: 3, padding: 1) {
          try $0.batchNormalization("\(first + 1)")
          try $0.activation("\(first + 2)", .relu)
        }
      }
    }
  }
}
