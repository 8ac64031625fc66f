public import MoireTensors

extension Preprocessing {
  /// A preprocessing from the text of a command line option.
  ///
  /// The text is the name of a ``Preset``, or fields `key=value` with spaces between them, or a name
  /// and fields that change it:
  ///
  ///     imagenet
  ///     mean=0.5,0.5,0.5 std=0.5,0.5,0.5
  ///     tf resize=300
  ///
  /// The keys are `mean` and `std` (one number, or one a channel with commas between them, on values
  /// px/`divisor`), `divisor` (255), `resize` (the shorter side, or `none`). Fields alone start from
  /// the preset `none`.
  ///
  /// - Parameters:
  ///   - text: the option's text.
  ///   - crop: the input size of the network.
  ///   - channels: 1 or 3.
  /// - Throws: ``ImageError/preprocessing(what:reason:)`` that names the word at fault.
  public init(parsing text: String, crop: HW, channels: Int = 3) throws {
    var words = text.split(whereSeparator: \.isWhitespace).map(String.init)
    var preset = Preset.none
    if let first = words.first, !first.contains("=") {
      guard let named = Preset(rawValue: first) else { throw Preprocessing.unknown(first) }
      preset = named
      words.removeFirst()
    } else if words.isEmpty {
      throw Preprocessing.unknown(text)
    }
    let base = try Preprocessing(preset, crop: crop, channels: channels)
    let fields = try Fields(words)
    guard !words.isEmpty else {
      self = base
      return
    }
    let keepsNumbers = fields.mean == nil && fields.std == nil && fields.divisor == nil
    try self.init(
      crop: crop, channels: channels, resize: fields.resize ?? base.resize,
      divisor: fields.divisor ?? base.divisor,
      mean: fields.mean.map { Preprocessing.spread($0, channels) } ?? base.mean,
      std: fields.std.map { Preprocessing.spread($0, channels) } ?? base.std,
      preset: keepsNumbers ? preset.rawValue : "custom")
  }

  /// The values of the fields that the text has; a resize of `none` is there and nil.
  private struct Fields {
    var mean: [Double]?
    var std: [Double]?
    var divisor: Double?
    var resize: Int??

    init(_ words: [String]) throws {
      var seen: Set<String> = []
      for word in words {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
          throw ImageError.preprocessing(what: word, reason: "need a field key=value")
        }
        let (key, value) = (String(parts[0]), String(parts[1]))
        guard seen.insert(key).inserted else {
          throw ImageError.preprocessing(what: word, reason: "'\(key)' stands there twice")
        }
        try set(key, value, word: word)
      }
    }

    private mutating func set(_ key: String, _ value: String, word: String) throws {
      switch key {
      case "mean": mean = try Preprocessing.numbers(value, word: word)
      case "std": std = try Preprocessing.numbers(value, word: word)
      case "divisor":
        guard let number = Double(value) else {
          throw ImageError.preprocessing(what: word, reason: "'\(value)' is not a number")
        }
        divisor = number
      case "resize":
        guard value == "none" || Int(value) != nil else {
          throw ImageError.preprocessing(
            what: word, reason: "need the pixels of the shorter side, or none")
        }
        resize = .some(Int(value))
      default:
        throw ImageError.preprocessing(
          what: word, reason: "unknown field '\(key)', need mean, std, divisor or resize")
      }
    }
  }

  private static func numbers(_ text: String, word: String) throws -> [Double] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map {
      guard let number = Double($0) else {
        throw ImageError.preprocessing(
          what: word, reason: "'\($0)' is not a number; write numbers as 0.5,0.5,0.5")
      }
      return number
    }
  }

  private static func spread(_ numbers: [Double], _ channels: Int) -> [Double] {
    numbers.count == 1 ? Array(repeating: numbers[0], count: channels) : numbers
  }

  private static func unknown(_ name: String) -> ImageError {
    let names = Preset.allCases.map(\.rawValue).joined(separator: ", ")
    return .preprocessing(
      what: name, reason: "need one of \(names), or fields such as mean=0.5,0.5,0.5 std=0.5,0.5,0.5"
    )
  }
}
