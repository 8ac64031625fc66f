public import MoireLayers
public import MoireTensors

/// Every circular shift of a stated set, answered by brute force: what there is to say of a network whose
/// shifts are no chain of phases, such as one that pads with zeros.
///
/// Nothing follows from it for shifts outside the set.
public struct ShiftSetReading: Codable, Sendable, Equatable {
  /// One image at every shift of the set.
  public struct Image: Codable, Sendable, Equatable {
    public var image: String
    /// Population variance of its logits over the set, summed over classes, and that divided by
    /// Σ (logit − mean logit)² of the unshifted image.
    public var total, normalizedTotal: Double
    public var certificate: ShiftCertificate
  }

  /// The set: {0 … height − 1} × {0 … width − 1} pixels.
  public var shifts: HW
  public var images: [Image]

  /// What brute force may be told.
  public struct Options: Sendable {
    /// Shifts on each axis; nil for the cumulative stride of the last site, in which a network meets
    /// each of its grids' offsets once.
    public var shifts: HW?
    public var threads: Int

    public init(shifts: HW? = nil, threads: Int = 1) {
      (self.shifts, self.threads) = (shifts, max(1, threads))
    }
  }

  /// Answers every shift of every image; one that cannot be loaded or answered is left out.
  ///
  /// Cost: one forward pass a shift.
  /// - Throws: ``TheoremError`` for a network without sites or classes and for shifts beyond the
  ///   image, `LayerError`.
  public init(
    network: Network, source: AuditSource, options: Options = Options(),
    progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    let shifts = try Self.shifts(of: network, asked: options.shifts)
    let brute = try ShiftBruteForce(network, threads: options.threads)
    self.shifts = shifts
    images = []
    let total = source.count * shifts.area
    for index in 0..<source.count {
      let done = index * shifts.area
      do {
        let image = try source.load(index)
        images.append(
          try Self.image(image, brute, shifts) { answered in progress(done + answered, total) })
      } catch is any InputError {
        progress(done + shifts.area, total)
      }
    }
  }

  /// The set that a network is answered for; made of shapes alone, so that wrong ones are known at once.
  ///
  /// - Throws: as the reading itself.
  public static func shifts(of network: Network, asked: HW?) throws -> HW {
    let input = network.inputShape
    guard input.count == 3 else { throw TheoremError.notAMap(input) }
    guard let last = try network.samplingSites().last else {
      throw TheoremError.noSites(network: network.name)
    }
    let shifts = asked ?? last.cumulativeStride
    guard shifts.height >= 1, shifts.width >= 1, shifts.height <= input[1], shifts.width <= input[2]
    else { throw TheoremError.shifts(shifts, image: HW(input[1], input[2])) }
    let answer = try network.valueShapes()[network.output]
    guard answer.count == 1, answer[0] > 1 else { throw TheoremError.noClasses(answer) }
    return shifts
  }

  private static func image(
    _ input: AuditInput, _ brute: ShiftBruteForce, _ shifts: HW,
    progress: @Sendable (Int) -> Void
  ) throws -> Image {
    let positions = shifts.positions
    let logits = try brute.logits(input.tensor, shifts: positions) { done, _ in progress(done) }
    let answers = positions.indices.map {
      Answer(logits[$0 * brute.outputs..<($0 + 1) * brute.outputs])
    }
    let total = answers.variance
    let spread = answers[0].spread
    return Image(
      image: input.name, total: total, normalizedTotal: spread > 0 ? total / spread : 0,
      certificate: ShiftCertificate(
        logits: logits, classes: brute.outputs, shifts: positions, circular: false))
  }
}
