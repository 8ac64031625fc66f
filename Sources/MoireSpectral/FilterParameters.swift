/// The `key=value` list of a filter's specification; every key is taken once, none is left.
struct FilterParameters {
  private let filter: String
  private var values: [(key: String, value: String?)] = []

  init(filter: String, list: String?) throws(SpectralError) {
    self.filter = filter
    guard let list else { return }
    for part in list.split(separator: ",", omittingEmptySubsequences: false) {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let key = String(pair[0])
      guard !key.isEmpty, !values.contains(where: { $0.key == key }) else {
        throw invalid(key.isEmpty ? "a parameter is empty" : "\(key) is there twice")
      }
      values.append((key, pair.count > 1 ? String(pair[1]) : nil))
    }
  }

  func invalid(_ reason: String) -> SpectralError {
    .invalidParameter(filter: filter, reason: reason)
  }

  /// A word without a value.
  mutating func flag(_ key: String) throws(SpectralError) -> Bool {
    guard let entry = take(key) else { return false }
    guard entry.value == nil else { throw invalid("\(key) takes no value") }
    return true
  }

  mutating func number(_ key: String) throws(SpectralError) -> Double? {
    guard let entry = take(key) else { return nil }
    guard let value = entry.value.flatMap(Double.init), value.isFinite else {
      throw invalid("\(key) needs a number, got '\(entry.value ?? "")'")
    }
    return value
  }

  mutating func required(_ key: String) throws(SpectralError) -> Double {
    guard let value = try number(key) else { throw invalid("needs \(key)=NUMBER") }
    return value
  }

  mutating func whole(_ key: String) throws(SpectralError) -> Int? {
    guard let entry = take(key) else { return nil }
    guard let value = entry.value.flatMap({ Int($0) }) else {
      throw invalid("\(key) needs a whole number, got '\(entry.value ?? "")'")
    }
    return value
  }

  /// Nil where there is none, `.some(nil)` for the new Nyquist frequency.
  mutating func cutoff() throws(SpectralError) -> Double?? {
    if values.contains(where: { $0.key == "cutoff" && $0.value == "nyquist" }) {
      _ = take("cutoff")
      return .some(nil)
    }
    return try number("cutoff").map { .some($0) }
  }

  /// - Throws: for the first parameter that nobody took.
  func finish() throws(SpectralError) {
    if let rest = values.first { throw invalid("has no parameter '\(rest.key)'") }
  }

  private mutating func take(_ key: String) -> (key: String, value: String?)? {
    values.firstIndex { $0.key == key }.map { values.remove(at: $0) }
  }
}
