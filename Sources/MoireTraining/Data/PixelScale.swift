public import MoireImages

/// How pixels from 0 to 255 become a network's input: `(px/divisor − mean)/deviation` for each channel.
public struct PixelScale: Sendable, Hashable {
  public let factor: [Float]
  public let offset: [Float]

  /// The numbers of a preprocessing; its resizing is not used.
  public init(_ preprocessing: Preprocessing) {
    factor = preprocessing.std.map { Float(1 / (preprocessing.divisor * $0)) }
    offset = zip(preprocessing.mean, preprocessing.std).map { Float(-$0 / $1) }
  }

  /// px/255.
  public init(channels: Int) {
    factor = Array(repeating: 1 / 255, count: channels)
    offset = Array(repeating: 0, count: channels)
  }

  func apply(_ values: UnsafeMutableBufferPointer<Float>) {
    let size = values.count / max(factor.count, 1)
    for channel in factor.indices {
      let (a, b) = (factor[channel], offset[channel])
      for index in channel * size..<(channel + 1) * size { values[index] = values[index] * a + b }
    }
  }
}
