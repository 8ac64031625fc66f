public import MoireTensors

/// One image made ready for a network.
public struct AuditInput: Sendable {
  /// What the image is called in reports, usually its file.
  public var name: String
  /// The right class, when it is known.
  public var label: Int?
  /// `[1, C, H, W]`, the size the network takes.
  public var tensor: Tensor
  /// The same image with a margin around, `[1, C, H + m, W + m]`, from which shifted crops with real
  /// pixels are cut; nil when there is none.
  public var wide: Tensor?
  /// The picture that the tensors were made of; nil for tensors from a file.
  public var photo: Photo?

  public init(
    name: String, label: Int? = nil, tensor: Tensor, wide: Tensor? = nil, photo: Photo? = nil
  ) {
    self.name = name
    self.label = label
    self.tensor = tensor
    self.wide = wide
    self.photo = photo
  }
}

/// The images of an audit, loaded when their turn comes so that a thousand need the memory of one.
public struct AuditSource: Sendable {
  public let count: Int
  /// What image i is called, known before it is loaded.
  public let name: @Sendable (Int) -> String
  /// Loads image i; an ``InputError`` skips the image and is reported.
  public let load: @Sendable (Int) throws -> AuditInput

  public init(
    count: Int, name: @escaping @Sendable (Int) -> String,
    load: @escaping @Sendable (Int) throws -> AuditInput
  ) {
    self.count = count
    self.name = name
    self.load = load
  }

  /// Images that are in memory already.
  public init(_ inputs: [AuditInput]) {
    self.init(count: inputs.count, name: { inputs[$0].name }, load: { inputs[$0] })
  }
}
