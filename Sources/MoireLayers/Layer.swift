public import MoireSpectral
public import MoireTensors

/// What a node of a ``Network`` computes: a value with its parameters, no state and no behaviour.
///
/// Shapes: N images, C channels, H rows, W columns; maps are `[N, C, H, W]`, vectors `[N, F]`.
public enum Layer: Sendable, Equatable {
  /// Correlation with a bank of filters, one input.
  case convolution(Convolution)
  /// The adjoint of a convolution: every value lays a weighted filter down.
  case transposedConvolution(TransposedConvolution)
  /// The largest value or the mean of each window, one input.
  case pooling(Pooling)
  /// The mean or the largest value over all of H and W: `[N, C, H, W]` → `[N, C, 1, 1]`.
  case globalPooling(Pooling.Operation)
  /// The mean or the largest value of each of M bins an axis, `[N, C, H, W]` → `[N, C, size]`: bin i
  /// of an axis of N positions is ⌊iN/M⌋ ..< ⌈(i + 1)N/M⌉. Bins may overlap, and M may exceed N.
  case adaptivePooling(Pooling.Operation, size: HW)
  /// `y = x·Wᵀ + b` over the last dimension of `[N, F]`.
  case linear(Linear)
  /// Batch normalisation with its running statistics.
  case batchNormalization(BatchNormalization)
  /// Normalisation by statistics of the values themselves: layer, group and instance norm.
  case normalization(Normalization)
  /// A function of each value alone.
  case activation(Activation)
  /// x for x > 0, else slope·x, with a slope for each channel (`[C]`) or one for all (`[1]`).
  case prelu(Tensor)
  /// The sum of two inputs; one of them may be `[N, C, 1, 1]`.
  case add
  /// The product of two inputs; one of them may be `[N, C, 1, 1]`.
  case multiply
  /// The inputs one after the other along the channels.
  case concatenate
  /// `[N, C, H, W]` → `[N, C·H·W]`.
  case flatten
  /// Another shape for each image; the number of images stays.
  case reshape([Int])
  /// Rows and columns around each map.
  case pad(Padding, PaddingMode)
  /// The channels in the range alone; a split is several of these.
  case channels(Range<Int>)
  /// Channel g·k + j of the result is channel j·C/g + k of the input: ShuffleNet's exchange.
  case shuffle(groups: Int)
  /// Maps of another size, interpolated.
  case resize(Resize)
  /// Every s-th row and column, from `offset` on.
  case subsample(stride: HW, offset: HW)
  /// A binomial low-pass filter with subsampling, in the convention of a named library.
  case blurPool(BlurPool)
  /// A separable filter with subsampling, by its taps.
  case separablePool(SeparablePooling)
  /// Ideal low-pass filter with subsampling.
  case idealPool(IdealPooling)
  /// Inputs: a map, the logits of its filters. A filter for every position and group of channels.
  case adaptiveFilter(AdaptiveFilter)
  /// Maps of any size by cropping the spectrum, or padding it.
  case spectralPool(SpectralPooling)
  /// The phase of a map that a criterion prefers: `[N, C, H, W]` → `[N, s_h · s_w]`, 1 at phase
  /// d_h · s_w + d_w and 0 elsewhere. A map that is not finite has no such phase and gives NaN.
  case polyphaseDecision(PolyphaseDecision)
  /// 1 at the first of the largest values and 0 elsewhere, `[N, F]`: a decision by scores. Values
  /// that are not all finite give NaN.
  case oneHotArgmax
  /// Inputs: a map, a decision. Every stride-th position from the decision's phase on, ⌈N / s⌉ an
  /// axis; a stride that does not divide N continues the map circularly.
  case polyphase(stride: HW)
  /// Inputs: a map, a decision. The map's values a stride apart from the decision's phase on, 0
  /// elsewhere: N · s an axis.
  case polyphaseUpsample(stride: HW)
  /// An activation on a finer grid, with a low-pass filter on the way back.
  case filteredActivation(FilteredFunction)
  /// `exp x / Σ exp x` over dimension 1.
  case softmax
}

/// 2-D correlation: `y[n,o,i,j] = b[o] + Σ w[o,c,u,v] · x[n,c, i·s + u·d − p, j·s + v·d − p]`.
public struct Convolution: Sendable, Equatable {
  /// `[out, in/groups, kh, kw]`.
  public var weight: Tensor
  /// `[out]`, or none.
  public var bias: Tensor?
  public var stride: HW
  /// Rows and columns around the input, filled as ``paddingMode`` says.
  public var padding: Padding
  public var dilation: HW
  public var groups: Int
  public var paddingMode: PaddingMode

  public init(
    weight: Tensor, bias: Tensor? = nil, stride: HW = 1, padding: Padding = 0, dilation: HW = 1,
    groups: Int = 1, paddingMode: PaddingMode = .constant(0)
  ) {
    self.weight = weight
    self.bias = bias
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
    self.paddingMode = paddingMode
  }

  public var outputChannels: Int { weight.shape[0] }
  public var kernel: HW { HW(weight.shape[2], weight.shape[3]) }
}

/// `y = x·Wᵀ + b`.
public struct Linear: Sendable, Equatable {
  /// `[out, in]`.
  public var weight: Tensor
  /// `[out]`, or none.
  public var bias: Tensor?

  public init(weight: Tensor, bias: Tensor? = nil) {
    self.weight = weight
    self.bias = bias
  }
}

/// `y = (x − mean)/√(variance + ε) · scale + shift` for each channel; all four are `[C]`.
public struct BatchNormalization: Sendable, Equatable {
  public var scale, shift, mean, variance: Tensor
  public var epsilon: Float

  public init(scale: Tensor, shift: Tensor, mean: Tensor, variance: Tensor, epsilon: Float = 1e-5) {
    self.scale = scale
    self.shift = shift
    self.mean = mean
    self.variance = variance
    self.epsilon = epsilon
  }

  /// The same as one multiplication and one addition: `y = factor·x + offset`, in double precision.
  public var affine: (factor: [Double], offset: [Double]) {
    let factor = zip(scale.values, variance.values).map {
      Double($0) / (Double($1) + Double(epsilon)).squareRoot()
    }
    let offset = zip(shift.values, zip(mean.values, factor)).map {
      Double($0) - Double($1.0) * $1.1
    }
    return (factor, offset)
  }
}
