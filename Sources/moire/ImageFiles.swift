import Foundation
import MoireKit

/// The images that a command line names: files, and folders with all they hold.
struct ImageFiles {
  /// One image: a PNG or JPEG file, or image `index` of a `.npy` file.
  struct Item: Sendable {
    let path: String
    let index: Int?

    var name: String {
      let file = (path as NSString).lastPathComponent
      return index.map { "\(file)[\($0)]" } ?? file
    }
  }

  let items: [Item]
  /// Whether an image comes as pixels, which are preprocessed.
  var hasPixels: Bool { items.contains { $0.index == nil } }

  static let kinds = ["png", "jpg", "jpeg", "npy"]

  /// - Throws: ``CommandError`` for a path that is not there or a folder without images, and what
  ///   reading a `.npy` throws.
  init(paths: [String]) throws {
    items = try paths.flatMap { path in
      try ImageFiles.files(at: path).flatMap { try ImageFiles.items(of: $0) }
    }
  }

  /// The file of a path, or all files of `kinds` in a folder, in order.
  ///
  /// - Throws: ``CommandError``.
  static func files(at path: String, kinds: [String] = kinds) throws -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw CommandError.notFound(path)
    }
    guard isFolder.boolValue else { return [path] }
    guard let walk = FileManager.default.enumerator(atPath: path) else {
      throw CommandError.unreadable(path: path, reason: "the folder cannot be listed")
    }
    let found = walk.compactMap { $0 as? String }
      .filter { kinds.contains(($0 as NSString).pathExtension.lowercased()) }.sorted()
    guard !found.isEmpty else { throw CommandError.emptyFolder(path, kinds) }
    return found.map { (path as NSString).appendingPathComponent($0) }
  }

  /// A `.npy` file is as many images as its first of four dimensions says.
  private static func items(of path: String) throws -> [Item] {
    guard (path as NSString).pathExtension.lowercased() == "npy" else {
      return [Item(path: path, index: nil)]
    }
    let shape = try NPY.read(path: path).shape
    let count = shape.count == 4 ? shape[0] : 1
    return (0..<count).map { Item(path: path, index: $0) }
  }

  /// Loads one image for a network with input `[C, H, W]`.
  static func load(_ item: Item, inputShape: [Int], preprocessing: Preprocessing?) throws
    -> AuditInput
  {
    if let index = item.index {
      let tensor = try NPY.read(path: item.path)
      guard tensor.shape == inputShape || Array(tensor.shape.dropFirst()) == inputShape else {
        throw CommandError.badTensor(path: item.path, expected: inputShape, got: tensor.shape)
      }
      let image = tensor.shape.count == 4 ? tensor.images(index..<index + 1) : tensor
      let input = try image.reshaped([1] + inputShape)
      guard input.firstNonFinite == nil else { throw LayerError.notFinite(path: item.name) }
      return AuditInput(name: item.name, tensor: input)
    }
    guard let preprocessing else { throw CommandError.notAnImageNetwork(inputShape) }
    let image = try Image(contentsOf: item.path)
    return try input(of: image, named: item.name, preprocessing)
  }

  /// The crop in the middle, and a larger one with a margin of real pixels for the crop protocol.
  static func input(of image: Image, named name: String, _ preprocessing: Preprocessing) throws
    -> AuditInput
  {
    let resized = try preprocessing.resized(image)
    let crop = preprocessing.crop
    let margin = min(resized.height - crop.height, resized.width - crop.width)
    var wide: Tensor?
    if margin > 0 {
      let size = HW(crop.height + margin, crop.width + margin)
      wide = try Preprocessing(
        crop: size, channels: preprocessing.channels, resize: nil, divisor: preprocessing.divisor,
        mean: preprocessing.mean, std: preprocessing.std
      ).tensor(of: resized)
    }
    return AuditInput(
      name: name, tensor: try preprocessing.tensor(of: resized), wide: wide,
      photo: Photo(image, preprocessing))
  }
}
