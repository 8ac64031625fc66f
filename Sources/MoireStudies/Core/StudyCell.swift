public import MoireLayers
import MoireModels
import MoireTensors

/// One network of a study: what is built, how it subsamples, on what it is trained, from which seed.
public struct StudyCell: Codable, Sendable, Hashable {
  /// The architecture's name: of the zoo, or of a ``PlainNetwork``.
  public var network: String
  public var method: StudyMethod
  /// The augmentations of training, as `Augmentation` spells them; empty for none.
  public var augmentations: [String]
  /// What the images are put on; nil for the images as they are.
  public var scene: StudyScene?
  public var seed: UInt64

  public init(
    network: String, method: StudyMethod, augmentations: [String] = [],
    scene: StudyScene? = nil, seed: UInt64
  ) {
    self.network = network
    self.method = method
    self.augmentations = augmentations
    self.scene = scene
    self.seed = seed
  }

  /// Whether its network gives an image, not a class.
  var givesImages: Bool { network == SilhouetteNetwork.name }

  /// The augmentations in a word, `none` without any.
  public var augmentation: String {
    augmentations.isEmpty ? "none" : augmentations.joined(separator: "+")
  }

  /// The same with another seed is the same row of a table.
  public var row: StudyCell {
    var row = self
    row.seed = 0
    return row
  }

  /// Unique in a study, and fit for a file's name.
  public var name: String {
    let words = [network, method.rawValue, augmentation, "seed\(seed)"].joined(separator: "_")
    return String(words.map { $0.isLetter || $0.isNumber || "-_.+".contains($0) ? $0 : "-" })
  }

  /// The untrained network.
  ///
  /// - Parameter inputShape: `[C, H, W]` of the images before a ``scene`` sets their size.
  /// - Throws: `ModelError` for a name that is neither a plain network's nor the zoo's; what building
  ///   throws.
  public func network(inputShape: [Int], classes: Int) throws -> Network {
    guard !givesImages else {
      return try SilhouetteNetwork.network(method, inputShape: inputShape, seed: seed)
    }
    let size = scene?.canvas ?? HW(inputShape[1], inputShape[2])
    return try method.network(
      architecture(), inputShape: [inputShape[0], size.height, size.width], classes: classes,
      seed: seed)
  }

  /// - Throws: `ModelError` for a name that is neither a plain network's nor the zoo's.
  private func architecture() throws -> any Architecture {
    try PlainNetwork(named: network) ?? Zoo.architecture(named: network)
  }
}
