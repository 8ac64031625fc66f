import MoireTensors

/// What one cell came to, as it stands in its file.
public struct CellResult: Codable, Sendable, Equatable {
  /// One number.
  public struct Value: Codable, Sendable, Equatable {
    /// What was measured, as `consistency_circular`.
    public var measure: String
    /// Where or under what, as `site 1` or `noise 3`; empty where there is only one.
    public var part: String
    public var value: Double

    public init(_ measure: String, part: String = "", _ value: Double) {
      self.measure = measure
      self.part = part
      self.value = value
    }
  }

  /// The numbers of one kind of measurement.
  public struct Group: Codable, Sendable, Equatable {
    /// The protocol in one line: what was shown, how often, what is counted, the seed.
    public var protocolLine: String
    public var seconds: Double
    public var values: [Value]

    public init(protocolLine: String, seconds: Double, values: [Value]) {
      self.protocolLine = protocolLine
      self.seconds = seconds
      self.values = values
    }
  }

  /// The version of this schema.
  public var schema = 1
  /// The software's.
  public var version: String
  /// How the network was trained, in one line.
  public var plan: String
  public var cell: StudyCell
  public var trainingSeconds: Double
  /// By the names of ``StudyMeasure``.
  public var groups: [String: Group] = [:]

  public init(version: String, plan: String, cell: StudyCell, trainingSeconds: Double) {
    self.version = version
    self.plan = plan
    self.cell = cell
    self.trainingSeconds = trainingSeconds
  }

  /// Training and measuring.
  public var seconds: Double { trainingSeconds + measuringSeconds }

  public var measuringSeconds: Double { groups.values.map(\.seconds).reduce(0, +) }

  /// All numbers, group by group in the order of the names.
  public var values: [Value] { groups.sorted { $0.key < $1.key }.flatMap(\.value.values) }
}
