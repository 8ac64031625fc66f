import ArgumentParser
import Foundation
import MoireKit

/// `moire run`: plain inference.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a network on images or tensors and print its answers.",
    discussion: """
      Example: moire run mobilenet_v2.onnx cat.jpg --class-names imagenet.txt --output logits.npy

      INPUT is a PNG or JPEG photo, which is resized, cropped and normalised as the line printed says,
      or a .npy file of float32 [C,H,W] or [N,C,H,W], which is fed as it is.
      """)

  @Argument(help: "The ONNX file.")
  var model: String

  @Argument(help: "Photos (PNG, JPEG), .npy tensors, or folders of them.")
  var inputs: [String]

  @Option(help: ArgumentHelp("Write all answers as one .npy tensor.", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("A text file with one class name a line.", valueName: "file"))
  var classNames: String?

  @OptionGroup var network: NetworkOptions
  @OptionGroup var preprocessing: PreprocessingOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let onnx = try ONNXModel(contentsOf: model)
    let graph = try onnx.network(
      inputName: network.inputName, outputName: network.outputName, size: network.parsedSize())
    let names = try classNames.map(Labels.classNames) ?? onnx.classes
    let files = try ImageFiles(paths: inputs)
    let pixels =
      files.hasPixels
      ? try preprocessing.resolve(
        inputShape: graph.inputShape, trained: onnx.trainedPreprocessing) : nil
    let compiled = try CompiledNetwork(graph)
    var answers: [Tensor] = []
    var document = Document(
      network: graph.name, preprocessing: pixels.map(\.description) ?? "none: tensors from .npy",
      results: [])
    if !common.quiet { print(document.preprocessing) }
    for item in files.items {
      let input = try ImageFiles.load(item, inputShape: graph.inputShape, preprocessing: pixels)
      let answer = try compiled.run(input.tensor, threads: common.threads)
      if output != nil { answers.append(answer) }
      let result = Document.Result(input: item.name, answer: answer, names: names)
      document.results.append(result)
      if !common.quiet { print(result.text) }
    }
    if let output { try NPY.write(RunCommand.joined(answers), path: output) }
    if let json = common.json { try JSONFile.write(document, path: json) }
  }

  private static func joined(_ answers: [Tensor]) throws -> Tensor {
    let shape = answers.first.map { Array($0.shape.dropFirst()) } ?? []
    return try Tensor(shape: [answers.count] + shape, values: answers.flatMap(\.values))
  }

  /// What `--json` writes.
  struct Document: Encodable {
    var network: String
    var preprocessing: String
    var results: [Result]

    struct Result: Encodable {
      var input: String
      var outputShape: [Int]
      /// The most probable classes; nil when the answer is not `[N, classes]`.
      var top: [Class]?

      init(input: String, answer: Tensor, names: [String]?) {
        self.input = input
        outputShape = Array(answer.shape.dropFirst())
        guard outputShape.count == 1, answer.count > 1 else { return }
        let largest = Double(answer.values.max() ?? 0)
        let powers = answer.values.map { exp(Double($0) - largest) }
        let total = powers.reduce(0, +)
        top = answer.values.indices.sorted { answer[$0] > answer[$1] }.prefix(5).map { index in
          Class(
            index: index, name: names.flatMap { index < $0.count ? $0[index] : nil },
            output: answer[index], probability: powers[index] / total)
        }
      }

      var text: String {
        guard let top else { return "\(input): answer of shape \(outputShape)" }
        let lines = top.map {
          let percent = String(format: "%6.2f %%", 100 * $0.probability)
          return "  \(percent)  \($0.index)" + ($0.name.map { " \($0)" } ?? "")
        }
        return ([input + ":"] + lines).joined(separator: "\n")
      }
    }

    struct Class: Encodable {
      var index: Int
      var name: String?
      var output: Float
      var probability: Double
    }
  }
}

/// JSON as Moire writes it: keys in snake case and in order, written beside and then renamed.
enum JSONFile {
  static func data(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return try encoder.encode(value)
  }

  static func write(_ value: some Encodable, path: String) throws {
    try write(data(value), path: path)
  }

  static func write(_ data: Data, path: String) throws {
    do {
      try data.write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw CommandError.unwritable(path: path, reason: systemReason(error))
    }
  }
}
