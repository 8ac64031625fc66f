/// Emphasis by the escape sequences of ANSI terminals, or none.
struct TextStyle {
  var isColored: Bool

  func bold(_ text: String) -> String { sequence("1", text) }
  func dim(_ text: String) -> String { sequence("2", text) }
  /// What the reader should look at first.
  func alert(_ text: String) -> String { sequence("33", text) }

  private func sequence(_ code: String, _ text: String) -> String {
    isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
