internal import CMoire

/// How a line goes on beyond its ends; `1234` by two samples.
public enum BorderExtension: Hashable, Sendable {
  /// `00|1234|00`
  case zero
  /// `32|1234|32`, folded as often as it takes.
  case reflect
  /// `11|1234|44`
  case replicate
  /// `34|1234|12`
  case circular
  /// `21|1234|43`
  case symmetric

  var native: moire_extension {
    switch self {
    case .zero: .zero
    case .reflect: .reflect
    case .replicate: .replicate
    case .circular: .circular
    case .symmetric: .symmetric
    }
  }
}
