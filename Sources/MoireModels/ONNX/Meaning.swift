import MoireLayers
import MoireSpectral
import MoireTensors

/// What a step is beside the layer that it has: a piece of something larger, kept as a layer of its own
/// where the larger thing does not follow.
enum Meaning {
  /// One number for each image of a map.
  enum Measure: Equatable {
    case absoluteSum
    /// √Σ x², or Σ x² itself: what is largest is the same.
    case norm
    case maximum
    case absoluteMaximum
  }

  case measure(Measure, of: Int)
  /// The measures of all phases of a map, one after the other.
  case measures(Measure, stride: HW, of: Int)
  /// A map times an entry of a decision.
  case weighted(Int, entry: Int, decision: Int)
  /// The samples of a map a stride apart and zeros between.
  case placed(stride: HW, offset: HW, of: Int)
  /// A map times channels of a softmax.
  case tap(Int, of: Int, channels: [Int])
  /// `rows · x · columns`, either may be missing.
  case product(rows: Constant?, columns: Constant?, of: Int)
}

extension Meaning.Measure {
  /// The choice of a phase by the largest of the measures, or by the least.
  func criterion(isLargest: Bool) -> Polyphase.Criterion? {
    switch (self, isLargest) {
    case (.norm, true): .l2
    case (.norm, false): .l2Min
    case (.absoluteSum, true): .l1
    case (.absoluteSum, false): .l1Min
    case (.maximum, true): .nonAbsMax
    case (.absoluteMaximum, true): .lInfinity
    case (.maximum, false), (.absoluteMaximum, false): nil
    }
  }
}
