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
    result.weight = weight.scaled { factor[$0 / size] }
    result.bias = Tensor.bias(bias, factor, offset)
    return result
  }
}

extension TransposedConvolution {
  /// The layer followed by a batch normalisation, as one; folded in double precision.
  func folding(_ normalization: BatchNormalization) -> TransposedConvolution {
    let (factor, offset) = normalization.affine
    let (inGroup, outGroup) = (weight.shape[0] / groups, weight.shape[1])
    let taps = kernel.area
    var result = self
    result.weight = weight.scaled { index in
      let group = index / (taps * outGroup * inGroup)
      return factor[group * outGroup + index / taps % outGroup]
    }
    result.bias = Tensor.bias(bias, factor, offset)
    return result
  }
}

extension Linear {
  /// The layer followed by a batch normalisation, as one; folded in double precision.
  func folding(_ normalization: BatchNormalization) -> Linear {
    let (factor, offset) = normalization.affine
    let inputs = weight.shape[1]
    return Linear(
      weight: weight.scaled { factor[$0 / inputs] }, bias: Tensor.bias(bias, factor, offset))
  }
}

extension Tensor {
  /// Each value times a factor that depends on its place in the row-major order.
  fileprivate func scaled(_ factor: (Int) -> Double) -> Tensor {
    var result = self
    for index in 0..<count { result[index] = Float(Double(self[index]) * factor(index)) }
    return result
  }

  /// factor·bias + offset, where no bias counts as zeros.
  fileprivate static func bias(
    _ bias: Tensor?, _ factor: [Double], _ offset: [Double]
  ) -> Tensor {
    let values = factor.indices.map { Float(Double(bias?[$0] ?? 0) * factor[$0] + offset[$0]) }
    return try! Tensor(shape: [factor.count], values: values)  // as many values as the shape says
  }
}

extension Pooling {
  var window: Window {
    Window(kernel: kernel, stride: stride, dilation: dilation, padding: padding)
  }
}
