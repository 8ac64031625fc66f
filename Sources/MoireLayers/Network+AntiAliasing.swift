public import MoireSpectral
public import MoireTensors

/// The usual ways to put a low-pass filter before a subsampling.
extension Network {
  /// A max pool without aliasing: the maximum at every position (stride 1), then a BlurPool.
  ///
  /// The maximum is appended as `path.max`, the BlurPool as `path.blur`; both read on from `input`,
  /// the current output where it is nil.
  /// - Returns: the value that it gives.
  @discardableResult
  public mutating func appendMaxBlurPool(
    _ path: String, kernel: HW = 2, padding: Padding = 0, blur: BlurPool = BlurPool(),
    input: Int? = nil
  ) -> Int {
    let dense = Pooling(.max, kernel: kernel, stride: 1, padding: padding)
    append("\(path).max", .pooling(dense), inputs: [input ?? output])
    return append("\(path).blur", .blurPool(blur))
  }

  /// An average pool with a BlurPool for its subsampling: the mean at every position, then the blur.
  ///
  /// - Returns: the value that it gives.
  @discardableResult
  public mutating func appendAverageBlurPool(
    _ path: String, kernel: HW = 2, padding: Padding = 0, blur: BlurPool = BlurPool(),
    input: Int? = nil
  ) -> Int {
    let dense = Pooling(
      .average(includesPadding: false), kernel: kernel, stride: 1, padding: padding)
    append("\(path).average", .pooling(dense), inputs: [input ?? output])
    return append("\(path).blur", .blurPool(blur))
  }

  /// A strided convolution without aliasing: convolution at stride 1, normalisation, activation and a
  /// BlurPool that has the stride; or the BlurPool before all of them.
  ///
  /// Blur-last filters what the activation made, blur-first is cheaper by the square of the stride.
  /// - Parameters:
  ///   - convolution: its own stride is put aside for 1.
  ///   - blursFirst: the BlurPool goes before the convolution.
  /// - Returns: the value that it gives.
  @discardableResult
  public mutating func appendBlurredConvolution(
    _ path: String, _ convolution: Convolution, normalization: BatchNormalization? = nil,
    activation: Activation? = .relu, blur: BlurPool = BlurPool(), blursFirst: Bool = false,
    input: Int? = nil
  ) -> Int {
    var dense = convolution
    dense.stride = 1
    var value = input ?? output
    if blursFirst { value = append("\(path).blur", .blurPool(blur), inputs: [value]) }
    value = append("\(path).conv", .convolution(dense), inputs: [value])
    if let normalization { append("\(path).norm", .batchNormalization(normalization)) }
    if let activation { append("\(path).act", .activation(activation)) }
    if !blursFirst { append("\(path).blur", .blurPool(blur)) }
    return output
  }

  /// Alias-free layer norm: `(x − μ)/√(σ² + ε) · scale + shift` with the mean μ over the channels of each
  /// position and the variance σ² of x − μ over all channels and positions, a number for each image.
  ///
  /// Dividing every position by a variance of its own would alias; this is linear but for one factor.
  /// The mean is taken away by a 1×1 convolution, C² multiply-adds a position.
  /// - Parameters:
  ///   - channels: C of the input.
  ///   - scale: `[C]`, or nil for 1; `shift` likewise for 0.
  /// - Returns: the value that it gives.
  /// - Throws: ``TensorError`` for channels that no tensor of their square can hold.
  @discardableResult
  public mutating func appendAliasFreeLayerNorm(
    _ path: String, channels: Int, scale: Tensor? = nil, shift: Tensor? = nil,
    epsilon: Float = 1e-6, input: Int? = nil
  ) throws -> Int {
    let shape = [channels, channels, 1, 1]
    var values = [Float](repeating: -1 / Float(channels), count: try Tensor.count(of: shape))
    for channel in 0..<max(channels, 0) { values[channel * (channels + 1)] += 1 }
    let centring = Convolution(weight: try Tensor(shape: shape, values: values))
    append("\(path).center", .convolution(centring), inputs: [input ?? output])
    // The centred values have mean 0, over all of an image as at each position.
    return append(
      "\(path).scale",
      .normalization(Normalization(.layerAll, scale: scale, shift: shift, epsilon: epsilon)))
  }

  /// A decision on the phases of a map by a score of each one (learned polyphase sampling): the same
  /// scorer sees every phase alone, and its answer averaged over the phase is the score.
  ///
  /// A stride that does not divide the size continues the map circularly. The phase images are
  /// `path.phase`, `path.phase_1` …, the scores `path.scores`.
  /// - Parameter scorer: appends layers behind the value that it gets, up to a map of one channel, and
  ///   returns theirs; it is called for every phase.
  /// - Returns: the decision, for ``Layer/polyphase(stride:)``.
  /// - Throws: ``LayerError/incompatible(path:reason:)`` for a stride below 1 and for an input that is no
  ///   map, and what ``valueShapes()`` and the scorer throw.
  @discardableResult
  public mutating func appendPolyphaseScores(
    _ path: String, stride: HW = 2, input: Int? = nil,
    scorer: (inout Network, Int) throws -> Int
  ) throws -> Int {
    let map = try wholePhases(path, input ?? output, stride)
    var scores: [Int] = []
    for row in 0..<stride.height {
      for column in 0..<stride.width {
        let phase = append(
          "\(path).phase", .subsample(stride: stride, offset: HW(row, column)), inputs: [map])
        let answer = try scorer(&self, phase)
        scores.append(
          append(
            "\(path).score", .globalPooling(.average(includesPadding: false)), inputs: [answer]))
      }
    }
    append("\(path).all", .concatenate, inputs: scores)
    append("\(path).scores", .flatten)
    return append("\(path).decision", .oneHotArgmax)
  }

  /// The map, continued circularly where a stride does not divide its size.
  private mutating func wholePhases(_ path: String, _ value: Int, _ stride: HW) throws -> Int {
    let shape = try valueShapes()[value]
    do {
      // Refuses what a decision by the map itself refuses.
      _ = try Layer.polyphaseDecision(PolyphaseDecision(stride: stride)).outputShape(of: [shape])
    } catch {
      throw LayerError.incompatible(path: path, reason: "\(error)")
    }
    let beyond = Padding(
      bottom: shape[1].divided(up: stride.height) * stride.height - shape[1],
      right: shape[2].divided(up: stride.width) * stride.width - shape[2])
    return beyond.isZero
      ? value : append("\(path).wrap", .pad(beyond, .circular), inputs: [value])
  }
}
