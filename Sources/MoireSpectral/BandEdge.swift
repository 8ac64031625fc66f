internal import CMoire

/// What becomes of the bin that +M/2 and −M/2 of an even M < N share when a map goes down to M samples.
public enum BandEdge: Hashable, Sendable {
  /// Gain 0: nothing aliases.
  case drop
  /// Gain ½ at both: a cosine at the edge comes out with half its amplitude.
  case halve
  /// Gain 1 at both: going up and back down changes nothing.
  case keep

  var native: moire_band_edge {
    switch self {
    case .drop: .drop
    case .halve: .halve
    case .keep: .keep
    }
  }
}
