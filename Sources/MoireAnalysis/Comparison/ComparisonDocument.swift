/// Results side by side, as they stand in `compare.json`: keys in snake case, fractions 0…1.
///
/// The first file is what the others are compared with.
public struct ComparisonDocument: Codable, Sendable, Equatable {
  /// The version of this schema; it rises when a key changes its meaning.
  public var schema = 1
  public var moire: String
  /// Which command wrote the files.
  public var kind: ComparedResult.Kind
  public var files: [File]
  public var images, labelled: Int
  public var preprocessing: AuditDocument.PreprocessingSummary
  /// The lines of the protocols that all files have.
  public var protocolLines: [String]
  /// How the intervals of the differences were made.
  public var intervals: String
  public var places: [Place]
  /// What the reader should know.
  public var remarks: [String]

  /// One of the files.
  public struct File: Codable, Sendable, Equatable {
    public var file: String
    public var network: AuditDocument.NetworkSummary
  }

  /// What a place is.
  public enum Group: String, Codable, Sendable, CaseIterable {
    case network, site, activation, `protocol`, series
  }

  /// A place with its numbers in every file.
  public struct Place: Codable, Sendable, Equatable {
    public var group: Group
    public var name: String
    /// What it is called in each file; nil where a file does not have it.
    public var names: [String?]
    /// What is there in each file.
    public var facts: [String?]
    public var metrics: [Metric]

    /// Whether every file has it.
    public var isCommon: Bool { names.allSatisfy { $0 != nil } }
  }

  /// One number in every file; lists have one entry a file, nil where there is none.
  public struct Metric: Codable, Sendable, Equatable {
    public var name: String
    public var values: [Double?]
    /// The 95 % intervals that the files give.
    public var low, high: [Double?]
    /// Against the first file: one for each later file.
    public var differences: [Difference?]
  }

  /// A later file's number minus that of the first file.
  public struct Difference: Codable, Sendable, Equatable {
    public var difference: Double
    /// 95 %; nil where there is none to be had.
    public var low, high: Double?
    /// `paired-bootstrap` or `newcombe`.
    public var interval: String?
  }
}
