import ArgumentParser
import Foundation
import MoireKit

/// `moire train`: trains networks of the zoo on images by class.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a network on images by class.",
    discussion: """
      Examples:
        moire train --data fashion-mnist --network vgg-small --out trained
        moire train --data photos --network cifar_resnet18 --downsampling bin-3 --seeds 3 --out trained
        moire train --data fashion-mnist --network vgg-small --out trained --resume

      DATA is a folder of idx files as MNIST's (plain or .gz), a folder with train and test folders that
      hold a folder of images for each class, or an .npz with x_train, y_train, x_test, y_test.
      Each seed gets a folder in OUT with model.onnx, model.safetensors, log.csv and curves.svg;
      summary.csv has a line for each. A killed run goes on with --resume to the same weights.
      """)

  @Option(
    help: "A network of the zoo, as vgg-small, strided-small, resnet-small or cifar_resnet18.")
  var network = "vgg-small"

  @Option(
    help: ArgumentHelp(
      "What subsamples: \(Downsampling.grammar).", valueName: "method"))
  var downsampling = "strided"

  @Option(help: "What stands around maps: zero or circular.")
  var border = "zero"

  @Option(help: "How many networks to train, with the seeds SEED, SEED + 1, …")
  var seeds = 1

  @Option(help: "The first seed.")
  var seed: UInt64 = 0

  @OptionGroup var files: TrainRunOptions
  @OptionGroup var planOptions: TrainPlanOptions
  @OptionGroup var preprocessing: PreprocessingOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    _ = try Downsampling(parsing: downsampling)
    _ = try planOptions.plan(seed: seed, threads: common.threads)
    guard Border(rawValue: border) != nil else {
      throw ValidationError("--border \(border): need zero or circular")
    }
    guard (1...1000).contains(seeds) else {
      throw ValidationError("--seeds \(seeds): need a number from 1 to 1000")
    }
  }

  func run() throws {
    let architecture = try Zoo.architecture(named: network)
    let source = DataSource(files.data)
    let training = try source.training(threads: common.threads).limited(to: files.limit)
    let test = try source.test(classes: training.classes.count, threads: common.threads)
    let names = try files.classes(of: training)
    let scale = PixelScale(try preprocessing.resolve(inputShape: training.shape))
    var summary: [(seed: UInt64, record: EpochRecord)] = []
    for number in 0..<UInt64(seeds) {
      let seed = self.seed &+ number
      let network = try architecture.network(
        inputSize: HW(training.shape[1], training.shape[2]), inputChannels: training.shape[0],
        classes: training.classes.count, downsampling: Downsampling(parsing: downsampling),
        padding: Border(rawValue: border) ?? .zero, weights: SeededWeights(seed: seed))
      let run = try TrainRun(
        folder: "\(files.output)/seed-\(seed)", label: "seed \(seed)",
        metadata: metadata(seed, channels: training.shape[0]).merging(names) { $1 },
        plan: planOptions.plan(seed: seed, threads: common.threads), scale: scale,
        resumes: files.resume, quiet: common.quiet)
      summary.append((seed, try run(network, training, test)))
    }
    try writeSummary(summary)
  }

  private func metadata(_ seed: UInt64, channels: Int) -> [String: String] {
    [
      "network": network, "downsampling": downsampling, "border": border, "seed": String(seed),
      "version": MoireVersion.current,
      ONNXModel.preprocessingKey: preprocessing.text(channels: channels),
    ]
  }

  private func writeSummary(_ rows: [(seed: UInt64, record: EpochRecord)]) throws {
    var text = "seed,loss,accuracy,test_loss,test_accuracy,seconds\n"
    for (seed, record) in rows {
      let optional = { (value: Double?) in value.map { String($0) } ?? "" }
      text +=
        "\(seed),\(record.loss),\(record.accuracy),\(optional(record.testLoss)),"
        + "\(optional(record.testAccuracy)),\(String(format: "%.2f", record.seconds))\n"
    }
    try OutputFiles.write([("\(files.output)/summary.csv", Data(text.utf8))])
    guard !common.quiet else { return }
    print(text, terminator: "")
  }
}
