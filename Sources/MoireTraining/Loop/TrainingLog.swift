import Foundation

/// What an epoch came to.
public struct EpochRecord: Sendable, Hashable, Codable {
  /// From 1 on.
  public var epoch: Int
  public var steps: Int
  /// The rate of the last step.
  public var rate: Float
  /// Mean over the epoch's batches, with the augmentation and smoothing in use.
  public var loss: Double
  public var accuracy: Double
  /// Of the test images, where there are any.
  public var testLoss: Double?
  public var testAccuracy: Double?
  /// Since the beginning, pauses between a kill and its resumption left out.
  public var seconds: Double

  static let header = "epoch,steps,rate,loss,accuracy,test_loss,test_accuracy,seconds"

  var line: String {
    let optional = { (value: Double?) in value.map { String($0) } ?? "" }
    return "\(epoch),\(steps),\(rate),\(loss),\(accuracy),\(optional(testLoss)),"
      + "\(optional(testAccuracy)),\(String(format: "%.2f", seconds))"
  }

  /// A table of epochs as CSV.
  public static func csv(_ records: [EpochRecord]) -> String {
    ([header] + records.map(\.line)).joined(separator: "\n") + "\n"
  }
}

/// Where training stands, for a line on the screen.
public struct TrainingProgress: Sendable {
  /// From 1 on.
  public let epoch: Int
  public let epochs: Int
  /// Steps done in the epoch.
  public let step: Int
  public let steps: Int
  /// Means since the epoch began.
  public let loss: Double
  public let accuracy: Double
  public let rate: Float
  public let secondsLeft: Double
  /// The record of the epoch, when it has just ended.
  public let record: EpochRecord?
}
