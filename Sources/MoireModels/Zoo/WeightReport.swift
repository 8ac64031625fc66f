/// What of a file of weights a network took.
public struct WeightReport: Sendable, Hashable {
  /// A parameter whose tensor has another shape.
  public struct Mismatch: Sendable, Hashable {
    public let name: String
    public let expected: [Int]
    public let found: [Int]
  }

  /// Parameters loaded, in the order of the network.
  public internal(set) var matched: [String] = []
  /// Parameters that the file does not have.
  public internal(set) var missing: [String] = []
  /// Parameters of another shape than the file's tensor.
  public internal(set) var mismatched: [Mismatch] = []
  /// Tensors of the file that the network did not ask for, without counters of batches seen
  /// (`num_batches_tracked`), which no network needs.
  public internal(set) var unused: [String] = []

  /// One sentence for what keeps the weights from fitting, or nil.
  func problem(allowingMissing: Bool) -> String? {
    if let first = mismatched.first {
      return "'\(first.name)' has shape \(first.found), need \(first.expected)"
        + Self.others(mismatched.count - 1)
    }
    guard let first = missing.first, !allowingMissing else { return nil }
    let hint = unused.first.map { ", unused is '\($0)'" } ?? ""
    return "'\(first)' is missing\(hint)" + Self.others(missing.count - 1)
  }

  private static func others(_ count: Int) -> String {
    count == 0 ? "" : " (and \(count) more parameter\(count == 1 ? "" : "s"))"
  }
}
