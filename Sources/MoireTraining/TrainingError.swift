public import MoireTensors

/// What can be wrong with what training is fed with.
public enum TrainingError: InputError, Equatable {
  /// A file of data is not there or cannot be read; the reason is the system's own.
  case file(path: String, reason: String)
  /// A file of data does not hold what its format says.
  case invalidData(path: String, reason: String)
  /// A label is no class.
  case label(path: String, index: Int, label: Int, classes: Int)
  /// A class has no image.
  case emptyClass(path: String, name: String)
  /// Two images of a data set differ in shape.
  case unlikeShapes(path: String, expected: [Int], got: [Int])
  /// The network does not fit the data.
  case unfit(network: String, reason: String)
  /// A number of the plan is out of its range.
  case plan(option: String, reason: String)
  /// The loss is not finite any more.
  case diverged(epoch: Int, step: Int, place: String, checkpoint: String?)
  /// A checkpoint belongs to another network or plan, or is damaged.
  case checkpoint(path: String, reason: String)

  public var description: String {
    switch self {
    case .file(let path, let reason): "\(path): \(reason)"
    case .invalidData(let path, let reason): "\(path): \(reason)"
    case .label(let path, let index, let label, let classes):
      "\(path): label \(index) is \(label), the classes are 0 to \(classes - 1)"
    case .emptyClass(let path, let name): "\(path): class \(name) has no image"
    case .unlikeShapes(let path, let expected, let got):
      "\(path): an image of shape \(got), those before it have \(expected); bring all to one size"
    case .unfit(let network, let reason): "\(network): \(reason)"
    case .plan(let option, let reason): "\(option): \(reason)"
    case .diverged(let epoch, let step, let place, let checkpoint):
      "training diverged in epoch \(epoch), step \(step): the first value that is not finite is in "
        + place
        + (checkpoint.map { "; the last good checkpoint is kept in \($0)" }
          ?? "; there is no checkpoint yet") + "; try a lower rate"
    case .checkpoint(let path, let reason): "\(path): cannot be resumed: \(reason)"
    }
  }
}
