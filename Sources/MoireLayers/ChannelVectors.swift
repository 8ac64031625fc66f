import CLayers
public import MoireTensors

/// The map of one image kept in memory, with the length of the channel vector at each of its points.
///
/// Memory: the channels in whole blocks, 4 bytes a value, and 8 bytes a point.
public struct ChannelVectors: Sendable {
  /// Points of an axis of two maps that belong together.
  public struct Pair: Sendable, Equatable {
    /// In the other map, and in this one.
    public var other, own: Int
    public var weight: Double

    public init(other: Int, own: Int, weight: Double) {
      self.other = other
      self.own = own
      self.weight = weight
    }
  }

  public let size: HW
  private let channels: Int
  private let values: [Float]
  private let lengths: [Double]

  /// Copies the map of one image; nil when a value is not finite.
  ///
  /// - Precondition: the map is that of one image.
  public init?(_ map: DenseMap) {
    precondition(map.images == 1, "a map of \(map.images) images; need 1")
    guard let lengths = map.lengths() else { return nil }
    size = map.size
    channels = map.channels
    values = Array(UnsafeBufferPointer(start: map.base, count: map.paddedCount))
    self.lengths = lengths
  }

  /// How much memory a map needs here.
  public static func bytes(channels: Int, size: HW) -> Int {
    let block = Program.blockSize
    return (channels + block - 1) / block * block * size.area * MemoryLayout<Float>.size
      + size.area * MemoryLayout<Double>.size
  }

  /// For each choice of points Σ w(rows) w(columns) (1 − cos ∠(other, own)) over pairs of rows and
  /// columns, the angle between the channel vectors at both points.
  ///
  /// The distance is 0 between two zero vectors and 1 between a zero vector and another one; cost:
  /// one product for each channel and pair of points.
  /// - Returns: nil when a value of `other` is not finite.
  /// - Precondition: both maps have one shape, and the points lie inside.
  public func distances(
    to other: DenseMap, _ choices: [(rows: [Pair], columns: [Pair])]
  ) -> [Double]? {
    precondition(
      other.images == 1 && other.size == size && other.channels == channels,
      "a map of \(other.channels) channels, \(other.size); need \(channels), \(size)")
    for choice in choices {
      for (pairs, count) in [(choice.rows, size.height), (choice.columns, size.width)] {
        let range = 0..<count
        precondition(pairs.allSatisfy { range.contains($0.other) && range.contains($0.own) })
      }
    }
    guard let otherLengths = other.lengths() else { return nil }
    return values.withUnsafeBufferPointer { values in
      lengths.withUnsafeBufferPointer { lengths in
        otherLengths.withUnsafeBufferPointer { otherLengths in
          var own = vectors(values.baseAddress!, lengths.baseAddress!)
          var shifted = vectors(other.base, otherLengths.baseAddress!)
          return choices.map { choice in
            let (rows, columns) = (choice.rows.map(\.raw), choice.columns.map(\.raw))
            return cl_cosine_distance(
              &shifted, &own, rows, Int64(rows.count), columns, Int64(columns.count))
          }
        }
      }
    }
  }

  private func vectors(
    _ data: UnsafePointer<Float>, _ lengths: UnsafePointer<Double>
  ) -> cl_vectors {
    let block = Program.blockSize
    return cl_vectors(
      data: data, lengths: lengths, blocks: Int64((channels + block - 1) / block),
      height: Int64(size.height), width: Int64(size.width), inner: Int64(block))
  }
}

extension ChannelVectors.Pair {
  fileprivate var raw: cl_point_pair {
    cl_point_pair(a: Int64(other), b: Int64(own), weight: weight)
  }
}

extension DenseMap {
  fileprivate var blocks: Int { (channels + blockSize - 1) / blockSize }

  /// The number of floats with those behind the last channel.
  fileprivate var paddedCount: Int { blocks * blockSize * size.area }

  /// Of the channel vectors; nil when one is not finite.
  fileprivate func lengths() -> [Double]? {
    var lengths = [Double](repeating: 0, count: size.area)
    cl_lengths(base, Int64(blocks), Int64(size.area), Int64(blockSize), &lengths)
    // No sum of squares of floats overflows in double.
    return lengths.allSatisfy(\.isFinite) ? lengths : nil
  }
}
