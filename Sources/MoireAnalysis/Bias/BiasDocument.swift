/// What `moire bias` says, as it stands in `bias.json`: keys in snake case, lengths in fractions of the
/// picture.
public struct BiasDocument: Codable, Sendable, Equatable {
  /// The version of this schema; it rises when a key changes its meaning.
  public var schema = 1
  public var versions: Versions
  public var boxes: Int
  /// The least number of boxes of a class that is tested.
  public var least: Int
  /// What a probability must stay below for a class to count as non-uniform.
  public var level: Double
  /// What the numbers mean, in words.
  public var protocolLine: String
  /// How many classes are non-uniform.
  public var position, size, place: Count
  /// By name.
  public var classes: [Class]
  public var remarks: [String]

  public struct Versions: Codable, Sendable, Equatable {
    public var moire: String
  }

  /// How many classes are non-uniform in one way.
  public struct Count: Codable, Sendable, Equatable {
    public var classes: Int
    /// Below the level.
    public var nonUniform: Int
    /// Below the level divided by the number of classes (Bonferroni).
    public var surely: Int

    init(_ probabilities: [Double?], _ level: Double) {
      let known = probabilities.compactMap { $0 }
      classes = known.count
      nonUniform = known.count { $0 < level }
      surely = known.count { $0 < level / Double(max(1, known.count)) }
    }
  }

  /// One class.
  public struct Class: Codable, Sendable, Equatable {
    public var name: String
    public var boxes: Int
    /// Of the boxes' centres and heights.
    public var meanX, meanY, meanHeight: Double
    public var centreX, centreY, height: UniformityTest
    /// Of boxes narrower (lower) than their picture; nil where all fill it.
    public var placeX, placeY: UniformityTest?
    /// The probability of both centres, of the height, of both places: of two, the smaller one twice.
    public var position, size: Double
    public var place: Double?

    init(name: String, _ boxes: [BoxTable.Box]) {
      self.name = name
      self.boxes = boxes.count
      let x = boxes.map { ($0.left + $0.right) / 2 }
      let y = boxes.map { ($0.top + $0.bottom) / 2 }
      let heights = boxes.map { $0.bottom - $0.top }
      let mean = { (values: [Double]) in values.reduce(0, +) / Double(values.count) }
      (meanX, meanY, meanHeight) = (mean(x), mean(y), mean(heights))
      let none = UniformityTest(count: 0, distance: 0, probability: 1)
      let test = { (values: [Double]) in UniformityTest(values) ?? none }
      (centreX, centreY, height) = (test(x), test(y), test(heights))
      placeX = UniformityTest(
        boxes.filter { $0.right - $0.left < 1 }.map { $0.left / (1 - ($0.right - $0.left)) })
      placeY = UniformityTest(
        boxes.filter { $0.bottom - $0.top < 1 }.map { $0.top / (1 - ($0.bottom - $0.top)) })
      position = Class.both([centreX.probability, centreY.probability])
      size = height.probability
      let places = [placeX, placeY].compactMap { $0?.probability }
      place = places.isEmpty ? nil : Class.both(places)
    }

    private static func both(_ probabilities: [Double]) -> Double {
      min(1, Double(probabilities.count) * (probabilities.min() ?? 1))
    }
  }
}
