public import MoireLayers
public import MoireModels
import MoireTensors

/// A chain of normalised 3×3 convolutions with max-pools between them, of any depth and total stride.
public struct PlainNetwork: Architecture {
  /// What stands between the last map and the fully connected layer.
  public enum Head: String, Sendable, Hashable {
    /// The mean over the map: what is left of shifts comes from subsampling alone.
    case mean
    /// Nothing: every position has weights of its own.
    case flat
  }

  public let depth: Int
  /// How many 2×2 max-pools.
  public let pools: Int
  public let head: Head

  /// - Parameters:
  ///   - depth: convolutions, 1 or more.
  ///   - pools: the total stride is 2 to this power.
  public init(depth: Int, pools: Int, head: Head = .mean) {
    precondition(depth > 0 && (0...8).contains(pools), "\(depth) convolutions, \(pools) pools")
    self.depth = depth
    self.pools = pools
    self.head = head
  }

  /// `plain-DEPTH-STRIDE`, with `-flat` behind it for a flat head; nil for another name.
  public init?(named name: String) {
    let parts = name.split(separator: "-").map(String.init)
    guard parts.count == 3 || (parts.count == 4 && parts[3] == "flat"), parts[0] == "plain",
      let depth = Int(parts[1]), (1...64).contains(depth), let stride = Int(parts[2]),
      let pools = (0...8).first(where: { 1 << $0 == stride })
    else { return nil }
    self.init(depth: depth, pools: pools, head: parts.count == 4 ? .flat : .mean)
  }

  public var name: String {
    "plain-\(depth)-\(1 << pools)" + (head == .flat ? "-flat" : "")
  }

  public var usualInputShape: [Int] { [1, 32, 32] }
  public var usualClasses: Int { 10 }

  public var initialization: InitializationScheme {
    InitializationScheme(convolutionWeight: .heNormal(.out))
  }

  public func build(_ builder: inout NetworkBuilder, classes: Int) throws {
    var made = 0
    for stage in 0...pools {
      if stage > 0 { try builder.maxPool("pool\(stage)", kernel: 2, stride: 2) }
      // The convolutions are spread evenly, those left over to the first stages.
      let end = (depth * (stage + 1) + pools) / (pools + 1)
      while made < min(end, depth) {
        made += 1
        try builder.convolution(
          "conv\(made)", channels: min(16 << stage, 64), kernel: 3, padding: 1
        ) {
          try $0.batchNormalization("bn\(made)")
          try $0.activation("relu\(made)", .relu)
        }
      }
    }
    switch head {
    case .mean: try builder.globalAveragePool("avgpool")
    case .flat: try builder.append("flatten", .flatten)
    }
    try builder.linear("fc", outputs: classes)
  }
}
