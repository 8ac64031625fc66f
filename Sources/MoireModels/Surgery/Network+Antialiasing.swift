public import MoireLayers
import MoireTensors

extension Network {
  /// The same network with every subsampling filtered, or taken at an adaptive phase; every weight is
  /// kept, and every map behind a replaced layer has the size that it had.
  ///
  /// What becomes of a layer of stride s that gives M positions an axis, with "filter" for the method's
  /// filter and subsampling by s:
  ///
  /// - **Convolution**: stride 1, then its pointwise chain (normalisation, activation), then the filter;
  ///   with blur `.first` the filter, then the convolution at stride 1 on the small map.
  /// - **Convolution 1×1 without padding or activation**, as a shortcut has: the filter, then the
  ///   convolution at stride 1, which is the same and cheaper.
  /// - **Max-pool**: the maximum at stride 1, then the filter.
  /// - **Mean**: the filter in its place where that gives M positions; else, and with a polyphase
  ///   always, the mean at stride 1 and then the filter.
  ///
  /// A BlurPool reads the map at stride 1 in its natural size. An ideal or polyphase pool reads s · M
  /// positions: the trailing padding of a convolution grows, a pool's map is repeated at its end.
  /// A depthwise convolution with the same binomial taps in every channel is a filter already and is
  /// left alone, as are strided slices and pools over the whole map; so a second run finds nothing.
  ///
  /// With a polyphase, layers that lead from one grid to another side by side (a branch and its
  /// shortcut) share one decision, made on the map of the first one that is no 1×1 convolution.
  /// - Returns: the network and what was replaced, in order of execution.
  /// - Throws: ``ModelError/nothingToReplace(network:pattern:paths:)`` when no layer matches,
  ///   ``ModelError/sizeChanged(layer:before:after:)`` when a filter gives another size,
  ///   ``ModelError/filterRefused(layer:reason:)`` when there is no such filter for a map, and what
  ///   `valueShapes()` throws.
  public func antialiased(
    with antialiasing: Antialiasing
  ) throws -> (network: Network, changes: [Antialiasing.Change]) {
    var surgery = try Surgery(self, antialiasing)
    let changes = try surgery.operate()
    return (try surgery.draft.network(), changes)
  }
}
