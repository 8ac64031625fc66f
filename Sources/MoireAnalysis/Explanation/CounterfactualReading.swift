/// What would remain of a network's shift sensitivity if sampling sites were free of aliasing.
///
/// A site replaced by its alias-free version runs at stride 1 with its pointwise chain, then goes through
/// the ideal low-pass of its new grid; all weights stay.
public struct CounterfactualReading: Codable, Sendable, Equatable {
  /// The network with some sites replaced.
  public struct Variant: Codable, Sendable, Equatable {
    /// The paths of the replaced layers; none for the network as it is.
    public var replaced: [String]
    /// Population variance of the logits over the shifts, summed over classes, mean over images.
    public var total: Double
    /// The same divided, for each image, by Σ (logit − mean logit)² of the unshifted answer.
    public var normalizedTotal: Double
    /// ``total`` / that of the network as it is; nil where nothing varies there.
    public var remaining: Double?
    /// The ends of its 95 % bootstrap interval over images; nil for fewer than two.
    public var remainingLow, remainingHigh: Double?
    /// The share of shifts that change the variant's own unshifted prediction, mean over images.
    public var changed: Double
    /// The share of labelled images with the right unshifted answer; nil without labels.
    public var accuracy: Double?
    /// The share of images with the same unshifted answer as the network as it is.
    public var agreement: Double
  }

  /// Whether every circular shift was answered; else seeded random circular shifts were.
  public var exhaustive: Bool
  /// Circular shifts answered for each image.
  public var shifts: Int
  /// Of the random shifts.
  public var seed: UInt64?
  public var images: Int
  /// The network as it is, each site by itself, all sites at once where there are several.
  public var variants: [Variant]
}
