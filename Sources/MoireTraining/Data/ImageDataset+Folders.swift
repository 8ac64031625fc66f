import Foundation
public import MoireImages
public import MoireTensors

extension ImageDataset {
  /// A folder with a folder of images for each class, named after it; classes in the order of names.
  ///
  /// The images of a class come in the order of their names, and the classes spread evenly over the
  /// whole, so that the first N images hold them in about their proportions.
  ///
  /// Without a preprocessing all images must have one size, and gray and colour ones do not mix.
  /// - Parameter fitting: how images come to one size: its resizing, its crop in the middle and its
  ///   number of channels; an image of the crop's size is taken as it is.
  /// - Throws: ``TrainingError``, and what decoding an image throws.
  public init(folder path: String, fitting: Preprocessing? = nil, threads: Int = 1) throws {
    let classes = try Self.classFolders(path)
    let (files, labels) = try Self.imageFiles(path, classes)
    let first = try Self.image(files[0], fitting)
    let shape = [first.channels, first.height, first.width]
    let size = shape.reduce(1, *)
    var pixels = [UInt8](repeating: 0, count: files.count * size)
    try pixels.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let target = buffer
      try Parallel.forEach(files.count, threads: threads) { _, index in
        let image = try Self.image(files[index], fitting)
        let own = [image.channels, image.height, image.width]
        guard own == shape else {
          throw TrainingError.unlikeShapes(path: files[index], expected: shape, got: own)
        }
        let planes = planar(image.pixels, image.channels)
        _ = UnsafeMutableBufferPointer(rebasing: target[index * size..<(index + 1) * size])
          .update(fromContentsOf: planes)
      }
    }
    try self.init(
      path: path, shape: shape, pixels: .bytes(pixels), labels: labels, classes: classes)
  }

  private static func image(_ path: String, _ fitting: Preprocessing?) throws -> Image {
    let image = try Image(contentsOf: path)
    guard let fitting else { return image }
    // Made for this network: resizing would only blur it.
    if image.size == fitting.crop { return fitting.channels == 1 ? image.gray : image.rgb }
    return try fitting.resized(image).centerCropped(to: fitting.crop)
  }

  static func classFolders(_ path: String) throws -> [String] {
    let entries: [String]
    do {
      entries = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    } catch {
      throw TrainingError.file(
        path: path,
        reason: "cannot be read: \(systemReason(error)); need a folder of idx files or of images "
          + "by class, or an .npz file")
    }
    let classes = entries.filter { name in
      var isFolder: ObjCBool = false
      return !name.hasPrefix(".")
        && FileManager.default.fileExists(atPath: "\(path)/\(name)", isDirectory: &isFolder)
        && isFolder.boolValue
    }
    guard !classes.isEmpty else {
      throw TrainingError.invalidData(
        path: path, reason: "holds no folders of images, one for each class")
    }
    return classes
  }

  private static func imageFiles(
    _ path: String, _ classes: [String]
  ) throws -> (files: [String], labels: [Int32]) {
    let images = try classes.map { name in
      let folder = "\(path)/\(name)"
      let images =
        (try? FileManager.default.contentsOfDirectory(atPath: folder))?
        .filter { ["png", "jpg", "jpeg"].contains(($0 as NSString).pathExtension.lowercased()) }
        .sorted() ?? []
      guard !images.isEmpty else { throw TrainingError.emptyClass(path: path, name: name) }
      return images.map { "\(folder)/\($0)" }
    }
    let order = evenly(images.map(\.count))
    return (order.map { images[$0.part][$0.index] }, order.map { Int32($0.part) })
  }

  /// Members of parts in an order whose every beginning holds the parts in about their proportions: the
  /// k-th of a part's n stands (k + 1/2) / n of the way.
  static func evenly(_ counts: [Int]) -> [(part: Int, index: Int)] {
    let all = counts.enumerated().flatMap { part, count in
      (0..<count).map { (part: part, index: $0) }
    }
    // (2k + 1) / n against (2l + 1) / m, without rounding; where they are equal, by part.
    return all.sorted { one, other in
      let (left, right) = (
        (2 * one.index + 1) * counts[other.part], (2 * other.index + 1) * counts[one.part]
      )
      return (left, one.part) < (right, other.part)
    }
  }

  /// Images and labels of an `.npz` file: `[N, H, W]`, `[N, C, H, W]` or `[N, H, W, C]` with 1 or 3
  /// channels, pixels from 0 to 255, and `[N]`.
  ///
  /// - Throws: ``TrainingError``, and what reading the file throws.
  public init(npz: NPZ, images: String, labels: String, classes: Int? = nil) throws {
    let (pixels, numbers) = (try npz.tensor(named: images), try npz.tensor(named: labels))
    let path = "\(npz.path):\(labels)"
    guard numbers.shape.reduce(1, *) == pixels.shape.first ?? 0 else {
      throw TrainingError.invalidData(
        path: path, reason: "shape \(numbers.shape) for images of shape \(pixels.shape)")
    }
    for (index, value) in numbers.values.enumerated()
    where value != value.rounded() || value < 0 || value > 1e6 {
      throw TrainingError.invalidData(
        path: path, reason: "label \(index) is \(value), need a whole number from 0 on")
    }
    let largest = Int(numbers.values.max() ?? 0)
    let (shape, values) = try Self.planes(of: pixels, path: "\(npz.path):\(images)")
    if let broken = values.firstIndex(where: { !$0.isFinite }) {
      throw TrainingError.invalidData(
        path: "\(npz.path):\(images)", reason: "value \(broken) is not finite")
    }
    try self.init(
      path: path, shape: shape, pixels: .floats(values),
      labels: numbers.values.map { Int32($0) },
      classes: (0..<(classes ?? largest + 1)).map(String.init),
      allowsEmptyClasses: classes != nil)
  }

  private static func planes(of tensor: Tensor, path: String) throws -> ([Int], [Float]) {
    let shape = tensor.shape
    if shape.count == 3 { return ([1, shape[1], shape[2]], tensor.values) }
    guard shape.count == 4, shape.dropFirst().allSatisfy({ $0 > 0 }) else {
      throw TrainingError.invalidData(
        path: path, reason: "shape \(shape), need [N, H, W], [N, C, H, W] or [N, H, W, C]")
    }
    guard shape[3] == 1 || shape[3] == 3, shape[1] != 1, shape[1] != 3 else {
      return (Array(shape.dropFirst()), tensor.values)
    }
    let (area, channels) = (shape[1] * shape[2], shape[3])
    var result = tensor.values
    for image in 0..<shape[0] {
      let start = image * area * channels
      for point in 0..<area {
        for channel in 0..<channels {
          result[start + channel * area + point] = tensor[start + point * channels + channel]
        }
      }
    }
    return ([channels, shape[1], shape[2]], result)
  }
}
