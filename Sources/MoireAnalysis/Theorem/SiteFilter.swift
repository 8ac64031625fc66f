public import MoireSpectral
public import MoireTensors

/// A filter that might stand between a dense map and its subsampling.
public enum SiteFilter: Sendable, Hashable {
  case lowPass(LowPass)
  case response(MeasuredResponse)

  /// What tables call it: ``LowPass/description``, or the name of the response.
  public var name: String {
    switch self {
    case .lowPass(let filter): filter.description
    case .response(let response): response.name
    }
  }

  /// none, bin-2 … bin-7, ideal.
  public static let usual: [SiteFilter] =
    [.lowPass(.none)] + (2...7).map { .lowPass(.binomial($0)) } + [.lowPass(.ideal)]

  /// The identities of maps with this filter before the subsampling.
  ///
  /// An even number of taps runs over samples as a BlurPool does, half a sample late: that phase
  /// decides how the aliases of a bin add up, and so the equivariance error.
  /// - Throws: ``SpectralError``.
  public func reader(size: HW, stride: HW) throws -> IdentityReader {
    switch self {
    case .lowPass(.none), .lowPass(.binomial(1)):
      return try IdentityReader(size: size, stride: stride)
    case .lowPass(let filter):
      let counts = try [stride.height, stride.width].map { try filter.taps(stride: $0)?.count ?? 1 }
      return try IdentityReader(
        size: size, stride: stride, filter: filter,
        alignment: counts.allSatisfy { !$0.isMultiple(of: 2) } ? .centered : .sampled)
    case .response(let response):
      return try IdentityReader(size: size, stride: stride, plane: response.plane(size: size))
    }
  }
}
