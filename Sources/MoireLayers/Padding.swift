/// Rows and columns added around a map; the sides may differ.
public struct Padding: Hashable, Sendable, CustomStringConvertible, ExpressibleByIntegerLiteral {
  public var top, left, bottom, right: Int

  public init(top: Int = 0, left: Int = 0, bottom: Int = 0, right: Int = 0) {
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
  }

  /// The same number on all four sides.
  public init(integerLiteral value: Int) {
    self.init(top: value, left: value, bottom: value, right: value)
  }

  /// Whether nothing is added anywhere.
  public var isZero: Bool { top == 0 && left == 0 && bottom == 0 && right == 0 }

  public var description: String { "\(top),\(left),\(bottom),\(right)" }

  /// The padding that adds `other` outside of this one.
  public static func + (a: Padding, b: Padding) -> Padding {
    Padding(
      top: a.top + b.top, left: a.left + b.left, bottom: a.bottom + b.bottom,
      right: a.right + b.right)
  }
}

/// What stands in padded rows and columns, shown for a pad of 2.
public enum PaddingMode: Hashable, Sendable {
  /// `1234` → `cc|1234|cc`.
  case constant(Float)
  /// `1234` → `32|1234|32`; a pad beyond the map folds again and again.
  case reflect
  /// `1234` → `11|1234|44`.
  case replicate
  /// `1234` → `34|1234|12`.
  case circular
}
