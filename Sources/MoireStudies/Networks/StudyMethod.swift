public import MoireLayers
public import MoireModels
import MoireTensors

/// How the networks of a study subsample.
public enum StudyMethod: String, Codable, Sendable, Hashable, CaseIterable {
  /// As the architecture does it: max-pools or convolutions with strides.
  case baseline
  case rect2 = "rect-2"
  case tri3 = "tri-3"
  case bin4 = "bin-4"
  case bin5 = "bin-5"
  case bin7 = "bin-7"
  case ideal
  /// Adaptive polyphase sampling by the l2 norm.
  case aps
  /// Learned polyphase sampling.
  case lps
  /// In the manner of alias-free convolutional networks; see ``MoireLayers/Network/aliasFree()``.
  case aliasFree = "afc"

  /// What the network is built with.
  var downsampling: Downsampling {
    switch self {
    case .baseline: .strided
    case .rect2: .blur(filterSize: 2)
    case .tri3: .blur(filterSize: 3)
    case .bin4: .blur(filterSize: 4)
    case .bin5: .blur(filterSize: 5)
    case .bin7: .blur(filterSize: 7)
    case .ideal, .aliasFree: .ideal
    case .aps: .adaptivePolyphase()
    case .lps: .learnedPolyphase()
    }
  }

  /// An architecture with this way of subsampling and circular borders.
  ///
  /// Networks of one seed begin with the same weights, whatever the method.
  /// - Throws: what building throws.
  public func network(
    _ architecture: any Architecture, inputShape: [Int], classes: Int, seed: UInt64
  ) throws -> Network {
    let network = try architecture.network(
      inputSize: HW(inputShape[1], inputShape[2]), inputChannels: inputShape[0],
      classes: classes, downsampling: downsampling, padding: .circular,
      weights: SeededWeights(seed: seed))
    return self == .aliasFree ? network.aliasFree() : network
  }
}
