import MoireTensors

/// A study of the literature on data at hand: which networks are trained and what is measured of them.
public struct Study: Sendable {
  public let name: String
  /// What it reproduces, in one line.
  public let title: String
  public let cells: [StudyCell]
  public let measures: [StudyMeasure]

  /// What is measured of a cell: generation of the networks that give images, else ``measures``.
  func measures(of cell: StudyCell) -> [StudyMeasure] {
    cell.givesImages ? [.generation] : measures
  }

  public init(name: String, title: String, cells: [StudyCell], measures: [StudyMeasure]) {
    self.name = name
    self.title = title
    self.cells = cells
    self.measures = measures
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
