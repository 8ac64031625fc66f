/// A random generator that gives the same numbers on every machine for the same seed: SplitMix64
/// (Steele, Lea and Flood 2014).
///
/// Streams that must not depend on the order of work are told apart by their keys:
/// `SeededGenerator(seed: 1, 3, 7)` is always the same, whoever draws first.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// - Parameters:
  ///   - seed: the user's seed.
  ///   - keys: what tells this stream from others of the same seed.
  public init(seed: UInt64, _ keys: Int...) {
    state = seed
    for key in keys {
      state = next() ^ (UInt64(bitPattern: Int64(key)) &* 0xD1B5_4A32_D192_ED03)
    }
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// An integer in `range`, by Lemire's multiplication without rejection; the bias is below
  /// `range.count / 2⁶⁴`.
  ///
  /// - Precondition: `range` is not empty.
  public mutating func integer(in range: Range<Int>) -> Int {
    precondition(!range.isEmpty, "an integer in the empty range \(range)")
    let high = next().multipliedFullWidth(by: UInt64(range.count)).high
    return range.lowerBound + Int(high)
  }

  /// A number in [0, 1) with 53 random bits.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A normal deviate of mean 0 and variance 1 (Box and Muller, the cosine branch).
  public mutating func normal() -> Double {
    let radius = (-2 * _log(1 - uniform())).squareRoot()
    return radius * _cos(2 * .pi * uniform())
  }
}
