import MoireLayers
import MoireTensors

/// What all protocols of a run have in common.
public struct ShiftSettings: Codable, Sendable, Equatable {
  /// How many pairs are drawn for each image where a protocol draws them.
  public var passes: Int
  /// What all drawing starts from.
  public var seed: UInt64
  /// The step of dense grids of shifts; 1 is every shift.
  public var gridStep: Int

  public init(passes: Int = 5, seed: UInt64 = 0, gridStep: Int = 1) {
    self.passes = passes
    self.seed = seed
    self.gridStep = gridStep
  }
}

/// The protocols by name.
public enum ShiftCatalog {
  /// One protocol, before it is made ready for a network.
  public struct Entry: Sendable {
    public let name: String
    /// Where it comes from.
    public let source: String
    /// What it does, in a few words.
    public let summary: String
    /// Whether a network must answer with classes, else with maps.
    let isForClasses: Bool
    let make: @Sendable (ShiftContext) throws -> ShiftTrial
  }

  public static let entries: [Entry] =
    azulayWeiss + [typicality] + azulayWeissSweeps + zhang + polyphase + subPixel + maps

  public static var names: [String] { entries.map(\.name) }

  /// What is measured when nothing is said.
  static let usual = [
    "zhang-crop", "aps-circular", "aw-crop", "aw-black", "aw-inpaint", "aw-scale", "afc-half",
    "sis", "eq-t", "eq-t-frac",
  ]

  /// - Throws: ``ShiftError/unknown(_:)``.
  public static func entry(_ name: String) throws -> Entry {
    guard let entry = entries.first(where: { $0.name == name }) else {
      throw ShiftError.unknown(name)
    }
    return entry
  }

  /// The protocols of a run, and what to say of those left out.
  ///
  /// - Parameter names: nil for the usual ones, of which those that are not possible are left out.
  /// - Throws: ``ShiftError`` for a name that is not known or a protocol that is not possible.
  static func trials(
    _ names: [String]?, _ context: ShiftContext
  ) throws -> (trials: [ShiftTrial], remarks: [String]) {
    if let names { return (try names.map { try context.make(entry($0)) }, []) }
    var remarks: [String] = []
    let known = usual + (context.reference == nil ? [] : [typicalityName])
    let candidates = try known.map(entry).filter { $0.isForClasses == context.isClassifier }
    let trials = candidates.compactMap { entry -> ShiftTrial? in
      do {
        return try context.make(entry)
      } catch {
        remarks.append("left out: \(error)")
        return nil
      }
    }
    guard !trials.isEmpty else {
      throw ShiftError.impossible(
        protocol: candidates.first?.name ?? "",
        reason: remarks.first.map { String($0.dropFirst(10)) } ?? "none fits this network")
    }
    return (trials, remarks)
  }
}

/// The network and the images that protocols are made ready for.
struct ShiftContext: Sendable {
  /// Of the network's input.
  var size: HW
  var outputShape: [Int]
  /// By how much images are larger than the input after their resize, at least; nil where they are
  /// not.
  var margin: Int?
  /// Whether there are photos, which can be resized in other ways.
  var hasPhotos: Bool
  /// Whether a network's maps can be read.
  var sites: [SamplingSite]
  var settings: ShiftSettings
  /// What training images look like to the network, where there are some.
  var reference: TypicalityReference?

  var isClassifier: Bool { outputShape.count == 1 && outputShape[0] > 1 }
  /// The longer side of the input, N where a paper says 224.
  var side: Int { max(size.height, size.width) }
  var shorter: Int { min(size.height, size.width) }

  func make(_ entry: ShiftCatalog.Entry) throws -> ShiftTrial {
    if entry.isForClasses, !isClassifier {
      throw ShiftError.impossible(
        protocol: entry.name,
        reason: "it compares classes, and the network answers with shape \(outputShape)")
    }
    do {
      return try entry.make(self)
    } catch ShiftError.cannot(let reason) {
      throw ShiftError.impossible(protocol: entry.name, reason: reason)
    }
  }

  /// A length that a paper gives for 224 pixels.
  func scaled(_ length: Int) -> Int {
    Int((Double(length) * Double(side) / 224).rounded())
  }

  func needPhotos() throws {
    guard hasPhotos else {
      throw ShiftError.cannot("it resizes photos in its own way, and .npy tensors are no photos")
    }
  }

  /// The margin, which must be at least `least`.
  func margin(atLeast least: Int) throws -> Int {
    guard let margin, margin >= least else {
      throw ShiftError.cannot(
        "it moves a window of \(size) over larger images, and these are not resized to more than that: "
          + "set resize=\(side + max(least, scaled(32))) in --preprocess")
    }
    return margin
  }

  /// The generator of one draw; with `shared`, the images of a batch have it in common.
  func generator(
    _ name: String, pass: Int, image: Int, shared: Bool = false
  ) -> SeededGenerator {
    SeededGenerator(
      seed: settings.seed, Int(truncatingIfNeeded: Fingerprint.of(name)), pass,
      shared ? image / ShiftProtocol.batchSize : image)
  }

  static let shared = "shared by \(ShiftProtocol.batchSize) images in a row"
}

extension SeededGenerator {
  /// A shift with both parts in `range`.
  mutating func shift(in range: Range<Int>) -> HW {
    let vertical = integer(in: range)
    return HW(vertical, integer(in: range))
  }

  /// A number in [low, high).
  mutating func number(from low: Double, to high: Double) -> Double {
    low + (high - low) * uniform()
  }
}
