public import MoireTensors

/// What a network answers to an image at every circular shift.
public struct PhaseAnswers: Sendable {
  /// The shifts on each axis; those beyond repeat them.
  public let phases: HW
  public let classes: Int
  /// Row-major `[dh][dw][class]`: the answer to x(n + (dh, dw)).
  public let logits: [Float]
  /// The size of the image.
  public let inputSize: HW

  /// - Precondition: as many logits as phases and classes say.
  public init(phases: HW, classes: Int, logits: [Float], inputSize: HW) {
    precondition(
      logits.count == phases.area * classes, "\(logits.count) logits for \(phases) of \(classes)")
    self.phases = phases
    self.classes = classes
    self.logits = logits
    self.inputSize = inputSize
  }

  /// The answer to the image shifted by any number of positions.
  public func logits(at shift: HW) -> ArraySlice<Float> {
    let row = (shift.height % phases.height + phases.height) % phases.height
    let column = (shift.width % phases.width + phases.width) % phases.width
    let start = (row * phases.width + column) * classes
    return logits[start..<start + classes]
  }

  /// What the shifts do to the prediction.
  public var certificate: ShiftCertificate {
    ShiftCertificate(
      logits: logits, classes: classes, shifts: phases.positions,
      represented: inputSize.area / max(phases.area, 1), circular: true)
  }

  /// Which level causes how much of the variance.
  public func decomposition(levels: [PhaseLevel]) -> PhaseDecomposition {
    PhaseDecomposition(self, strides: levels.map(\.stride))
  }
}
