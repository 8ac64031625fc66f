import MoireLayers
import MoireModels
import MoireSpectral
import MoireTensors

/// A small U-Net with circular borders from one image to another of its size.
enum SilhouetteNetwork {
  static let name = "unet-small"
  private static let widths = [16, 16, 32]

  /// The network; with a filter it stands before every subsampling and behind every transposed
  /// convolution, at the higher rate on both ways.
  ///
  /// - Throws: `ModelError`, `LayerError`.
  static func network(_ method: StudyMethod, inputShape: [Int], seed: UInt64) throws -> Network {
    let network = try method.network(
      UNet(name: name, widths: widths), inputShape: inputShape, classes: inputShape[0],
      seed: seed)
    guard case .blur(let taps, _) = method.downsampling else { return network }
    let blur = BlurPool(filterSize: HW(taps, taps), stride: 1, padding: .circular)
    var result = Network(name: network.name, inputShape: network.inputShape)
    // The value of the new network for each of the old one.
    var values = [0]
    for node in network.nodes {
      var value = result.append(node.path, node.layer, inputs: node.inputs.map { values[$0] })
      if case .transposedConvolution = node.layer {
        value = result.append(node.path + ".blur", .blurPool(blur), inputs: [value])
      }
      values.append(value)
    }
    result.output = values[network.output]
    return result
  }
}
