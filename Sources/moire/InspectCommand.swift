import ArgumentParser
import Foundation
import MoireKit

/// `moire inspect`: what a network is, without running it.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show the layers, costs, sampling sites and sample positions of a network.",
    discussion: """
      Examples:
        moire inspect
        moire inspect mobilenet_v2.onnx
        moire inspect resnet50 --size 256x192 --json resnet50.json

      MODEL is an ONNX file or the name of an architecture; without one the network that travels with
      the program is shown. Multiply-adds are those of convolutions and fully connected layers. For
      every stage, the layers between two changes of the sampling rate, the last table says how far its
      samples have drifted from standing centred on the image, and what the borders keep of a constant.
      """)

  @Argument(help: "The ONNX file, or an architecture such as resnet50.")
  var model: String?

  @OptionGroup var network: NetworkOptions

  @Option(help: ArgumentHelp("Also write the result as JSON.", valueName: "file"))
  var json: String?

  @Flag(help: "Say nothing but errors.")
  var quiet = false

  func run() throws {
    let inspection = try Inspection(loaded())
    if !quiet { print(InspectionText(inspection).render(color: Terminal.outputIsTerminal)) }
    if let json { try JSONFile.write(inspection, path: json) }
  }

  private func loaded() throws -> Network {
    let size = try network.parsedSize()
    guard let model else {
      let onnx = try ONNXModel(
        bytes: EmbeddedDefault.file("default.onnx"), name: "Fashion-MNIST CNN (embedded)")
      return try onnx.network(
        inputName: network.inputName, outputName: network.outputName, size: size)
    }
    guard isArchitecture(model) else {
      return try ONNXModel(contentsOf: model).network(
        inputName: network.inputName, outputName: network.outputName, size: size)
    }
    guard network.inputName == nil, network.outputName == nil else {
      throw ValidationError(
        "--input-name and --output-name choose within a file, not within \(model)")
    }
    // Nothing that is shown depends on the weights.
    return try Zoo.architecture(named: model).network(inputSize: size, weights: ZeroWeights())
  }

  /// A word that is no file and does not look like one.
  private func isArchitecture(_ name: String) -> Bool {
    !FileManager.default.fileExists(atPath: name) && !name.contains("/") && !name.contains(".")
  }
}
