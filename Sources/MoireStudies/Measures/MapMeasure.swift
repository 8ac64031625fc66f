import MoireAnalysis
import MoireLayers
import MoireTensors
import MoireTraining

/// What happens inside a network: how much energy aliases at each sampling site, how far features are
/// from moving with the image, how smooth the filters are.
enum MapMeasure {
  static func aliasLine(_ images: Int) -> String {
    "energy outside the baseband of the stride / all energy (with and without the constant) of the map "
      + "that is subsampled, before the site's filter (where it has one) and after it, first \(images) "
      + "test images"
  }

  /// Alias fractions before and after the filter of each site.
  ///
  /// - Throws: `LayerError`.
  static func alias(
    _ network: Network, _ inputs: [AuditInput], threads: Int
  ) throws -> [CellResult.Value] {
    var audit = try SiteAudit(network.withoutFinalSoftmax())
    for input in inputs { try audit.read(input.tensor, threads: threads) }
    return try audit.readings().enumerated().flatMap { index, site -> [CellResult.Value] in
      let filters: Set<String> = ["blur-pool", "ideal-pool", "separable-pool"]
      // Behind a filter stands no activation here, so the other reading is the one before the filter.
      let isFiltered = filters.contains(site.operation)
      let before =
        isFiltered
        ? site.preactivation
        : SiteReading.Stage(
          aliasFraction: site.aliasFraction, aliasFractionAc: site.aliasFractionAc)
      let part = "site \(index + 1)"
      return [
        .init("alias_before", part: part, before.aliasFraction),
        .init("alias_before_ac", part: part, before.aliasFractionAc),
        .init("alias_after", part: part, site.aliasFraction),
        .init("alias_after_ac", part: part, site.aliasFractionAc),
      ]
    }
  }

  static func featureLine(_ images: Int) -> String {
    "internal feature distance after Zhang: image rolled by every shift of one period, features at the "
      + "input's resolution, 1 − cosine between moved features and features of the moved image, mean "
      + "over positions, shifts and the first \(images) test images; dense and subsampled half of each "
      + "site, last map"
  }

  /// The internal feature distance of the sites and of the last map.
  ///
  /// - Throws: `LayerError`, `EquivarianceError`.
  static func features(
    _ network: Network, _ inputs: [AuditInput], threads: Int
  ) throws -> [CellResult.Value] {
    let document = try Equivariance(
      network: network, source: AuditSource(inputs),
      options: Equivariance.Options(threads: threads),
      preprocessing: AuditDocument.PreprocessingSummary(description: "pixels / 255")
    ).document
    var site = 0
    let values = document.layers.map { layer -> CellResult.Value in
      if layer.part == .dense { site += 1 }
      let part = layer.part == .output ? "last map" : "site \(site) \(layer.part.rawValue)"
      return .init("feature_distance", part: part, layer.mean)
    }
    // Where the last map is what a site leaves, it is not listed again.
    guard let last = document.layers.last, last.part != .output else { return values }
    return values + [.init("feature_distance", part: "last map", last.mean)]
  }

  static let filterLine =
    "normalised total variation of the learned convolution kernels: sum of |differences| of "
    + "neighbouring taps, down and across, / sum of |taps|; all layers together"

  /// The total variation of the convolution kernels, by layer and over all.
  static func filters(_ network: Network) -> [CellResult.Value] {
    var values: [CellResult.Value] = []
    var sums = (variation: 0.0, size: 0.0)
    for node in network.nodes {
      guard case .convolution(let layer) = node.layer, layer.kernel.area > 1 else { continue }
      let own = variation(layer.weight)
      sums.variation += own.variation
      sums.size += own.size
      values.append(
        .init("filter_variation", part: node.path, own.size > 0 ? own.variation / own.size : 0))
    }
    let all = sums.size > 0 ? sums.variation / sums.size : 0
    return [.init("filter_variation", all)] + values
  }

  /// Σ |differences of neighbours| and Σ |taps| of kernels `[out, in, kh, kw]`.
  static func variation(_ weight: Tensor) -> (variation: Double, size: Double) {
    let (height, width) = (weight.shape[2], weight.shape[3])
    let values = weight.values
    var (variation, size) = (0.0, 0.0)
    for start in stride(from: 0, to: values.count, by: height * width) {
      for row in 0..<height {
        for column in 0..<width {
          let place = start + row * width + column
          size += Double(abs(values[place]))
          if column + 1 < width { variation += Double(abs(values[place + 1] - values[place])) }
          if row + 1 < height { variation += Double(abs(values[place + width] - values[place])) }
        }
      }
    }
    return (variation, size)
  }
}
