import ArgumentParser
import Foundation
import MoireKit

/// `moire finetune`: goes on training a network that is there.
struct FinetuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "finetune",
    abstract: "Train a network of an ONNX file further.",
    discussion: """
      Examples:
        moire antialias model.onnx -o blurred.onnx --with bin-3
        moire finetune blurred.onnx --data photos --epochs 2 --rate 0.001 --out tuned
        moire finetune mobilenet_v2.onnx --data flowers --new-head --out flowers-net

      DATA is what moire train takes; images in folders are resized and cropped to the network's input
      as the preprocessing says. OUT gets model.onnx, model.safetensors, log.csv and curves.svg. The
      weights begin as they are in the file, so a rate well below that of a training from scratch is
      right. A killed run goes on with --resume to the same weights.
      """)

  @Argument(help: "The ONNX file.")
  var model: String

  @Flag(help: "Replace the last layer by a new one for the classes of the data.")
  var newHead = false

  @Option(help: "The seed of the order of images, their augmentation and a new head.")
  var seed: UInt64 = 0

  @OptionGroup var files: TrainRunOptions
  @OptionGroup var network: NetworkOptions
  @OptionGroup var planOptions: TrainPlanOptions
  @OptionGroup var preprocessing: PreprocessingOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    _ = try planOptions.plan(seed: seed, threads: common.threads)
  }

  func run() throws {
    let model = try ONNXModel(contentsOf: self.model)
    var network = try model.network(
      inputName: network.inputName, outputName: network.outputName,
      size: network.parsedSize())
    let text = self.preprocessing.text(
      channels: network.inputShape[0], trained: model.trainedPreprocessing)
    let preprocessing = try self.preprocessing.resolve(
      inputShape: network.inputShape, trained: text)
    let source = DataSource(files.data, fitting: preprocessing)
    let whole = try source.training(threads: common.threads)
    let training = try whole.limited(to: files.limit)
    let test = try source.test(classes: whole.classes.count, threads: common.threads)
    if newHead { network = try network.replacingHead(classes: whole.classes.count, seed: seed) }
    let names = try files.classes(of: whole, known: newHead ? nil : model.classes)
    var plan = try planOptions.plan(seed: seed, threads: common.threads)
    if planOptions.rate == nil { plan.rate /= 10 }
    if !common.quiet { describe(network, preprocessing, plan) }
    let run = TrainRun(
      folder: files.output, label: "finetune",
      metadata: metadata(text).merging(names) { $1 }, plan: plan,
      scale: PixelScale(preprocessing), resumes: files.resume, quiet: common.quiet)
    let record = try run(network, training, test)
    guard !common.quiet else { return }
    let accuracy = record.testAccuracy.map { String(format: ", test %.2f %%", 100 * $0) } ?? ""
    print(
      String(format: "loss %.4f, accuracy %.2f %%", record.loss, 100 * record.accuracy) + accuracy)
  }

  private func describe(_ network: Network, _ preprocessing: Preprocessing, _ plan: TrainingPlan) {
    for remark in network.remarks { Terminal.say("note: \(remark)") }
    let norms = network.nodes.count {
      if case .batchNormalization = $0.layer { true } else { false }
    }
    Terminal.say("preprocessing: \(preprocessing)")
    Terminal.say(
      "rate \(plan.rate); "
        + (norms > 0
          ? "\(norms) batch normalisations are trained with the statistics of each batch"
          : "no batch normalisation: an export for inference folds it into the convolutions"))
  }

  private func metadata(_ preprocessing: String) -> [String: String] {
    [
      "finetuned_from": (model as NSString).lastPathComponent, "seed": String(seed),
      "version": MoireVersion.current, ONNXModel.preprocessingKey: preprocessing,
    ]
  }
}
