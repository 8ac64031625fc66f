import MoireTensors

/// What a run of shift protocols is about: all that its result depends on but the images' records.
///
/// Two runs with equal headers may be put together; what differs is the reason why others may not.
public struct ShiftHeader: Codable, Sendable, Equatable {
  public static let schema = 1

  public var schema = ShiftHeader.schema
  public var versions: AuditDocument.Versions
  public var network: AuditDocument.NetworkSummary
  /// Tells networks apart that have the same name.
  public var networkFingerprint: String
  public var preprocessing: AuditDocument.PreprocessingSummary
  public var settings: ShiftSettings
  public var protocols: [ShiftTrial.Rules]
  /// Whether the answers are classes.
  public var isClassifier: Bool
  public var images: Int
  /// Tells lists of image names and labels apart.
  public var imagesFingerprint: String
  public var remarks: [String]

  /// Why a record of `other` is no record of this run; nil when it is one.
  public func difference(from other: ShiftHeader) -> String? {
    if schema != other.schema {
      return "its format is version \(other.schema), this program writes \(schema)"
    }
    if versions != other.versions {
      return
        "it was made by Moire \(other.versions.moire) with oneDNN \(other.versions.onednn) and FFTW "
        + "\(other.versions.fftw), this is \(versions.moire), \(versions.onednn), \(versions.fftw)"
    }
    if networkFingerprint != other.networkFingerprint {
      return "it belongs to another network, \(other.network.name) with the contents "
        + "\(other.networkFingerprint), not \(network.name) with \(networkFingerprint)"
    }
    if preprocessing != other.preprocessing {
      return "its preprocessing is '\(other.preprocessing.description)', not "
        + "'\(preprocessing.description)'"
    }
    if settings != other.settings {
      return "it has seed \(other.settings.seed), \(other.settings.passes) passes, grid step "
        + "\(other.settings.gridStep), not \(settings.seed), \(settings.passes), \(settings.gridStep)"
    }
    if protocols != other.protocols {
      let names = { (header: ShiftHeader) in
        header.protocols.map(\.name).joined(separator: ",")
      }
      return names(self) == names(other)
        ? "its protocols have the same names and other constants"
        : "its protocols are \(names(other)), not \(names(self))"
    }
    if images != other.images || imagesFingerprint != other.imagesFingerprint {
      return "it is about other images or labels (\(other.images), not \(images), or other names)"
    }
    return self == other ? nil : "it was made of a network or images with other remarks or names"
  }
}

/// Which part of the images a run reads: image i belongs to part i mod count.
public struct ShiftShard: Codable, Sendable, Equatable {
  /// From 1.
  public var index, count: Int

  public init(index: Int, count: Int) {
    self.index = index
    self.count = count
  }

  public static let whole = ShiftShard(index: 1, count: 1)

  public func contains(_ image: Int) -> Bool { image % count == index - 1 }
}
