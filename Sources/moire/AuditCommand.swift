import ArgumentParser
import Foundation
import MoireKit

/// `moire audit`: where a network aliases, how much, and how that shows when the image moves.
struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Measure the aliasing of a network and its sensitivity to shifts.",
    discussion: """
      Examples:
        moire audit
        moire audit mobilenet_v2.onnx photos/ --out report
        moire audit model.onnx photos/ --labels labels.csv --fail-if 'consistency<0.95'

      Without MODEL a small network and test images that travel with the program are audited; without
      IMAGES two photos that do. --out writes report.html, audit.json and sites.csv.
      """)

  @Argument(help: "The ONNX file.")
  var model: String?

  @Argument(help: "Photos (PNG, JPEG), .npy tensors float32 [C,H,W] or [N,C,H,W], or folders.")
  var images: [String] = []

  @Option(
    help: ArgumentHelp("The folder for report.html, audit.json, sites.csv.", valueName: "folder"))
  var out: String?

  @Option(
    help: ArgumentHelp(
      "The right classes, lines 'image name,class number'. Default: the number at the end of "
        + "every file's name, as in photo_741.jpg, where all have one.", valueName: "file"))
  var labels: String?

  @Option(help: ArgumentHelp("A text file with one class name a line.", valueName: "file"))
  var classNames: String?

  @Option(help: "How often each image is shifted under each protocol; 0 leaves shifts out.")
  var passes: Int = 5

  @Option(help: "What the shifts are drawn from.")
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "End with exit code 4 when a number of the audit meets this: \(FailCondition.usage).",
      valueName: "condition"))
  var failIf: [FailCondition] = []

  @OptionGroup var network: NetworkOptions
  @OptionGroup var preprocessing: PreprocessingOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (0...10_000).contains(passes) else {
      throw ValidationError("--passes \(passes): need a number from 0 to 10000")
    }
  }

  func run() throws {
    let subject = try AuditSubject(
      model: model, images: images, labels: labels, classNames: classNames, network, preprocessing)
    var progress = Progress("audit: image", quiet: common.quiet)
    let audit = try Audit(
      network: subject.network, source: subject.source,
      options: Audit.Options(
        passes: passes, seed: seed, threads: common.threads, classNames: subject.classNames),
      preprocessing: subject.preprocessing, remarks: subject.remarks,
      progress: { progress.show($0, of: $1) })
    progress.finish()
    guard audit.document.images.read > 0 else {
      throw CommandError.noImages(audit.document.images.skipped.first?.reason ?? "there was none")
    }
    for skipped in audit.document.images.skipped where !common.quiet {
      Terminal.say("skipped \(skipped.name): \(skipped.reason)")
    }
    if !common.quiet {
      print(AuditText(audit.document).render(color: Terminal.outputIsTerminal))
    }
    try write(audit)
    for condition in failIf { try condition.check(audit.document) }
  }

  private func write(_ audit: Audit) throws {
    if let json = common.json { try JSONFile.write(AuditJSON.encode(audit.document), path: json) }
    guard let out else { return }
    let pictures = zip(audit.document.sites, audit.spectra).map { site, spectrum in
      SitePicture(
        path: site.path, size: spectrum.size, stride: spectrum.stride, power: spectrum.full)
    }
    let files = try ReportWriter.write(
      document: audit.document, pictures: pictures, to: out,
      encodePNG: {
        try Image(width: $0.width, height: $0.height, channels: 3, pixels: $0.rgb).pngData()
      })
    if !common.quiet { print("\nwritten: " + files.joined(separator: ", ")) }
  }
}

extension AuditDocument.PreprocessingSummary {
  /// The summary of a preprocessing; nil: tensors were fed as they are.
  init(_ preprocessing: Preprocessing?) {
    guard let preprocessing else {
      self.init(description: "none: tensors from .npy are fed as they are")
      return
    }
    self.init(
      description: preprocessing.description, preset: preprocessing.preset,
      resize: preprocessing.resize, crop: preprocessing.crop,
      interpolation: preprocessing.interpolation.rawValue, divisor: preprocessing.divisor,
      mean: preprocessing.mean, std: preprocessing.std)
  }
}
