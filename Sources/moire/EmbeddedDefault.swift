import CEmbedded
import Foundation
import MoireKit

/// The network, test images and photos that travel inside the program.
enum EmbeddedDefault {
  /// The default audit: a small CNN for Fashion-MNIST on 48 of its test images.
  static func subject() throws -> AuditSubject {
    let onnx = try ONNXModel(bytes: file("default.onnx"), name: "Fashion-MNIST CNN (embedded)")
    let network = try onnx.network()
    let images = try IDX.images(file("fashion-images.idx3"))
    let labels = try IDX.labels(file("fashion-labels.idx1"))
    // Its images have the size that it takes.
    let preprocessing = try Preprocessing(
      parsing: (onnx.trainedPreprocessing ?? "none") + " resize=none",
      crop: HW(network.inputShape[1], network.inputShape[2]), channels: 1)
    let inputs = try zip(images, labels).enumerated().map { index, pair in
      try AuditInput(
        name: "fashion-test[\(index)]", label: pair.1, tensor: preprocessing.tensor(of: pair.0),
        photo: Photo(pair.0, preprocessing))
    }
    var subject = AuditSubject(
      network: network, source: AuditSource(inputs), classNames: onnx.classes,
      preprocessing: AuditDocument.PreprocessingSummary(preprocessing), remarks: network.remarks,
      labels: labels)
    subject.trainedPreprocessing = onnx.trainedPreprocessing
    return subject
  }

  /// Two photos for a network that was given without images.
  static func photos(
    for network: Network, classNames: [String]?, _ preprocessing: Preprocessing
  ) throws -> AuditSubject {
    let inputs = try ["astronaut.jpg", "chelsea.jpg"].map { name in
      try ImageFiles.input(
        of: Image(decoding: file(name), name: name), named: name, preprocessing)
    }
    var subject = AuditSubject(
      network: network, source: AuditSource(inputs), classNames: classNames,
      preprocessing: AuditDocument.PreprocessingSummary(preprocessing),
      remarks: network.remarks + ["no images were given: two embedded photos stand in for them"],
      labels: [nil, nil])
    subject.margin = AuditSubject.margin(preprocessing)
    return subject
  }

  /// The bytes of an embedded file.
  static func file(_ name: String) throws -> [UInt8] {
    guard let file = moire_embedded(name) else { throw CommandError.notFound(name) }
    return Array(UnsafeBufferPointer(start: file.pointee.bytes, count: file.pointee.size))
  }
}

/// The idx format of the MNIST family: a magic number, big-endian dimensions, bytes.
enum IDX {
  static func images(_ bytes: [UInt8]) throws -> [Image] {
    let shape = try dimensions(bytes, magic: 0x0803)
    let size = shape[1] * shape[2]
    return try (0..<shape[0]).map { index in
      let start = 16 + index * size
      return try Image(
        width: shape[2], height: shape[1], channels: 1, pixels: Array(bytes[start..<start + size]))
    }
  }

  static func labels(_ bytes: [UInt8]) throws -> [Int] {
    _ = try dimensions(bytes, magic: 0x0801)
    return bytes[8...].map(Int.init)
  }

  private static func dimensions(_ bytes: [UInt8], magic: Int) throws -> [Int] {
    func number(_ index: Int) -> Int {
      (0..<4).reduce(0) { $0 << 8 | Int(bytes[4 * index + $1]) }
    }
    let rank = magic & 0xFF
    guard bytes.count >= 4 * (rank + 1), number(0) == magic else {
      throw CommandError.unreadable(path: "idx", reason: "not an idx file of rank \(rank)")
    }
    let shape = (1...rank).map(number)
    guard bytes.count == 4 * (rank + 1) + shape.reduce(1, *) else {
      throw CommandError.unreadable(path: "idx", reason: "shape \(shape) does not fit the file")
    }
    return shape
  }
}
