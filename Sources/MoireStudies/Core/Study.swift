import MoireTensors

/// A study of the literature on data at hand: which networks are trained and what is measured of them.
public struct Study: Sendable {
  public let name: String
  /// What it reproduces, in one line.
  public let title: String
  public let cells: [StudyCell]
  public let measures: [StudyMeasure]
  /// How many training images a full run uses.
  public let trainingImages: Int

  /// What is measured of a cell: generation of the networks that give images, else ``measures``.
  func measures(of cell: StudyCell) -> [StudyMeasure] {
    cell.givesImages ? [.generation] : measures
  }

  public init(
    name: String, title: String, cells: [StudyCell], measures: [StudyMeasure],
    trainingImages: Int = 20_000
  ) {
    self.name = name
    self.title = title
    self.cells = cells
    self.measures = measures
    self.trainingImages = trainingImages
  }

  /// The study of some of its networks and methods only; its other cells can be run later in the same
  /// folder.
  ///
  /// - Parameters: names as they stand in ``cells``; nil for all.
  /// - Throws: ``StudyError/plan(option:reason:)`` for a name that the study does not have, and when
  ///   nothing is left.
  public func only(networks: [String]?, methods: [String]?) throws -> Study {
    try Self.check("--networks", networks, has: cells.map(\.network))
    try Self.check("--methods", methods, has: cells.map(\.method.rawValue))
    let chosen = cells.filter {
      networks?.contains($0.network) ?? true && methods?.contains($0.method.rawValue) ?? true
    }
    guard !chosen.isEmpty else {
      throw StudyError.plan(
        option: "--networks, --methods",
        reason: "none of the networks that are asked for is in \(name) with one of the methods")
    }
    return Study(
      name: name, title: title, cells: chosen, measures: measures, trainingImages: trainingImages)
  }

  private static func check(_ option: String, _ names: [String]?, has all: [String]) throws {
    guard let unknown = names?.first(where: { !all.contains($0) }) else { return }
    var known: [String] = []
    for name in all where !known.contains(name) { known.append(name) }
    throw StudyError.plan(
      option: "\(option) \(unknown)", reason: "need some of \(known.joined(separator: ", "))")
  }

  /// One cell for each network, method, augmentation and seed; seeds change slowest, so that a run that
  /// is stopped early has the whole table with fewer seeds.
  static func grid(
    _ networks: [(name: String, methods: [StudyMethod])], augmentations: [[String]],
    seeds: Range<UInt64>
  ) -> [StudyCell] {
    seeds.flatMap { seed in
      networks.flatMap { network in
        network.methods.flatMap { method in
          augmentations.map {
            StudyCell(network: network.name, method: method, augmentations: $0, seed: seed)
          }
        }
      }
    }
  }
}
