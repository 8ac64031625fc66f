/// Text from outside, made fit for a fixed-width table: no control characters, known width.
enum DisplayText {
  /// Control characters, which could drive the terminal or break XML, become "�".
  static func clean(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      let bidirectional =
        (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
      let unfit =
        scalar.properties.generalCategory == .control || bidirectional
        || (0xFFFE...0xFFFF).contains(scalar.value & 0xFFFF)
      result.append(unfit ? "\u{FFFD}" : scalar)
    }
    return String(result)
  }

  /// Columns a terminal needs: two for a wide character of East Asia or a pictograph.
  static func width(_ text: some StringProtocol) -> Int {
    text.reduce(0) { $0 + width($1) }
  }

  static func width(_ character: Character) -> Int {
    guard let value = character.unicodeScalars.first?.value else { return 0 }
    switch value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      return 2
    default:
      return 1
    }
  }

  /// The text itself where it fits, else its beginning, "…" and its end.
  static func shortened(_ text: String, to limit: Int) -> String {
    guard width(text) > limit else { return text }
    guard limit > 1 else { return limit == 1 ? "…" : "" }
    let head = prefix(of: text, width: (limit - 1) / 2)
    let tail = String(
      prefix(of: String(text.reversed()), width: limit - 1 - width(head)).reversed())
    return head + "…" + tail
  }

  /// Lines of at most `limit` columns, broken at spaces where possible; later ones are indented.
  static func wrapped(_ text: String, to limit: Int, indent: Int = 0) -> [String] {
    var lines: [String] = []
    var line = ""
    let margin = String(repeating: " ", count: min(indent, max(0, limit - 1)))
    for word in text.split(separator: " ", omittingEmptySubsequences: true) {
      var rest = String(word)
      let isStart = line == margin || line.isEmpty
      if !isStart, width(line) + 1 + width(rest) > limit {
        lines.append(line)
        line = margin
      } else if !isStart {
        line += " "
      }
      while width(line) + width(rest) > limit, width(rest) > 1 {
        let part = prefix(of: rest, width: max(1, limit - width(line)))
        guard !part.isEmpty else { break }
        lines.append(line + part)
        rest.removeFirst(part.count)
        line = margin
      }
      line += rest
    }
    return lines + [line]
  }

  private static func prefix(of text: String, width limit: Int) -> String {
    var result = ""
    var used = 0
    for character in text {
      used += width(character)
      guard used <= limit else { break }
      result.append(character)
    }
    return result
  }
}
