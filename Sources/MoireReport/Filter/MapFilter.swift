public import MoireSpectral
public import MoireTensors

/// A low-pass to be applied to maps, by the name it was asked for.
public struct MapFilter: Sendable {
  public enum Kind: Sendable {
    case lowPass(LowPass)
    /// 1 for |f| < cutoff on both axes, 0 beyond: the ideal filter at any cutoff, cycles per sample.
    case box(cutoff: Double)
  }

  public var name: String
  public var kind: Kind

  public init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
  }

  /// The filter of a specification, at a cutoff of its own where it takes one.
  ///
  /// - Parameter cutoff: cycles per sample, for ideal, Kaiser, raised-cosine, Gaussian and Hann filters.
  /// - Throws: `SpectralError`.
  public init(parsing text: String, cutoff: Double? = nil) throws(SpectralError) {
    guard let cutoff, MapFilter.takesCutoff(text) else {
      self.init(name: text, kind: .lowPass(try LowPass(parsing: text)))
      return
    }
    if text == "ideal" {
      self.init(name: "ideal:cutoff=\(cutoff)", kind: .box(cutoff: cutoff))
      return
    }
    let full = text + (text.contains(":") ? "," : ":") + "cutoff=\(cutoff)"
    self.init(name: full, kind: .lowPass(try LowPass(parsing: full)))
  }

  /// Whether a specification leaves a cutoff open.
  public static func takesCutoff(_ text: String) -> Bool {
    let name = text.prefix { $0 != ":" }
    return text == "ideal"
      || ["kaiser", "raised-cosine", "gaussian", "hann"].contains(name) && !text.contains("cutoff=")
  }

  /// Whether it has taps, so that a padding matters; the others take maps as periodic.
  public func hasTaps(stride: HW) throws(SpectralError) -> Bool {
    guard case .lowPass(let filter) = kind else { return false }
    return try filter.taps(stride: stride.height) != nil
  }
}
