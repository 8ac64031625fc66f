public import MoireLayers
public import MoireSpectral
public import MoireTensors

/// What ``MoireLayers/Network/antialiased(with:)`` puts where a network subsamples.
public struct Antialiasing: Sendable, Hashable {
  /// What takes the place of a bare subsampling.
  public enum Method: Sendable, Hashable {
    /// A BlurPool: a binomial filter of `filterSize` taps an axis, subsampled in the way of a
    /// convention. An axis of stride 1 is not filtered.
    case blur(filterSize: Int, convention: BlurPool.Convention = .zhang)
    /// Ideal low-pass pooling; maps count as periodic.
    case ideal
    /// The same under a taper, against ringing; `.rootHamming` is ASAP.
    case taperedIdeal(IdealPooling.Taper)
    /// Adaptive polyphase sampling: of each image the phase that the criterion prefers. Paths that
    /// begin and end on the same grids share one decision.
    case adaptivePolyphase(criterion: Polyphase.Criterion = .l2)
  }

  /// Where the filter of a strided convolution stands.
  public enum Position: String, Sendable, Hashable, CaseIterable {
    /// Before the convolution, which then runs on the small map: Zhang's "blur first", cheaper by the
    /// square of the stride, and blind to what the activation adds above the new Nyquist frequency.
    case first
    /// Behind the convolution at stride 1 and its pointwise chain.
    case last
  }

  public var method: Method
  public var blur: Position
  /// A pattern for the paths of the layers to replace, with `*`, `?` and `[…]` as in a shell, `*` also
  /// across dots; nil for all.
  public var sites: String?
  /// What a BlurPool meets beyond the border; nil: circular behind a convolution that pads so, else as
  /// its convention says.
  public var padding: BorderMode?

  public init(
    method: Method, blur: Position = .last, sites: String? = nil, padding: BorderMode? = nil
  ) {
    self.method = method
    self.blur = blur
    self.sites = sites
    self.padding = padding
  }

  /// One replacement.
  public struct Change: Sendable, Hashable, Encodable {
    /// The path of the layer that subsampled.
    public let path: String
    public let operation: SamplingSite.Operation
    /// What it was, as ``MoireLayers/Layer/summary``.
    public let before: String
    /// What does its work now, in the order of execution, without the pointwise chain.
    public let after: [String]
    public let inputSize: HW
    /// The same before and after.
    public let outputSize: HW
    /// Where output 0 stood, in samples of the input, per axis.
    public let phaseBefore: [Double]
    /// Where it stands now; an adaptive phase, which is 0 … s − 1 and chosen for each image, is counted
    /// as 0.
    public let phase: [Double]
  }
}

extension Antialiasing.Method {
  /// What ``init(parsing:convention:)`` reads, for help and messages.
  public static let grammar =
    "bin-N, rect-2, tri-3, ideal, ideal:hann, asap, aps, aps:CRITERION with "
    + Polyphase.Criterion.allCases.map(\.rawValue).joined(separator: ", ")

  /// A method by its name: `bin-4`, `rect-2`, `tri-3`, `ideal`, `ideal:hann`, `asap` (an ideal one under
  /// the root of Hamming's window), `aps`, `aps:l1`.
  ///
  /// - Parameter convention: of a BlurPool; it may be given with nothing else.
  /// - Throws: ``ModelError/unknownMethod(_:)``.
  public init(
    parsing text: String, convention: BlurPool.Convention? = nil
  ) throws(ModelError) {
    let lower = text.lowercased()
    if ["ideal", "ideal:hann", "asap", "aps"].contains(lower) || lower.hasPrefix("aps:") {
      guard convention == nil else { throw .unknownMethod("\(text) with a convention") }
    }
    if lower == "ideal" {
      self = .ideal
    } else if lower == "asap" {
      self = .taperedIdeal(.rootHamming)
    } else if lower == "ideal:hann" {
      self = .taperedIdeal(.hann)
    } else if lower == "aps" {
      self = .adaptivePolyphase()
    } else if lower.hasPrefix("aps:") {
      let name = lower.dropFirst(4)
      guard
        let criterion = Polyphase.Criterion.allCases.first(where: {
          $0.rawValue.lowercased() == name
        })
      else { throw .unknownMethod(text) }
      self = .adaptivePolyphase(criterion: criterion)
    } else if case .binomial(let taps)? = try? LowPass(parsing: lower), taps > 1 {
      self = .blur(filterSize: taps, convention: convention ?? .zhang)
    } else {
      throw .unknownMethod(text)
    }
  }
}
