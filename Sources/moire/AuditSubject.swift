import Foundation
import MoireKit

/// What an audit or a run of shift protocols is about.
struct AuditSubject {
  var network: Network
  var source: AuditSource
  var classNames: [String]?
  var preprocessing: AuditDocument.PreprocessingSummary
  var remarks: [String]
  /// The right class of each image, where it is known.
  var labels: [Int?]
  /// By how many pixels every image is larger than the network's input after its resize.
  var margin: Int?
  var arePhotos = true
  /// What the network's file says that it was trained with.
  var trainedPreprocessing: String?

  /// The network and images that a command line names; what it leaves out travels with the program.
  init(
    model: String?, images: [String], labels: String?, classNames: String?,
    _ options: NetworkOptions, _ preprocessing: PreprocessingOptions
  ) throws {
    guard let model else {
      self = try EmbeddedDefault.subject()
      return
    }
    let onnx = try ONNXModel(contentsOf: model)
    let graph = try onnx.network(
      inputName: options.inputName, outputName: options.outputName, size: options.parsedSize())
    let names = try classNames.map(Labels.classNames) ?? onnx.classes
    let trained = onnx.trainedPreprocessing
    guard !images.isEmpty else {
      let pixels = try preprocessing.resolve(inputShape: graph.inputShape, trained: trained)
      self = try EmbeddedDefault.photos(for: graph, classNames: names, pixels)
      trainedPreprocessing = trained
      return
    }
    let files = try ImageFiles(paths: images)
    let pixels =
      files.hasPixels
      ? try preprocessing.resolve(inputShape: graph.inputShape, trained: trained) : nil
    var remarks = graph.remarks
    let known = try AuditSubject.knownLabels(files, labels, &remarks)
    let items = files.items
    let shape = graph.inputShape
    let source = AuditSource(
      count: items.count, name: { items[$0].name },
      load: {
        var input = try ImageFiles.load(items[$0], inputShape: shape, preprocessing: pixels)
        input.label = known[items[$0].name]
        return input
      })
    self.init(
      network: graph, source: source, classNames: names,
      preprocessing: AuditDocument.PreprocessingSummary(pixels), remarks: remarks,
      labels: items.map { known[$0.name] })
    margin = pixels.flatMap(AuditSubject.margin)
    trainedPreprocessing = trained
    arePhotos = items.contains { $0.index == nil }
  }

  init(
    network: Network, source: AuditSource, classNames: [String]?,
    preprocessing: AuditDocument.PreprocessingSummary, remarks: [String], labels: [Int?]
  ) {
    self.network = network
    self.source = source
    self.classNames = classNames
    self.preprocessing = preprocessing
    self.remarks = remarks
    self.labels = labels
  }

  /// Other images for the same network, without labels.
  func images(at path: String, _ options: PreprocessingOptions) throws -> AuditSource {
    let files = try ImageFiles(paths: [path])
    let shape = network.inputShape
    let pixels =
      files.hasPixels
      ? try options.resolve(inputShape: shape, trained: trainedPreprocessing) : nil
    let items = files.items
    return AuditSource(
      count: items.count, name: { items[$0].name },
      load: { try ImageFiles.load(items[$0], inputShape: shape, preprocessing: pixels) })
  }

  /// Both sides of a resized image are at least its resize.
  static func margin(_ preprocessing: Preprocessing) -> Int? {
    preprocessing.resize.map { $0 - max(preprocessing.crop.height, preprocessing.crop.width) }
      .flatMap { $0 > 0 ? $0 : nil }
  }

  private static func knownLabels(
    _ files: ImageFiles, _ path: String?, _ remarks: inout [String]
  ) throws -> [String: Int] {
    if let path { return try Labels.byName(path: path) }
    let named = files.items.map { ($0.name, Labels.ofName($0.name)) }
    guard named.allSatisfy({ $0.1 != nil }) else { return [:] }
    remarks.append(
      "labels are the numbers at the end of the file names (photo_741.jpg is class 741)")
    return Dictionary(named.map { ($0.0, $0.1!) }) { first, _ in first }
  }
}
