import Foundation
import MoireKit

/// Maps read from a file as they are: a picture's channels, or the planes of a tensor.
struct MapInput {
  let name: String
  /// What the values are, for people.
  let values: String
  /// As it stands in the file.
  let shape: [Int]
  /// `[N, C, H, W]`.
  let maps: Tensor
  /// Whether the values are 8-bit levels over 255.
  let isPicture: Bool

  /// The values to be shown black and white.
  var displayRange: ClosedRange<Float> {
    isPicture ? 0...1 : (maps.values.min() ?? 0)...(maps.values.max() ?? 1)
  }

  static let kinds = ["png", "jpg", "jpeg", "npy", "npz"]

  /// All inputs that paths name: files, folders with all they hold, `file.npz:name` for one array of
  /// several.
  ///
  /// - Throws: ``CommandError``, and what reading a file throws.
  static func all(_ paths: [String]) throws -> [MapInput] {
    try paths.flatMap { path -> [MapInput] in
      if let member = member(path) { return [try array(member.name, of: NPZ(path: member.file))] }
      return try ImageFiles.files(at: path, kinds: kinds).flatMap { try read($0) }
    }
  }

  private static func read(_ path: String) throws -> [MapInput] {
    switch (path as NSString).pathExtension.lowercased() {
    case "npy": return [try tensor(NPY.read(path: path), name: path)]
    case "npz":
      let file = try NPZ(path: path)
      guard !file.names.isEmpty else {
        throw CommandError.unreadable(path: path, reason: "it holds no array")
      }
      return try file.names.map { try array($0, of: file) }
    default: return [try picture(path)]
    }
  }

  /// The parts of `file.npz:name`, unless there is a file of the whole name.
  private static func member(_ path: String) -> (file: String, name: String)? {
    guard let mark = path.range(of: ".npz:", options: .backwards),
      !FileManager.default.fileExists(atPath: path)
    else { return nil }
    let name = String(path[mark.upperBound...])
    return (String(path[..<mark.upperBound].dropLast()), name)
  }

  private static func array(_ name: String, of file: NPZ) throws -> MapInput {
    try tensor(file.tensor(named: name), name: "\(file.path):\(name)")
  }

  /// `[H, W]`, `[C, H, W]` or `[N, C, H, W]`.
  private static func tensor(_ tensor: Tensor, name: String) throws -> MapInput {
    guard (2...4).contains(tensor.shape.count), tensor.count > 0 else {
      throw CommandError.noMaps(path: name, shape: tensor.shape)
    }
    let full = Array(repeating: 1, count: 4 - tensor.shape.count) + tensor.shape
    return MapInput(
      name: shortened(name), values: "float32", shape: tensor.shape,
      maps: try tensor.reshaped(full), isPicture: false)
  }

  private static func picture(_ path: String) throws -> MapInput {
    let image = try Image(contentsOf: path)
    let (channels, area) = (image.channels, image.size.area)
    var values = [Float](repeating: 0, count: channels * area)
    for channel in 0..<channels {
      for pixel in 0..<area {
        values[channel * area + pixel] = Float(image.pixels[pixel * channels + channel]) / 255
      }
    }
    let shape = [channels, image.height, image.width]
    return MapInput(
      name: shortened(path), values: "8-bit \(channels == 1 ? "gray" : "RGB") as 0…1",
      shape: shape, maps: try Tensor(shape: [1] + shape, values: values), isPicture: true)
  }

  private static func shortened(_ path: String) -> String { (path as NSString).lastPathComponent }
}

extension SpectralError {
  /// The same with the input it is about.
  func about(_ name: String) -> any Error {
    switch self {
    case .notFinite, .invalidSize, .outOfMemory: CommandError.input(name, description)
    default: self
    }
  }
}
