public import MoireTensors

/// What a node of a ``Network`` computes: a value with its parameters, no state and no behaviour.
///
/// Shapes: N images, C channels, H rows, W columns; maps are `[N, C, H, W]`, vectors `[N, F]`.
public enum Layer: Sendable, Equatable {
  /// Correlation with a bank of filters, one input.
  case convolution(Convolution)
  /// The largest value or the mean of each window, one input.
  case pooling(Pooling)
  /// The mean or the largest value over all of H and W: `[N, C, H, W]` → `[N, C, 1, 1]`.
  case globalPooling(Pooling.Operation)
  /// `y = x·Wᵀ + b` over the last dimension of `[N, F]`.
  case linear(Linear)
  /// Batch normalisation with its running statistics.
  case batchNormalization(BatchNormalization)
  /// A function of each value alone.
  case activation(Activation)
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
  /// Every s-th row and column, from `offset` on.
  case subsample(stride: HW, offset: HW)
  /// `exp x / Σ exp x` over dimension 1.
  case softmax
}

/// Rows and columns added around a map; the sides may differ.
public struct Padding: Hashable, Sendable, CustomStringConvertible, ExpressibleByIntegerLiteral {
  public var top, left, bottom, right: Int

  public init(top: Int = 0, left: Int = 0, bottom: Int = 0, right: Int = 0) {
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
  }

  /// The same number on all four sides.
  public init(integerLiteral value: Int) {
    self.init(top: value, left: value, bottom: value, right: value)
  }

  /// Whether nothing is added anywhere.
  public var isZero: Bool { top == 0 && left == 0 && bottom == 0 && right == 0 }

  public var description: String { "\(top),\(left),\(bottom),\(right)" }

  /// The padding that adds `other` outside of this one.
  public static func + (a: Padding, b: Padding) -> Padding {
    Padding(
      top: a.top + b.top, left: a.left + b.left, bottom: a.bottom + b.bottom,
      right: a.right + b.right)
  }
}

/// What stands in padded rows and columns, shown for a pad of 2.
public enum PaddingMode: Hashable, Sendable {
  /// `1234` → `cc|1234|cc`.
  case constant(Float)
  /// `1234` → `32|1234|32`; a pad beyond the map folds again and again.
  case reflect
  /// `1234` → `11|1234|44`.
  case replicate
  /// `1234` → `34|1234|12`.
  case circular
}

/// 2-D correlation: `y[n,o,i,j] = b[o] + Σ w[o,c,u,v] · x[n,c, i·s + u·d − p, j·s + v·d − p]`.
public struct Convolution: Sendable, Equatable {
  /// `[out, in/groups, kh, kw]`.
  public var weight: Tensor
  /// `[out]`, or none.
  public var bias: Tensor?
  public var stride: HW
  /// Zeros around the input.
  public var padding: Padding
  public var dilation: HW
  public var groups: Int

  public init(
    weight: Tensor, bias: Tensor? = nil, stride: HW = 1, padding: Padding = 0, dilation: HW = 1,
    groups: Int = 1
  ) {
    self.weight = weight
    self.bias = bias
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }

  public var outputChannels: Int { weight.shape[0] }
  public var kernel: HW { HW(weight.shape[2], weight.shape[3]) }
}

/// The largest value or the mean of each window.
public struct Pooling: Sendable, Equatable {
  public enum Operation: Sendable, Equatable {
    /// Padding never wins: it counts as −∞.
    case max
    /// Padding counts as zeros when `includesPadding`, else it is left out of sum and count.
    case average(includesPadding: Bool)
  }

  public var operation: Operation
  public var kernel: HW
  public var stride: HW
  public var padding: Padding
  public var dilation: HW
  /// Whether a last window that sticks out beyond the padding gives an output too.
  public var ceilMode: Bool

  public init(
    _ operation: Operation, kernel: HW, stride: HW, padding: Padding = 0, dilation: HW = 1,
    ceilMode: Bool = false
  ) {
    self.operation = operation
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.ceilMode = ceilMode
  }
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

/// A function of each value alone.
public enum Activation: Hashable, Sendable {
  /// max(x, 0).
  case relu
  /// min(max(x, low), high); ReLU6 is `clip(0, 6)`.
  case clip(low: Float, high: Float)
  /// x for x > 0, else slope·x.
  case leakyRelu(slope: Float)
  /// x for x > 0, else α(eˣ − 1).
  case elu(alpha: Float)
  /// 1/(1 + e⁻ˣ).
  case sigmoid
  case tanh
  /// x·sigmoid(x).
  case silu
  /// x·min(max(x + 3, 0), 6)/6.
  case hardSwish
  /// min(max(αx + β, 0), 1).
  case hardSigmoid(alpha: Float, beta: Float)
  /// x·Φ(x), exact with the error function.
  case gelu
  /// x·Φ(x), the tanh approximation.
  case geluTanh
  /// ln(1 + eˣ).
  case softplus
  /// x·tanh(ln(1 + eˣ)).
  case mish
}
