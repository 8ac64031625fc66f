import MoireTensors
import MoireTraining

/// How much a study trains and looks at.
public struct StudyPlan: Sendable, Equatable {
  /// How many of the training images are used, from the first on.
  public var trainingImages: Int
  public var epochs: Int
  public var batch = 128
  /// The highest learning rate.
  public var rate: Float = 0.1
  /// How many of the test images the shift measures see.
  public var testImages: Int
  /// How many images the maps of the network are read for.
  public var mapImages: Int
  /// How many images each corruption is applied to.
  public var corruptedImages: Int
  /// How many images are put on a canvas, in each of their versions.
  public var sceneImages: Int { corruptedImages }
  /// How many training images count as neighbours of a test image.
  public var typicalImages: Int { min(trainingImages, 4000) }
  /// Pairs of shifts where they are drawn.
  public var passes = 5
  public var threads: Int

  public init(
    trainingImages: Int, epochs: Int, testImages: Int, mapImages: Int, corruptedImages: Int,
    threads: Int
  ) {
    self.trainingImages = trainingImages
    self.epochs = epochs
    self.testImages = testImages
    self.mapImages = mapImages
    self.corruptedImages = corruptedImages
    self.threads = threads
  }

  /// A full run of a study.
  public static func full(_ study: Study, threads: Int) -> StudyPlan {
    StudyPlan(
      trainingImages: study.trainingImages, epochs: 3, testImages: 10_000, mapImages: 100,
      corruptedImages: 1000, threads: threads)
  }

  /// A look at it within minutes: the numbers show the direction, no more.
  public static func quick(threads: Int) -> StudyPlan {
    StudyPlan(
      trainingImages: 4096, epochs: 2, testImages: 1000, mapImages: 20, corruptedImages: 200,
      threads: threads)
  }

  /// How a cell is trained.
  func training(_ cell: StudyCell) throws -> TrainingPlan {
    var plan = TrainingPlan()
    (plan.epochs, plan.batch, plan.rate) = (epochs, batch, rate)
    (plan.seed, plan.threads) = (cell.seed, threads)
    plan.augmentations = try cell.augmentations.map { try Augmentation(parsing: $0) }
    return plan
  }

  /// Everything that the trained weights depend on besides the cell, in one line.
  public var line: String {
    "first \(trainingImages) training images, \(epochs) epochs of batches of \(batch), SGD with "
      + "Nesterov's momentum 0.9, one cycle up to rate \(rate), decay 5e-4, pixels / 255, "
      + "\(threads) threads"
  }

  /// - Throws: ``StudyError/plan(option:reason:)``.
  func validate() throws {
    let numbers = [
      ("training images", trainingImages, batch), ("epochs", epochs, 1),
      ("test images", testImages, 1), ("map images", mapImages, 1),
      ("corrupted images", corruptedImages, 1), ("passes", passes, 1), ("threads", threads, 1),
    ]
    for (option, value, least) in numbers where value < least {
      throw StudyError.plan(option: option, reason: "\(value); need \(least) or more")
    }
  }
}
