import ArgumentParser
import Foundation
import MoireKit

/// `moire shift`: the literature's protocols of shift sensitivity.
struct ShiftCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shift",
    abstract: "Measure how answers change when images move, by the literature's protocols.",
    discussion: """
      Examples:
        moire shift --list-protocols
        moire shift mobilenet_v2.onnx photos/ --protocol zhang-crop,aw-crop,aw-black --json shift.json
        moire shift model.onnx val/ --journal part1.jsonl --shard 1/4 --resume

      Every number comes with its protocol in one line and a 95 % interval. Without MODEL the network
      and images that travel with the program are measured; without --protocol the usual protocols
      that fit. A journal keeps each finished image: --resume goes on with it, 'moire merge' joins the
      journals of several shards, both with the bytes of one uninterrupted run.
      """)

  @Argument(help: "The ONNX file.")
  var model: String?

  @Argument(help: "Photos (PNG, JPEG), .npy tensors float32 [C,H,W] or [N,C,H,W], or folders.")
  var images: [String] = []

  @Option(
    name: .customLong("protocol"),
    help: ArgumentHelp("Protocols, with commas between them.", valueName: "list"))
  var protocols: String?

  @Flag(help: "Print the protocols and end.")
  var listProtocols = false

  @Option(
    help: ArgumentHelp("The folder for shift.json, shift.csv, images.csv.", valueName: "folder"))
  var out: String?

  @Option(
    help: ArgumentHelp(
      "The right classes, lines 'image name,class number'. Default: the number at the end of "
        + "every file's name, as in photo_741.jpg, where all have one.", valueName: "file"))
  var labels: String?

  @Option(
    help: ArgumentHelp(
      "Images that the network was trained on, for aw-typicality: P(top-1 change) against the "
        + "distance from the nearest ones.", valueName: "folder"))
  var training: String?

  @Option(help: "How many pairs a protocol draws for each image.")
  var passes: Int = 5

  @Option(help: "What the shifts and the intervals are drawn from.")
  var seed: UInt64 = 0

  @Option(help: "The step of the adversaries' grids of shifts; 1 is every shift.")
  var gridStep: Int = 1

  @OptionGroup var journal: ShiftJournalOptions
  @OptionGroup var network: NetworkOptions
  @OptionGroup var preprocessing: PreprocessingOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (1...10_000).contains(passes) else {
      throw ValidationError("--passes \(passes): need a number from 1 to 10000")
    }
    guard (1...1000).contains(gridStep) else {
      throw ValidationError("--grid-step \(gridStep): need a number from 1 to 1000")
    }
    let names = try names()
    guard training == nil || names?.contains("aw-typicality") ?? true else {
      throw ValidationError("--training is for aw-typicality: name it in --protocol")
    }
  }

  /// The protocols asked for; nil for the usual ones.
  private func names() throws -> [String]? {
    guard let protocols else { return nil }
    let names = protocols.split(separator: ",", omittingEmptySubsequences: false)
      .map { $0.trimmingCharacters(in: .whitespaces) }
    for (index, name) in names.enumerated() {
      do {
        _ = try ShiftCatalog.entry(name)
      } catch let error as ShiftError {
        throw ValidationError("--protocol: \(error.description)")
      }
      guard !names[..<index].contains(name) else {
        throw ValidationError("--protocol: '\(name)' stands there twice")
      }
    }
    return names
  }

  func run() throws {
    guard !listProtocols else { return print(ShiftProtocolList.text) }
    let names = try names()
    let subject = try AuditSubject(
      model: model, images: images, labels: labels, classNames: nil, network, preprocessing)
    let run = try ShiftRun(
      network: subject.network,
      images: ShiftRun.Images(
        source: subject.source, labels: subject.labels, margin: subject.margin,
        arePhotos: subject.arePhotos,
        training: try training.map { try subject.images(at: $0, preprocessing) }),
      protocols: names,
      settings: ShiftSettings(passes: passes, seed: seed, gridStep: gridStep),
      threads: common.threads, preprocessing: subject.preprocessing, remarks: subject.remarks)
    let records = try journal.records(of: run, quiet: common.quiet)
    let document = ShiftDocument(run.header, records, remarks: journal.remarks)
    guard document.images.read > 0 else {
      throw CommandError.noImages(document.images.skipped.first?.reason ?? "there was none")
    }
    if names != nil, journal.isWhole { try document.requireImages() }
    try ShiftOutput.write(document, records, json: common.json, out: out, quiet: common.quiet)
  }
}

/// What the result of shift protocols is written to.
enum ShiftOutput {
  static func write(
    _ document: ShiftDocument, _ records: [ImageRecord], json: String?, out: String?, quiet: Bool
  ) throws {
    if let json { try JSONFile.write(DocumentJSON.encode(document), path: json) }
    let files = try out.map { try ShiftFiles.write(document, records: records, to: $0) } ?? []
    guard !quiet else { return }
    print(ShiftText(document).render(color: Terminal.outputIsTerminal))
    if !files.isEmpty { print("\nwritten: " + files.joined(separator: ", ")) }
  }
}

/// The protocols as a list for people.
enum ShiftProtocolList {
  static var text: String {
    let width = ShiftCatalog.names.map(\.count).max() ?? 0
    return ShiftCatalog.entries.map { entry in
      entry.name.padding(toLength: width + 2, withPad: " ", startingAt: 0)
        + "\(entry.summary) (\(entry.source))"
    }.joined(separator: "\n")
  }
}
