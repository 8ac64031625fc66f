import ArgumentParser
import Foundation
import MoireKit
import Synchronization

/// `moire equivariance`: how far each layer is from moving with the image.
struct EquivarianceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "equivariance",
    abstract: "Measure, layer by layer, how far features are from moving with the image.",
    discussion: """
      Examples:
        moire equivariance --circular
        moire equivariance resnet18.onnx photos/ --out equivariance
        moire equivariance vgg.onnx photos/ --layers 'features.*' --range 16

      The image is rolled by every shift of one period of the network, its total stride; the distance of
      a layer is 1 − cosine between the moved features and those of the moved image, mean over positions
      at the input's resolution. Of every sampling site both halves are measured: the operation at stride
      1, and what its stride takes. Without MODEL and IMAGES what travels with the program is taken, as
      by 'moire audit'. --out writes equivariance.json, equivariance.csv (a row for each layer and shift)
      and equivariance.svg (a heat map for each layer, and distance against depth).
      """)

  @Argument(help: "The ONNX file.")
  var model: String?

  @Argument(help: "Photos (PNG, JPEG), .npy tensors float32 [C,H,W] or [N,C,H,W], or folders.")
  var images: [String] = []

  @Option(
    help: ArgumentHelp(
      "Layers by path, as in a shell, '*' for all. Default: sampling sites, the ends of blocks, the"
        + " last map.", valueName: "pattern"))
  var layers: String?

  @Option(
    help: ArgumentHelp(
      "Shifts 0 to N−1 on both axes. Default: one period, the total stride.", valueName: "N"))
  var range: Int?

  @Flag(help: "Pad the network circularly, so that only its strides remain.")
  var circular = false

  @Option(
    help: ArgumentHelp(
      "Room for the maps of the unshifted image; layers that need more are measured in groups.",
      valueName: "MB"))
  var memory: Int = 1000

  @Option(
    help: ArgumentHelp(
      "The folder for equivariance.json, equivariance.csv, equivariance.svg.", valueName: "folder"))
  var out: String?

  @OptionGroup var network: NetworkOptions
  @OptionGroup var preprocessing: PreprocessingOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let range, range < 1 {
      throw ValidationError("--range \(range): need a number from 1 on")
    }
    guard (1...1_000_000).contains(memory) else {
      throw ValidationError("--memory \(memory): need a number from 1 to 1000000")
    }
  }

  func run() throws {
    let subject = try AuditSubject(
      model: model, images: images, labels: nil, classNames: nil, network, preprocessing)
    let wrapped = try circular ? subject.network.circular() : nil
    let progress = Mutex(Progress("equivariance: run", quiet: common.quiet))
    let document = try Equivariance(
      network: wrapped?.network ?? subject.network, circular: wrapped?.changes,
      source: subject.source,
      options: Equivariance.Options(
        layers: layers, range: range, memory: memory * 1_000_000, threads: common.threads,
        classNames: subject.classNames),
      preprocessing: subject.preprocessing, remarks: subject.remarks,
      progress: { done, total in progress.withLock { $0.show(done, of: total) } }
    ).document
    progress.withLock { $0.finish() }
    guard document.images.read > 0 else {
      throw CommandError.noImages(document.images.skipped.first?.reason ?? "there was none")
    }
    if let json = common.json { try JSONFile.write(DocumentJSON.encode(document), path: json) }
    let files = try out.map {
      try EquivarianceFiles.write(
        document, to: $0,
        encodePNG: {
          try Image(width: $0.width, height: $0.height, channels: 3, pixels: $0.rgb).pngData()
        })
    }
    guard !common.quiet else { return }
    print(EquivarianceText(document).render(color: Terminal.outputIsTerminal))
    if let files { print("\nwritten: " + files.joined(separator: ", ")) }
  }
}
