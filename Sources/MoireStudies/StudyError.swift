public import MoireTensors

/// What can keep a study from being run or continued.
public enum StudyError: InputError, Equatable {
  /// A cell in the folder was made by another version, with another plan, or is damaged.
  case cell(path: String, reason: String)
  /// A file or a folder cannot be written; the reason is the system's own.
  case unwritable(path: String, reason: String)
  /// A number of the plan is out of its range.
  case plan(option: String, reason: String)
  /// A table was asked for before there is anything in it.
  case unfinished(path: String)
  /// A network does not allow a measurement.
  case unfit(network: String, reason: String)

  public var description: String {
    switch self {
    case .cell(let path, let reason):
      "\(path): \(reason); remove the file or choose another folder"
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
    case .plan(let option, let reason): "\(option): \(reason)"
    case .unfinished(let path): "\(path): no network of this study is finished there yet"
    case .unfit(let network, let reason): "\(network): \(reason)"
    }
  }
}
