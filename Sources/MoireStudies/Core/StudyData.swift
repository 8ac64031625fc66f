import MoireAnalysis
import MoireTensors
public import MoireTraining

/// The images of a study.
public struct StudyData: Sendable {
  public let training: ImageDataset
  public let test: ImageDataset
  /// Pixels / 255.
  let scale: PixelScale
  let corrupted: CorruptedImages

  /// - Throws: ``StudyError/unfit(network:reason:)`` for images of unlike shapes or classes.
  public init(training: ImageDataset, test: ImageDataset) throws {
    guard training.shape == test.shape, training.classes.count == test.classes.count else {
      throw StudyError.unfit(
        network: "the study",
        reason:
          "training images are \(training.shape) in \(training.classes.count) classes, test images "
          + "\(test.shape) in \(test.classes.count)")
    }
    self.training = training
    self.test = test
    scale = PixelScale(channels: training.shape[0])
    corrupted = CorruptedImages(test)
  }

  /// The first test images, one by one.
  func inputs(_ count: Int) throws -> [AuditInput] {
    try (0..<min(count, test.count)).map { index in
      AuditInput(
        name: "test \(index)", label: Int(test.labels[index]),
        tensor: try test.tensor(index..<index + 1, of: 1, scale: scale))
    }
  }
}
