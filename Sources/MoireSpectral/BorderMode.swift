internal import CMoire

/// What a filter meets beyond the ends of an axis.
public enum BorderMode: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
  /// 0: a constant comes out darker at the border.
  case zero
  /// `…2 1|0 1 2 … n−1|n−2…`; where the padding exceeds n − 1 it folds again at each end it meets, and
  /// a single sample is repeated.
  case reflect
  /// `…0 0|0 1 … n−1|n−1…`
  case replicate
  /// `…n−2 n−1|0 1 … n−1|0 1…`
  case circular
  /// `…1 0|0 1 … n−1|n−1 n−2…`, folding again as ``reflect`` does.
  case symmetric

  public var description: String { rawValue }

  /// The sample of an axis of `size` that stands at `position`, which may lie anywhere; nil for the 0
  /// of zero padding and for an axis without samples.
  public func source(_ position: Int, size: Int) -> Int? {
    let source = moire_padding_source(position, max(size, 0), native)
    return source < 0 ? nil : source
  }

  var native: moire_padding {
    switch self {
    case .zero: .zero
    case .reflect: .reflect
    case .replicate: .replicate
    case .circular: .circular
    case .symmetric: .symmetric
    }
  }

  init(_ padding: moire_padding) {
    switch padding {
    case .reflect: self = .reflect
    case .replicate: self = .replicate
    case .circular: self = .circular
    case .symmetric: self = .symmetric
    default: self = .zero
    }
  }
}
