extension LowPass {
  /// The filter of a name as ``description`` writes it, nil for any other text.
  public init?(_ name: String) {
    guard let filter = try? LowPass(parsing: name) else { return nil }
    self = filter
  }

  /// What ``init(parsing:)`` understands, in one line.
  public static let grammar =
    "none, bin-N, rect-2, tri-3, ideal[:halve], kaiser:stop=DB,width=W, kaiser:taps=N,width=W,"
    + " kaiser:taps=N,beta=B, raised-cosine:rolloff=R, gaussian:sigma=S[,taps=N],"
    + " gaussian:cutoff=F,loss=DB[,taps=N], hann:taps=N; kaiser, raised-cosine and hann take"
    + " cutoff=F or cutoff=nyquist"

  /// The filter of a specification such as `bin-5`, `ideal:halve`, `kaiser:stop=60,width=0.1` or
  /// `hann:taps=9,cutoff=nyquist`; ``grammar`` lists them all.
  ///
  /// Parameters stand in any order. `cutoff` is in cycles per sample, `nyquist` (where it may be left
  /// out, the default) the new Nyquist frequency of the stride that the filter is used with.
  /// - Throws: ``SpectralError/unknownFilter(_:)``, ``SpectralError/invalidFilter(taps:)``,
  ///   ``SpectralError/invalidParameter(filter:reason:)``.
  public init(parsing text: String) throws(SpectralError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    let rest = parts.count > 1 ? String(parts[1]) : nil
    var parameters = try FilterParameters(filter: text, list: rest)
    switch name {
    case "none": self = .none
    case "rect-2": self = .binomial(2)
    case "tri-3": self = .binomial(3)
    case "ideal":
      let halves = try parameters.flag("halve")
      let drops = try parameters.flag("drop")
      guard !(halves && drops) else { throw parameters.invalid("takes drop or halve, not both") }
      self = halves ? .idealHalving : .ideal
    case "kaiser": self = try LowPass.parsedKaiser(&parameters)
    case "raised-cosine":
      self = .raisedCosine(
        rollOff: try parameters.required("rolloff"), cutoff: try parameters.cutoff() ?? nil)
    case "gaussian": self = try LowPass.parsedGaussian(&parameters)
    case "hann":
      guard let taps = try parameters.whole("taps") else {
        throw parameters.invalid("needs taps=N")
      }
      let cutoff = try parameters.cutoff()
      self = cutoff.map { .hannSinc(taps: taps, cutoff: $0) } ?? .hann(taps: taps)
    default:
      guard name.hasPrefix("bin-"), let taps = Int(name.dropFirst(4)), taps >= 1 else {
        throw .unknownFilter(text)
      }
      self = .binomial(taps)
    }
    try parameters.finish()
    // A cutoff that is left out fits every stride, all others are checked here.
    _ = try native(stride: 1)
  }

  private static func parsedKaiser(
    _ parameters: inout FilterParameters
  ) throws(SpectralError) -> LowPass {
    let cutoff = try parameters.cutoff() ?? nil
    let (taps, width) = (try parameters.whole("taps"), try parameters.number("width"))
    let (stop, beta) = (try parameters.number("stop"), try parameters.number("beta"))
    switch (taps, width, stop, beta) {
    case (nil, let width?, let stop?, nil):
      return try kaiser(attenuation: stop, width: width, cutoff: cutoff)
    case (let taps?, let width?, nil, nil):
      return try kaiser(taps: taps, width: width, cutoff: cutoff)
    case (let taps?, nil, nil, let beta?):
      return .kaiser(taps: taps, beta: beta, cutoff: cutoff)
    default:
      throw parameters.invalid("needs stop and width, taps and width, or taps and beta")
    }
  }

  private static func parsedGaussian(
    _ parameters: inout FilterParameters
  ) throws(SpectralError) -> LowPass {
    let taps = try parameters.whole("taps")
    let (sigma, loss) = (try parameters.number("sigma"), try parameters.number("loss"))
    switch (sigma, try parameters.number("cutoff"), loss) {
    case (let sigma?, nil, nil): return .gaussian(sigma: sigma, taps: taps)
    case (nil, let cutoff?, let loss?): return try gaussian(cutoff: cutoff, loss: loss, taps: taps)
    default: throw parameters.invalid("needs sigma, or cutoff and loss")
    }
  }
}
