import MoireTensors

extension Convolution {
  var window: Window {
    Window(kernel: kernel, stride: stride, dilation: dilation, padding: padding)
  }

  /// The convolution followed by a batch normalisation, as one; folded in double precision.
  func folding(_ normalization: BatchNormalization) -> Convolution {
    let (factor, offset) = normalization.affine
    var result = self
    let size = weight.count / outputChannels
    for channel in 0..<outputChannels {
      for index in channel * size..<(channel + 1) * size {
        result.weight[index] = Float(Double(weight[index]) * factor[channel])
      }
    }
    let values = (0..<outputChannels).map {
      Float(Double(bias?[$0] ?? 0) * factor[$0] + offset[$0])
    }
    result.bias = try! Tensor(shape: [outputChannels], values: values)  // one for each channel
    return result
  }
}

extension Pooling {
  var window: Window {
    Window(kernel: kernel, stride: stride, dilation: dilation, padding: padding)
  }
}
