import Foundation
public import MoireImages
import MoireTensors

/// Where a command finds its data: a folder of idx files, a folder of classes, or an `.npz` file.
///
/// - MNIST and Fashion-MNIST: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte` and the same with
///   `t10k`, each also with `.gz`.
/// - Folders of images by class, in `train` and `test` (or `val`), or directly in the folder, which then
///   has no test part.
/// - `.npz` with `x_train`, `y_train`, `x_test`, `y_test`, or `images`, `labels`.
public struct DataSource: Sendable {
  public let path: String
  /// How the images of folders come to one size, where they do not have one. Other files hold images
  /// of one size, which is kept.
  public let fitting: Preprocessing?

  public init(_ path: String, fitting: Preprocessing? = nil) {
    self.path = path
    self.fitting = fitting
  }

  /// The images to train on.
  ///
  /// - Throws: ``TrainingError``, and what reading throws.
  public func training(threads: Int = 1) throws -> ImageDataset {
    if path.hasSuffix(".npz") { return try archive("train", classes: nil) }
    if let pair = idx("train") {
      return try ImageDataset(idxImages: pair.images, labels: pair.labels)
    }
    let inner = folder(["train"]) ?? path
    return try ImageDataset(folder: inner, fitting: fitting, threads: threads)
  }

  /// The images to test on, `nil` where there are none apart; the classes are those of training.
  ///
  /// - Throws: ``TrainingError``, and what reading throws.
  public func test(classes: Int? = nil, threads: Int = 1) throws -> ImageDataset? {
    if path.hasSuffix(".npz") {
      guard try NPZ(path: path).names.contains("x_test") else { return nil }
      return try archive("test", classes: classes)
    }
    if let pair = idx("t10k") {
      return try ImageDataset(idxImages: pair.images, labels: pair.labels, classes: classes)
    }
    guard let inner = folder(["test", "val"]) else { return nil }
    let data = try ImageDataset(folder: inner, fitting: fitting, threads: threads)
    if let classes, data.classes.count != classes {
      throw TrainingError.invalidData(
        path: inner, reason: "has \(data.classes.count) classes, training has \(classes)")
    }
    return data
  }

  private func archive(_ part: String, classes: Int?) throws -> ImageDataset {
    let file = try NPZ(path: path)
    let isWhole = !file.names.contains("x_train")
    return try ImageDataset(
      npz: file, images: isWhole ? "images" : "x_\(part)",
      labels: isWhole ? "labels" : "y_\(part)", classes: classes)
  }

  private func idx(_ part: String) -> (images: String, labels: String)? {
    for suffix in ["", ".gz"] {
      let images = "\(path)/\(part)-images-idx3-ubyte\(suffix)"
      let labels = "\(path)/\(part)-labels-idx1-ubyte\(suffix)"
      if FileManager.default.fileExists(atPath: images) { return (images, labels) }
    }
    return nil
  }

  private func folder(_ names: [String]) -> String? {
    names.map { "\(path)/\($0)" }.first { FileManager.default.fileExists(atPath: $0) }
  }
}
