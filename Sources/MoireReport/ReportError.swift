public import MoireTensors

/// What can keep a report from being made.
public enum ReportError: InputError, Equatable {
  /// A folder or a file of the report could not be written; the reason is the system's own.
  case unwritable(path: String, reason: String)
  /// A number of the document is infinite or not a number, so JSON has no way to write it.
  case notFinite(key: String)
  /// The lists of a site do not have the sizes that go with it.
  case inconsistent(site: String, reason: String)
  /// A BlurPool convention was asked for with a filter that it does not know.
  case convention(String, filter: String)

  public var description: String {
    switch self {
    case .unwritable(let path, let reason):
      "\(path): the report cannot be written here: \(reason)"
    case .notFinite(let key):
      "audit value \(key) is not finite; every number of an audit must be finite"
    case .inconsistent(let site, let reason):
      "site \(site): \(reason)"
    case .convention(let convention, let filter):
      "convention \(convention) is one of binomial filters, '\(filter)' is none: use zhang"
    }
  }
}
