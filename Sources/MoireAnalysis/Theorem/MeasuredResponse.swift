public import MoireTensors

/// The gain of a filter as someone measured or designed it, real and of zero phase.
///
/// Frequencies are in cycles per sample of the map that the filter stands behind, so one response
/// serves maps of any size.
public struct MeasuredResponse: Sendable, Hashable {
  /// Where the gains are known.
  enum Samples: Sendable, Hashable {
    /// At ascending |f| of one axis; the filter is the product over both axes.
    case line(frequencies: [Double], gains: [Double])
    /// At the bins of a DFT of this size, row by row, zero frequency first.
    case grid(HW, gains: [Double])
  }

  /// What the filter is called in tables.
  public let name: String
  let samples: Samples

  /// A separable filter, H(f_h) H(f_w): straight lines between the given frequencies, the first and
  /// the last gain beyond them.
  ///
  /// - Parameters:
  ///   - frequencies: 0 … ½ cycles per sample, ascending, at least one.
  ///   - gains: linear, one for each.
  /// - Throws: ``TheoremError/response(path:reason:)``, with the name in the place of the path.
  public init(name: String, frequencies: [Double], gains: [Double]) throws {
    guard !frequencies.isEmpty, frequencies.count == gains.count else {
      throw TheoremError.response(
        path: name,
        reason: "\(frequencies.count) frequencies and \(gains.count) gains, need as many of both")
    }
    for index in frequencies.indices {
      let frequency = frequencies[index]
      guard (0...0.5).contains(frequency), index == 0 || frequency > frequencies[index - 1] else {
        throw TheoremError.response(
          path: name,
          reason: "frequency \(frequency) stands at place \(index + 1), need ascending cycles per"
            + " sample from 0 to 0.5")
      }
      guard gains[index].isFinite else {
        throw TheoremError.response(
          path: name, reason: "the gain at \(frequency) is \(gains[index]), need finite numbers")
      }
    }
    self.name = name
    samples = .line(frequencies: frequencies, gains: gains)
  }

  /// A filter of the plane by its gains at the bins k of a DFT, f = k / size, zero frequency first;
  /// between the bins the gain is bilinear.
  ///
  /// - Parameter gains: `[height][width]`, with H(−f) = H(f) as real filters have it.
  /// - Throws: ``TheoremError/response(path:reason:)``, with the name in the place of the path.
  public init(name: String, size: HW, gains: [Double]) throws {
    guard min(size.height, size.width) > 0, gains.count == size.area else {
      throw TheoremError.response(
        path: name, reason: "\(gains.count) gains do not fill a grid of \(size)")
    }
    let largest = gains.reduce(0) { max($0, abs($1)) }
    for row in 0..<size.height {
      for column in 0..<size.width {
        let mirrored =
          (size.height - row) % size.height * size.width + (size.width - column) % size.width
        let gain = gains[row * size.width + column]
        guard gain.isFinite else {
          throw TheoremError.response(
            path: name, reason: "the gain at (\(row), \(column)) is \(gain), need finite numbers")
        }
        // Gains of single precision may differ by their rounding.
        guard abs(gain - gains[mirrored]) <= 1e-5 * largest else {
          throw TheoremError.response(
            path: name,
            reason: "the gains at (\(row), \(column)) and its negative frequency are \(gain) and"
              + " \(gains[mirrored]), need an even response with zero frequency first")
        }
      }
    }
    self.name = name
    samples = .grid(size, gains: gains)
  }

  /// The gain at every bin of a map, `[height][width]` row by row.
  public func plane(size: HW) -> [Double] {
    switch samples {
    case .line:
      let (rows, columns) = (axis(size.height), axis(size.width))
      return rows.flatMap { row in columns.map { row * $0 } }
    case .grid(let grid, let gains):
      let rows = (0..<size.height).map { Self.place($0, of: size.height, in: grid.height) }
      let columns = (0..<size.width).map { Self.place($0, of: size.width, in: grid.width) }
      return rows.flatMap { row in
        columns.map { column in
          func gain(_ row: Int) -> Double {
            let line = row * grid.width
            return gains[line + column.first] * (1 - column.share)
              + gains[line + column.second] * column.share
          }
          return gain(row.first) * (1 - row.share) + gain(row.second) * row.share
        }
      }
    }
  }

  /// Between which bins of the grid a bin of the map lies, and how far from the first to the second.
  private static func place(
    _ bin: Int, of size: Int, in grid: Int
  ) -> (first: Int, second: Int, share: Double) {
    let (first, rest) = (bin * grid).quotientAndRemainder(dividingBy: size)
    return (first, (first + 1) % grid, Double(rest) / Double(size))
  }

  private func axis(_ size: Int) -> [Double] {
    guard case .line(let frequencies, let gains) = samples else { return [] }
    return (0..<size).map { bin in
      let frequency = Double(min(bin, size - bin)) / Double(size)
      guard let next = frequencies.firstIndex(where: { $0 >= frequency }) else {
        return gains[gains.count - 1]
      }
      guard next > 0, frequencies[next] > frequency else { return gains[next] }
      let share = (frequency - frequencies[next - 1]) / (frequencies[next] - frequencies[next - 1])
      return gains[next - 1] + share * (gains[next] - gains[next - 1])
    }
  }
}
