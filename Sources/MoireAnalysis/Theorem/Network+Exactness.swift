import MoireLayers
import MoireSpectral
import MoireTensors

extension Network {
  /// Whether the identities are claimed at a site: its dense map has one period of what it is made
  /// from.
  ///
  /// A map that wraps around, and every map of a circular network, must have s · M positions as it is;
  /// any other is made that large by its own padding.
  func isExact(_ site: SamplingSite, circular: Bool) -> Bool {
    guard site.denseSize.height.isMultiple(of: site.stride.height),
      site.denseSize.width.isMultiple(of: site.stride.width)
    else { return false }
    let node = nodes[site.node]
    guard var value = node.inputs.first, let shapes = try? valueShapes() else { return false }
    var wraps = node.layer.wraps
    // Padding that stands in front as a layer of its own is no part of the period.
    while value > 0, case .pad(_, .circular) = nodes[value - 1].layer {
      wraps = true
      value = nodes[value - 1].inputs[0]
    }
    guard wraps || circular else { return true }
    let shape = shapes[value]
    return shape.count == 3 && HW(shape[1], shape[2]) == site.denseSize
  }
}

extension Layer {
  /// Whether it takes its map as periodic.
  fileprivate var wraps: Bool {
    switch self {
    case .convolution(let layer): layer.paddingMode == .circular && !layer.padding.isZero
    case .separablePool(let layer):
      layer.rows.padding == .circular || layer.columns.padding == .circular
    case .blurPool(let layer): layer.padding == .circular
    case .idealPool, .spectralPool, .polyphase: true
    default: false
    }
  }
}
