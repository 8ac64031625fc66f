/// One number for the vertical and one for the horizontal axis: a size, a stride, a shift.
///
/// `let stride: HW = 2` means 2 on both axes, `[2, 1]` means 2 down and 1 across.
public struct HW: Hashable, Sendable, Codable, CustomStringConvertible,
  ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral
{
  public var height: Int
  public var width: Int

  public init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }

  public init(integerLiteral value: Int) { self.init(value, value) }

  public init(arrayLiteral elements: Int...) {
    precondition(elements.count == 2, "two numbers, height and width, got \(elements)")
    self.init(elements[0], elements[1])
  }

  /// In JSON a pair is the array `[height, width]`.
  public init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    self.init(try container.decode(Int.self), try container.decode(Int.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    try container.encode(height)
    try container.encode(width)
  }

  public var description: String { "\(height)×\(width)" }

  /// height · width.
  public var area: Int { height * width }

  /// Axis by axis.
  public static func * (a: HW, b: HW) -> HW { HW(a.height * b.height, a.width * b.width) }

  /// Axis by axis, towards zero; neither part of `b` is 0.
  public static func / (a: HW, b: HW) -> HW { HW(a.height / b.height, a.width / b.width) }

  /// Axis by axis; neither part of `b` is 0.
  public static func % (a: HW, b: HW) -> HW { HW(a.height % b.height, a.width % b.width) }

  /// Axis by axis.
  public static func + (a: HW, b: HW) -> HW { HW(a.height + b.height, a.width + b.width) }

  /// Whether each part is a multiple of this one's.
  public func divides(_ other: HW) -> Bool { other % self == HW(0, 0) }
}
