public import MoireTensors

/// A way to move images and to compare the answers.
///
/// For each pass a pair of independent shifts (a, b) is drawn, shared by ``batchSize`` images in a row,
/// and a third image is taken at a + (1, 1): the independent pair gives the consistency, the
/// neighbours give P(top-1 change) and MAC. An image shifted by d is x_d(n) = x(n + d).
///
/// Sources: Zhang (2019) for crops, Chaman & Dokmanić (2021) for circular shifts, Azulay & Weiss (2019)
/// for the neighbours. Their ranges at 224 pixels, ±32 and 0…31, are N/7 here.
public struct ShiftProtocol: Sendable, Equatable {
  public enum Kind: String, Sendable {
    /// The image is rolled: what leaves on one side enters on the other.
    case circular
    /// A crop moves over a larger image: all pixels are real, the content at the border changes.
    case crop
  }

  public let kind: Kind
  /// Shifts are drawn from this range on both axes.
  public let range: Range<Int>
  public let passes: Int
  public let seed: UInt64
  /// The images in a row that share a pair of shifts.
  public static let batchSize = 8

  /// What its answers are asked for.
  static let measures: [ShiftTrial.Measure] = [
    .consistency, .change, .mac, .accuracy, .worstAccuracy, .logitVariance,
  ]

  /// Circular shifts in −m ..< m, m = ⌊size/7⌋ of the shorter side but at least 1.
  public static func circular(size: HW, passes: Int, seed: UInt64) -> ShiftProtocol {
    let margin = max(1, min(size.height, size.width) / 7)
    return ShiftProtocol(kind: .circular, range: -margin..<margin, passes: passes, seed: seed)
  }

  /// Crops at offsets 0 ..< margin of an image that is `margin` larger than the crop.
  public static func crop(margin: Int, passes: Int, seed: UInt64) -> ShiftProtocol {
    ShiftProtocol(kind: .crop, range: 0..<max(1, margin), passes: passes, seed: seed)
  }

  /// The three shifts of a pass.
  public struct Pass: Sendable, Equatable {
    public let first, second: HW
    /// One pixel diagonally beside the first.
    public var neighbour: HW { HW(first.height + 1, first.width + 1) }

    public init(first: HW, second: HW) {
      self.first = first
      self.second = second
    }
  }

  /// The passes of image `index`; they depend on nothing but seed, protocol and index.
  public func passes(ofImage index: Int) -> [Pass] {
    (0..<passes).map { pass in
      let key = kind == .circular ? 1 : 2
      var generator = SeededGenerator(
        seed: seed, key, pass, index / ShiftProtocol.batchSize)
      func shift() -> HW { HW(generator.integer(in: range), generator.integer(in: range)) }
      return Pass(first: shift(), second: shift())
    }
  }

  /// The views of image `index`, three for each pass.
  func views(ofImage index: Int, size: HW) -> [ImageView] {
    passes(ofImage: index).flatMap { [$0.first, $0.second, $0.neighbour] }
      .map { view(at: $0, size: size) }
  }

  /// The picture of an input of `size` at a shift.
  public func view(at shift: HW, size: HW) -> ImageView {
    switch kind {
    case .circular: .rolled(by: shift, size: size)
    case .crop: .crop(shift)
    }
  }

  /// The image of an input at a shift, or nil when the input cannot give one.
  public func image(of input: AuditInput, at shift: HW) -> Tensor? {
    let size = HW(input.tensor.shape[2], input.tensor.shape[3])
    return try? ViewMaker(input).tensor(view(at: shift, size: size))
  }

  /// The protocol in one line, printed beside every number it gives.
  public var line: String {
    let shifts = "shifts in {\(range.lowerBound)…\(range.upperBound - 1)}²"
    let what =
      switch kind {
      case .circular: "circular: image rolled, \(shifts)"
      case .crop: "crop: window moved over real pixels, offsets in {0…\(range.upperBound - 1)}²"
      }
    return what
      + "; \(passes) passes, each a pair of independent shifts shared by \(Self.batchSize) images"
      + " (consistency: equal argmax; logit variance over all \(2 * passes)) and a 1-pixel diagonal"
      + " neighbour (P(top-1 change), MAC); seed \(seed)"
  }
}
