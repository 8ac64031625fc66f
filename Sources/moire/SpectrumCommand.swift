import ArgumentParser
import Foundation
import MoireKit

/// `moire spectrum`: how much of pictures and maps would alias.
struct SpectrumCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "spectrum",
    abstract: "Measure how much of images or maps a subsampling folds.",
    discussion: """
      Examples:
        moire spectrum photo.jpg
        moire spectrum maps.npy features.npz:layer1 --stride 2x1 --plot spectra.svg --json spectra.json

      INPUT is a PNG or JPEG file, whose gray or RGB channels are read as 0…1, a .npy file of float32
      [H,W], [C,H,W] or [N,C,H,W], a .npz file of such arrays, file.npz:name for one of them, or a
      folder of all these. Inputs of one size are pooled in a row of their own.
      """)

  @Argument(help: ArgumentHelp("Images and arrays.", valueName: "input"))
  var inputs: [String]

  @Option(help: "The subsampling, as 2 or 2x3 (height x width).")
  var stride: String = "2"

  @Option(
    help: ArgumentHelp(
      "How a map goes on beyond its border: periodic, mirror, hann, kaiser:β.",
      valueName: "boundary"))
  var boundary: String = "periodic"

  @Option(help: ArgumentHelp("The filters to foretell, comma-separated.", valueName: "list"))
  var filters: String = "bin-3,bin-5,ideal"

  @Option(help: ArgumentHelp("Draw spectra, profiles and fold maps.", valueName: "file.svg"))
  var plot: String?

  @OptionGroup var common: CommonOptions

  func validate() throws {
    _ = try Spelling.stride(stride)
    _ = try Spelling.boundary(boundary)
    try DrawingFile.check(plot)
  }

  func run() throws {
    let (stride, boundary) = (try Spelling.stride(stride), try Spelling.boundary(boundary))
    let filters = try Spelling.filters(filters)
    let read = try MapInput.all(inputs).map { input in
      do {
        let sums = try SpectrumSums(
          input.maps, stride: stride, boundary: boundary, threads: common.threads)
        return SpectrumDocument.Input(
          name: input.name, values: input.values, shape: input.shape, sums: sums)
      } catch let error as SpectralError {
        throw error.about(input.name)
      }
    }
    let document = try SpectrumDocument(read, stride: stride, boundary: boundary, filters: filters)
    let json = try common.json.map { ($0, try DocumentJSON.encode(document)) }
    let drawing = try plot.map {
      ($0, Data(try SpectrumChart(document, encodePNG: DrawingFile.encodePNG).svg().utf8))
    }
    try OutputFiles.write([json, drawing].compactMap { $0 })
    if !common.quiet {
      print(SpectrumText(document).render(color: Terminal.outputIsTerminal))
    }
  }
}

/// Drawings that commands write.
enum DrawingFile {
  /// - Throws: `ValidationError` unless the name ends in `.svg`.
  static func check(_ path: String?) throws {
    guard let path, (path as NSString).pathExtension.lowercased() != "svg" else { return }
    throw ValidationError("--plot \(path): drawings are SVG, need a name that ends in .svg")
  }

  static let encodePNG: PNGEncoder = {
    try Image(width: $0.width, height: $0.height, channels: 3, pixels: $0.rgb).pngData()
  }
}
