import MoireTensors
import MoireTraining
import Synchronization

/// Test images under every corruption, made once for all cells of a study.
final class CorruptedImages: Sendable {
  /// Frames of a perturbation sequence.
  static let frames = 11
  let severities = 5
  let seed: UInt64
  private let test: ImageDataset
  private let made = Mutex<[Int: Sets]>([:])

  /// The corrupted data sets, by kind, then by severity or frame.
  struct Sets: Sendable {
    var corrupted: [[ImageDataset]]
    var sequences: [[ImageDataset]]
  }

  init(_ test: ImageDataset, seed: UInt64 = 0) {
    self.test = test
    self.seed = seed
  }

  /// The first `count` images in all versions; about 0.1 s of work for each thousand of them in each.
  func sets(_ count: Int, threads: Int) throws -> Sets {
    if let known = made.withLock({ $0[count] }) { return known }
    let images = try test.limited(to: count)
    let kinds = Corruption.allCases
    let versions = severities + Self.frames
    let results = Mutex([ImageDataset?](repeating: nil, count: kinds.count * versions))
    try Parallel.forEach(kinds.count * versions, threads: threads) { _, index in
      let (kind, version) = (kinds[index / versions], index % versions)
      let frame = version - severities
      let set = try images.corrupted(
        by: kind, amount: frame < 0 ? kind.severities[version] : kind.amount(inFrame: frame),
        seed: seed, frame: frame < 0 ? -1 - version : frame)
      results.withLock { $0[index] = set }
    }
    let all = results.withLock { $0.compactMap { $0 } }
    let sets = Sets(
      corrupted: kinds.indices.map { Array(all[$0 * versions..<$0 * versions + severities]) },
      sequences: kinds.indices.map {
        Array(all[$0 * versions + severities..<($0 + 1) * versions])
      })
    made.withLock { $0[count] = sets }
    return sets
  }
}
