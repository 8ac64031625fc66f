import MoireTensors

/// Before and after: result files of one kind, place by place and metric by metric.
///
/// Networks may differ in weights and sites, which is what a comparison is for; version, images,
/// preprocessing, settings, protocols and the shapes of input and answer must be the same.
public struct Comparison: Sendable {
  public let document: ComparisonDocument

  /// - Parameter results: two or more; the first is what the others are compared with.
  /// - Throws: ``ComparisonError`` that names what differs.
  /// - Precondition: there are two results or more.
  public init(_ results: [ComparedResult]) throws {
    precondition(results.count > 1, "a comparison takes two results or more")
    let first = results[0]
    for result in results.dropFirst() { try Comparison.check(result, against: first) }
    let places = Comparison.places(of: results)
    for (index, result) in results.enumerated().dropFirst() {
      let isShared = places.contains { place in
        place.group != .network && place.metrics.contains { $0.differences[index - 1] != nil }
      }
      guard isShared else {
        throw ComparisonError.nothingInCommon(first: first.file, file: result.file)
      }
    }
    let common = first.protocols.filter { item in
      results.allSatisfy { $0.protocols.contains { $0.name == item.name } }
    }
    document = ComparisonDocument(
      moire: first.versions.moire, kind: first.kind,
      files: results.map { ComparisonDocument.File(file: $0.file, network: $0.network) },
      images: first.read, labelled: first.labelled, preprocessing: first.preprocessing,
      protocolLines: common.map(\.line), intervals: Comparison.intervals, places: places,
      remarks: Comparison.remarks(results))
  }

  private static let intervals =
    "95 % of the difference: percentiles of \(Interval.resamples) bootstrap resamples of whole images, "
    + "paired, where the files have the number of every image; else Newcombe's interval from those "
    + "of the files, which takes them as independent, so too wide for runs on the same images"

  // MARK: What must be the same

  private static func check(_ result: ComparedResult, against first: ComparedResult) throws {
    func same(_ what: String, _ value: (ComparedResult) -> String) throws {
      let (a, b) = (value(first), value(result))
      guard a == b else {
        throw ComparisonError.different(
          what: what, first: first.file, firstValue: a, file: result.file, value: b)
      }
    }
    try same("the kind of document is") { $0.kind.rawValue }
    try same("the schema is") { "\($0.schema)" }
    try same("the version of Moire is") { $0.versions.moire }
    try same("the input is") { text($0.network.inputShape) }
    try same("the answer is") { text($0.network.outputShape) }
    try same("the preprocessing is") { $0.preprocessing.description }
    try same("the number of images is") { "\($0.read)" }
    try same("the number of labelled images is") { "\($0.labelled)" }
    try same("the images left out are") { $0.skipped.joined(separator: ", ") }
    if let a = first.images, let b = result.images {
      for (a, b) in zip(a, b) where a != b {
        throw ComparisonError.different(
          what: "an image is", first: first.file, firstValue: a, file: result.file, value: b)
      }
    }
    for (a, b) in zip(first.settings, result.settings) where a.value != b.value {
      throw ComparisonError.different(
        what: "\(a.name) is", first: first.file, firstValue: a.value, file: result.file,
        value: b.value)
    }
    for item in result.protocols {
      guard let other = first.protocols.first(where: { $0.name == item.name }),
        other.line != item.line
      else { continue }
      throw ComparisonError.different(
        what: "protocol \(item.name) is", first: first.file, firstValue: other.line,
        file: result.file, value: item.line)
    }
  }

  private static func text(_ shape: [Int]) -> String {
    shape.map(String.init).joined(separator: "×")
  }

  // MARK: Places

  private static func places(of results: [ComparedResult]) -> [ComparisonDocument.Place] {
    var order: [Key] = []
    var found: [Key: [ComparedResult.Place?]] = [:]
    for (index, result) in results.enumerated() {
      for place in result.places {
        let key = Key(place, of: result, among: results)
        if found[key] == nil {
          order.append(key)
          found[key] = Array(repeating: nil, count: results.count)
        }
        found[key]?[index] = place
      }
    }
    let rank = { (key: Key) in ComparisonDocument.Group.allCases.firstIndex(of: key.group)! }
    // Sorting keeps the order inside a group.
    return order.enumerated().sorted {
      (rank($0.element), $0.offset) < (rank($1.element), $1.offset)
    }
    .map { place($0.element, found[$0.element] ?? []) }
    .filter { !$0.metrics.isEmpty }
  }

  /// What places are matched by.
  private struct Key: Hashable {
    let group: ComparisonDocument.Group
    let name: String

    /// A layer that was put behind a site has the site's path with a word at its end.
    init(_ place: ComparedResult.Place, of result: ComparedResult, among all: [ComparedResult]) {
      group = place.group
      let exists = { (name: String, result: ComparedResult) in
        result.places.contains { $0.group == place.group && $0.name == name }
      }
      guard place.group == .site,
        let suffix = [".blur", ".ideal", ".polyphase"].first(where: place.name.hasSuffix)
      else {
        name = place.name
        return
      }
      let bare = String(place.name.dropLast(suffix.count))
      let isReplaced = !exists(bare, result) && all.contains { exists(bare, $0) }
      name = isReplaced ? bare : place.name
    }
  }

  private static func place(
    _ key: Key, _ places: [ComparedResult.Place?]
  ) -> ComparisonDocument.Place {
    var names: [String] = []
    for name in places.flatMap({ $0?.numbers ?? [] }).map(\.name) where !names.contains(name) {
      names.append(name)
    }
    return ComparisonDocument.Place(
      group: key.group, name: key.name, names: places.map { $0?.name },
      facts: places.map { $0?.facts },
      metrics: names.map { name in
        let numbers = places.map { place in place?.numbers.first { $0.name == name } }
        return ComparisonDocument.Metric(
          name: name, values: numbers.map { $0?.value }, low: numbers.map { $0?.low },
          high: numbers.map { $0?.high },
          differences: numbers.dropFirst().map { later in
            guard let first = numbers[0], let later else { return nil }
            return ComparisonDocument.Difference(from: first, to: later)
          })
      })
  }

  // MARK: Remarks

  private static func remarks(_ results: [ComparedResult]) -> [String] {
    let first = results[0]
    return results.dropFirst().flatMap { result -> [String] in
      var remarks: [String] = []
      if result.versions != first.versions {
        remarks.append(
          "\(result.file) was made with oneDNN \(result.versions.onednn) and FFTW "
            + "\(result.versions.fftw), \(first.file) with \(first.versions.onednn) and "
            + first.versions.fftw)
      }
      if result.images == nil {
        remarks.append(
          "\(result.file): the file does not name its images; that they are those of \(first.file) is "
            + "known by their number only")
      }
      return remarks
    }
  }
}
