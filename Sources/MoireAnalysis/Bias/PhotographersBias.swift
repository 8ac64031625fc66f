import MoireTensors

/// Photographer's bias (Azulay & Weiss 2019): whether the objects of a class stand anywhere in their
/// pictures, and are of any size.
///
/// Of each class three numbers are tested for uniformity, as the paper does: the centre of the box along
/// x and along y, and its height, in fractions of the picture. Large objects have their centres near the
/// middle whoever takes the picture, so the *place* is tested besides: left / (1 − width) and
/// top / (1 − height), uniform in 0 … 1 for an object put anywhere it fits.
public enum PhotographersBias {
  public struct Options: Sendable {
    /// Classes with fewer boxes are left out.
    public var least: Int
    /// What a probability must stay below.
    public var level: Double

    public init(least: Int = 5, level: Double = 0.001) {
      (self.least, self.level) = (max(1, least), level)
    }
  }

  /// Tests every class.
  ///
  /// Cost a class of n boxes: n log n, and O(n³) below 140 boxes where a probability is no tail.
  /// - Throws: ``BiasError/few(least:most:)`` where no class has boxes enough.
  public static func test(
    _ table: BoxTable, options: Options = Options(), remarks: [String] = []
  ) throws(BiasError) -> BiasDocument {
    let classes = Dictionary(grouping: table.boxes, by: \.name)
    let kept = classes.filter { $0.value.count >= options.least }
    guard !kept.isEmpty else {
      throw BiasError.few(
        least: options.least, most: classes.values.map(\.count).max() ?? 0)
    }
    let readings = kept.map { BiasDocument.Class(name: $0.key, $0.value) }
      .sorted { $0.name < $1.name }
    let few = classes.count - kept.count
    return BiasDocument(
      versions: BiasDocument.Versions(moire: MoireVersion.current), boxes: table.boxes.count,
      least: options.least, level: options.level, protocolLine: meaning(options),
      position: .init(readings.map(\.position), options.level),
      size: .init(readings.map(\.size), options.level),
      place: .init(readings.map(\.place), options.level), classes: readings,
      remarks: remarks
        + (few > 0 ? ["\(few) classes with fewer than \(options.least) boxes are left out"] : []))
  }

  private static func meaning(_ options: Options) -> String {
    "Kolmogorov–Smirnov tests of each class against uniform values in 0 … 1: the box's centre x and y"
      + " (position), its height (size), and left / (1 − width), top / (1 − height) (place, which an"
      + " object's size does not bound); of two axes the smaller probability counts twice; a class is"
      + " non-uniform below \(options.level), surely so below that divided by the number of classes"
  }
}
