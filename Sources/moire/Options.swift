import ArgumentParser
import Foundation
import MoireKit

/// What every command takes.
struct CommonOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Also write the result as JSON.", valueName: "file"))
  var json: String?

  @Flag(help: "Say nothing but errors.")
  var quiet = false

  @Option(help: "How many threads to use; default: one for each processor.")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    guard (1...1024).contains(threads) else {
      throw ValidationError("--threads \(threads): need a number from 1 to 1024")
    }
  }
}

/// Which network, and which way through it.
struct NetworkOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The input to feed, where a network has several.", valueName: "name"))
  var inputName: String?

  @Option(help: ArgumentHelp("The output to read, where a network has several.", valueName: "name"))
  var outputName: String?

  @Option(
    help: ArgumentHelp(
      "Height and width, as 224x224 or 224, for a network that leaves them open.",
      valueName: "size"))
  var size: String?

  func parsedSize() throws -> HW? {
    guard let size else { return nil }
    return try Spelling.pair(size, option: "--size", in: 1...65536)
  }
}

/// How pixels become the network's input.
struct PreprocessingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      imagenet, tf, none, or numbers as 'mean=0.5,0.5,0.5 std=0.25,0.25,0.25' and 'resize=256'. \
      Default: what a network of moire train was trained with, else imagenet for colour, none for \
      gray networks.
      """, valueName: "preset"))
  var preprocess: String?

  /// The preprocessing for a network's input `[C, H, W]`.
  ///
  /// - Parameter trained: what the network's file says that it was trained with.
  func resolve(inputShape: [Int], trained: String? = nil) throws -> Preprocessing {
    guard inputShape.count == 3, inputShape[0] == 1 || inputShape[0] == 3 else {
      throw CommandError.notAnImageNetwork(inputShape)
    }
    return try Preprocessing(
      parsing: text(channels: inputShape[0], trained: trained),
      crop: HW(inputShape[1], inputShape[2]), channels: inputShape[0])
  }

  /// The option's text, or what stands in for it.
  func text(channels: Int, trained: String? = nil) -> String {
    preprocess ?? trained ?? (channels == 3 ? "imagenet" : "none")
  }
}

extension ONNXModel {
  /// The key of ``trainedPreprocessing`` in a file's metadata.
  static let preprocessingKey = "moire.preprocess"

  /// The preprocessing that a training here left in the file, as `--preprocess` takes it.
  var trainedPreprocessing: String? { metadata[Self.preprocessingKey] }
}

/// What can be wrong with what a command was given, beyond what the libraries say.
enum CommandError: InputError {
  case notAnImageNetwork([Int])
  case notFound(String)
  case emptyFolder(String, [String])
  case noImages(String)
  case badTensor(path: String, expected: [Int], got: [Int])
  case badLine(path: String, line: Int, reason: String)
  case noMaps(path: String, shape: [Int])
  case input(String, String)
  case unreadable(path: String, reason: String)
  case unwritable(path: String, reason: String)

  var description: String {
    switch self {
    case .notAnImageNetwork(let shape):
      "the network's input [N, \(shape.map(String.init).joined(separator: ", "))] has \(shape.first ?? 0)"
        + " channels; photos need 1 or 3, use .npy tensors for others"
    case .notFound(let path): "\(path): no such file or folder"
    case .emptyFolder(let path, let kinds):
      "\(path): the folder holds no " + kinds.dropLast().map { ".\($0)" }.joined(separator: ", ")
        + " or .\(kinds.last ?? "") file"
    case .noImages(let reason): "no image could be used: \(reason)"
    case .badTensor(let path, let expected, let got):
      "\(path): holds shape \(got), the network takes \(expected) or [N, "
        + expected.map(String.init).joined(separator: ", ") + "]"
    case .badLine(let path, let line, let reason): "\(path), line \(line): \(reason)"
    case .noMaps(let path, let shape):
      "\(path): holds shape \(shape), need [H, W], [C, H, W] or [N, C, H, W] with at least one sample"
    case .input(let name, let reason): "\(name): \(reason)"
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
    }
  }
}
