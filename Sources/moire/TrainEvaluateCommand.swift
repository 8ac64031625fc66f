import ArgumentParser
import Foundation
import MoireKit

/// `moire evaluate`: accuracy of a network on a data set.
struct TrainEvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Accuracy and loss of a network on images by class.",
    discussion: """
      Example: moire evaluate trained/seed-0/model.onnx --data fashion-mnist

      DATA is what moire train takes; its test part is used, or all of it where it has none. Answer i of
      the network is class i of DATA; where the names that the network's file has for them are others,
      that is said.
      """)

  @Argument(help: "The ONNX file.")
  var model: String

  @Option(help: "Where the images are.")
  var data: String

  @Option(
    help: ArgumentHelp("Use the first images only, evenly of all folders.", valueName: "images"))
  var limit: Int?

  @OptionGroup var network: NetworkOptions
  @OptionGroup var preprocessing: PreprocessingOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard limit ?? 1 >= 1 else { throw ValidationError("--limit \(limit ?? 0): need 1 or more") }
  }

  func run() throws {
    let model = try ONNXModel(contentsOf: self.model)
    let (images, network) = try load(model)
    let scale = PixelScale(
      try preprocessing.resolve(inputShape: images.shape, trained: model.trainedPreprocessing))
    let result = try Evaluation(
      network, on: images, scale: scale, classNames: model.classes, threads: common.threads)
    if !common.quiet {
      compare(images, model.classes)
      show(result)
    }
    guard let json = common.json else { return }
    try JSONFile.write(EvaluationDocument(result, model: self.model, data: data), path: json)
  }

  /// Images in folders are brought to the input of a network that has one size, or the one asked for;
  /// all others set it.
  private func load(_ model: ONNXModel) throws -> (ImageDataset, Network) {
    let (input, answer) = (network.inputName, network.outputName)
    let size = try network.parsedSize()
    let fixed = try? model.network(inputName: input, outputName: answer, size: size)
    let source = DataSource(
      data,
      fitting: try fixed.map {
        try preprocessing.resolve(
          inputShape: $0.inputShape, trained: model.trainedPreprocessing)
      })
    let whole =
      try source.test(threads: common.threads) ?? source.training(threads: common.threads)
    let images = try whole.limited(to: limit)
    if let fixed { return (images, fixed) }
    return (
      images,
      try model.network(
        inputName: input, outputName: answer, size: HW(images.shape[1], images.shape[2]))
    )
  }

  /// Names the first class that the network knows by another name than the data.
  private func compare(_ images: ImageDataset, _ names: [String]?) {
    guard !images.hasNumberedClasses, let names, names.count == images.classes.count,
      let other = names.indices.first(where: { names[$0] != images.classes[$0] })
    else { return }
    Terminal.say(
      "note: class \(other) is \"\(images.classes[other])\" in \(data) and \"\(names[other])\" in "
        + "\(model)")
  }

  private func show(_ result: Evaluation) {
    print(
      String(
        format: "%d of %d images right: %.2f %%; mean cross entropy %.4f", result.correct,
        result.images, 100 * result.accuracy, result.loss))
    for (name, images, correct) in result.classes where images > 0 {
      print(
        String(
          format: "  class %@: %d of %d, %.2f %%", name as NSString, correct, images,
          100 * Double(correct) / Double(images)))
    }
  }
}

/// The JSON of `moire evaluate`; fractions are 0 … 1.
private struct EvaluationDocument: Encodable {
  struct Class: Encodable { let name: String, images: Int, correct: Int }

  let schema = 1
  let version = MoireVersion.current
  let model: String, data: String, images: Int, correct: Int, accuracy: Double, loss: Double
  let classes: [Class]

  init(_ result: Evaluation, model: String, data: String) {
    (self.model, self.data) = (model, data)
    (images, correct) = (result.images, result.correct)
    (accuracy, loss) = (result.accuracy, result.loss)
    classes = result.classes.map { Class(name: $0.name, images: $0.images, correct: $0.correct) }
  }
}
