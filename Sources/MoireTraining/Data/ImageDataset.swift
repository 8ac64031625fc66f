public import MoireTensors

/// Images of one shape with a class for each.
public struct ImageDataset: Sendable {
  enum Pixels: Sendable {
    /// 0 … 255.
    case bytes([UInt8])
    case floats([Float])

    var count: Int {
      switch self {
      case .bytes(let values): values.count
      case .floats(let values): values.count
      }
    }
  }

  /// Where the images come from, for messages.
  public let path: String
  /// `[C, H, W]` of every image.
  public let shape: [Int]
  public let labels: [Int32]
  /// The names of the classes; label i is `classes[i]`.
  public let classes: [String]
  let pixels: Pixels

  public var count: Int { labels.count }
  var imageSize: Int { shape.reduce(1, *) }

  /// - Throws: ``TrainingError`` where counts do not fit, a label is no class or a class is empty.
  init(
    path: String, shape: [Int], pixels: Pixels, labels: [Int32], classes: [String],
    allowsEmptyClasses: Bool = false
  ) throws {
    let size = shape.reduce(1, *)
    guard size > 0, pixels.count == labels.count * size else {
      throw TrainingError.invalidData(
        path: path,
        reason: "\(labels.count) labels for \(size > 0 ? pixels.count / size : 0) images")
    }
    guard !labels.isEmpty else {
      throw TrainingError.invalidData(path: path, reason: "holds no images")
    }
    var counts = [Int](repeating: 0, count: classes.count)
    for (index, label) in labels.enumerated() {
      guard counts.indices.contains(Int(label)) else {
        throw TrainingError.label(
          path: path, index: index, label: Int(label), classes: classes.count)
      }
      counts[Int(label)] += 1
    }
    if !allowsEmptyClasses, let empty = counts.firstIndex(of: 0) {
      throw TrainingError.emptyClass(path: path, name: classes[empty])
    }
    self.path = path
    self.shape = shape
    self.pixels = pixels
    self.labels = labels
    self.classes = classes
  }

  /// A data set of images `[N, C, H, W]`; floats count as pixels from 0 to 255.
  ///
  /// - Throws: ``TrainingError``.
  public init(images: Tensor, labels: [Int], classes: [String], path: String = "images") throws {
    guard images.shape.count == 4 else {
      throw TrainingError.invalidData(
        path: path, reason: "images of shape \(images.shape), need [N, C, H, W]")
    }
    try self.init(
      path: path, shape: Array(images.shape.dropFirst()), pixels: .floats(images.values),
      labels: labels.map { Int32(clamping: $0) }, classes: classes)
  }

  /// The first images, `limit` of them; a class may be missing among them.
  public func limited(to limit: Int?) throws -> ImageDataset {
    guard let limit, limit < count else { return self }
    guard limit > 0 else {
      throw TrainingError.plan(option: "limit", reason: "\(limit) images; need 1 or more")
    }
    let size = limit * imageSize
    let part: Pixels =
      switch pixels {
      case .bytes(let values): .bytes(Array(values[..<size]))
      case .floats(let values): .floats(Array(values[..<size]))
      }
    return try ImageDataset(
      path: path, shape: shape, pixels: part, labels: Array(labels[..<limit]), classes: classes,
      allowsEmptyClasses: true)
  }

  /// An image's pixels, from 0 to 255.
  func copy(_ index: Int, to target: UnsafeMutableBufferPointer<Float>) {
    let range = index * imageSize..<(index + 1) * imageSize
    switch pixels {
    case .bytes(let values):
      values.withUnsafeBufferPointer { source in
        for (to, from) in range.enumerated() { target[to] = Float(source[from]) }
      }
    case .floats(let values):
      values.withUnsafeBufferPointer { source in
        _ = target.update(fromContentsOf: source[range])
      }
    }
  }
}

extension ImageDataset {
  /// Whether the classes have no names but 0, 1, …
  public var hasNumberedClasses: Bool { classes == classes.indices.map(String.init) }

  /// A network's names of the classes where these have none and there are as many, else those here.
  func classNames(for network: [String]?) -> [String] {
    guard let network, network.count == classes.count, hasNumberedClasses else { return classes }
    return network
  }
}
