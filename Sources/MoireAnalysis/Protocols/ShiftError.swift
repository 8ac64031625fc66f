public import MoireTensors

/// What can keep a shift protocol from being measured.
public enum ShiftError: InputError, Equatable {
  /// One image cannot be shown as a protocol wants it; the reason continues "image X:".
  case cannot(String)
  /// A protocol cannot be measured on this network, preprocessing or these images at all.
  case impossible(protocol: String, reason: String)
  /// A protocol of no known name.
  case unknown(String)
  /// A protocol compares with the right class, and an image has none.
  case unlabelled(protocol: String, image: String)
  /// A label beyond the network's classes.
  case label(Int, image: String, classes: Int)
  /// A journal that cannot be read, or that belongs to other work.
  case journal(path: String, reason: String)

  public var description: String {
    switch self {
    case .cannot(let reason): reason
    case .impossible(let name, let reason): "protocol \(name): \(reason)"
    case .unknown(let name):
      "protocol '\(name)' is not known; the protocols are "
        + ShiftCatalog.names.joined(separator: ", ")
    case .unlabelled(let name, let image):
      "protocol \(name) needs the right class of every image and \(image) has none: give --labels, or"
        + " files named as photo_741.jpg"
    case .label(let label, let image, let classes):
      "\(image): label \(label) is out of range, the network has the classes 0 … \(classes - 1)"
    case .journal(let path, let reason): "\(path): \(reason)"
    }
  }
}
