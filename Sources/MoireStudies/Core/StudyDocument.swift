import Foundation
import MoireAnalysis
import MoireLayers
import MoireSpectral
import MoireTensors

/// A study's table: for each network, method and augmentation the means over seeds.
public struct StudyDocument: Codable, Sendable, Equatable {
  /// A mean over seeds with its 95 % interval.
  public struct Mean: Codable, Sendable, Equatable {
    public var measure: String
    public var part: String
    public var mean: Double
    /// Student's t over the seeds; nil for one seed.
    public var low, high: Double?
    /// By seed, in their order.
    public var values: [Double]
  }

  /// One network of the table.
  public struct Row: Codable, Sendable, Equatable {
    public var network: String
    public var method: StudyMethod
    public var augmentation: String
    public var seeds: [UInt64]
    public var trainingSeconds: Double
    public var measuringSeconds: Double
    public var means: [Mean]

    /// The mean of a measure; nil where it was not measured.
    public func mean(_ measure: String, part: String = "") -> Mean? {
      means.first { $0.measure == measure && $0.part == part }
    }
  }

  /// The version of this schema; it rises when a key changes its meaning.
  public var schema = 1
  public var study: String
  public var title: String
  public var version: String
  /// Of FFTW and oneDNN.
  public var libraries: [String]
  /// How the networks were trained.
  public var plan: String
  /// What each kind of measurement does, by its name.
  public var protocols: [String: String]
  public var rows: [Row]
  /// How many networks of the study are not in the table: not trained, or not measured yet.
  public var unfinished: Int
  /// Training and measuring, all cells.
  public var seconds: Double

  init(_ study: Study, plan: String, _ results: [CellResult]) {
    self.study = study.name
    title = study.title
    version = MoireVersion.current
    libraries = [
      "FFTW \(SpectralLibrary.fftwVersion)", "oneDNN \(CompiledNetwork.engineVersion)",
    ]
    self.plan = plan
    protocols = [:]
    for measure in StudyMeasure.allCases {
      let lines = results.compactMap { $0.groups[measure.rawValue]?.protocolLine }
      protocols[measure.rawValue] = lines.first
    }
    let results = CorruptionMeasure.addingRelative(results)
    var order: [StudyCell] = []
    for result in results where !order.contains(result.cell.row) { order.append(result.cell.row) }
    rows = order.map { row in StudyDocument.row(results.filter { $0.cell.row == row }) }
    unfinished = study.cells.count - results.count
    seconds = results.map(\.seconds).reduce(0, +)
  }

  private static func row(_ results: [CellResult]) -> Row {
    let cell = results[0].cell
    let count = Double(results.count)
    let means = results[0].values.map { value in
      let values = results.compactMap { result in
        result.values.first { $0.measure == value.measure && $0.part == value.part }?.value
      }
      let interval = SeedInterval(values)
      return Mean(
        measure: value.measure, part: value.part, mean: interval.mean, low: interval.low,
        high: interval.high, values: values)
    }
    return Row(
      network: cell.network, method: cell.method, augmentation: cell.augmentation,
      seeds: results.map(\.cell.seed),
      trainingSeconds: results.map(\.trainingSeconds).reduce(0, +) / count,
      measuringSeconds: results.map(\.measuringSeconds).reduce(0, +) / count, means: means)
  }
}
