import MoireSpectral
public import MoireTensors

/// Where the samples of a map stand in the input image, and what its borders keep of a constant.
public struct MapGrid: Sendable, Equatable {
  /// Rows and columns of the map.
  public let size: HW
  /// Distance of neighbouring samples in input pixels, `[rows, columns]`.
  public let step: [Double]
  /// Where the centre of sample (0, 0) stands, in input pixels `[row, column]`; pixel 0 is at 0.
  public let origin: [Double]
  /// What a constant 1 in the input has become, row-major `H·W`; see ``Network/mapGrids()``.
  public let gain: [Float]
  /// How far paths that meet in front of this map put the same sample apart, in input pixels.
  public let disagreement: Double

  /// How far the samples are from standing centred on the image of N pixels:
  /// `origin − (N − 1 − step·(M − 1))/2`, per axis.
  public func drift(input: HW) -> [Double] {
    let inputs = [Double(input.height), Double(input.width)]
    let sizes = [Double(size.height), Double(size.width)]
    return (0..<2).map { axis in
      let centred: Double = (inputs[axis] - 1 - step[axis] * (sizes[axis] - 1)) / 2
      return origin[axis] - centred
    }
  }

  /// The gain at sample (0, 0), relative to the largest of the map.
  public var cornerGain: Double { relative(0) }

  /// The gain in the middle of the first row, relative to the largest of the map.
  public var edgeGain: Double { relative(size.width / 2) }

  private func relative(_ index: Int) -> Double {
    guard let largest = gain.max(), largest > 0 else { return 0 }
    return Double(gain[index]) / Double(largest)
  }
}

extension Network {
  /// The grid of every value that is a map: `grids[v]` belongs to value v, `nil` for vectors.
  ///
  /// A window of k taps at dilation d and pad p has its centre at `d(k − 1)/2 − p`; strides multiply
  /// the step, and the centre of a sample moves by `step · centre` of the layer's input. A transposed
  /// convolution of stride s is the reverse: step/s, centre `p − d(k − 1)/2` of the finer grid.
  ///
  /// The gain says how much of a constant arrives where windows hang over the border. Weights are left
  /// out: a convolution counts as the mean of its taps, zeros in its padding, so its gain at an output
  /// is the share of the window that lies inside, times the gain there. Max-pools take the largest
  /// gain in reach; where maps meet, their gains are averaged, weighted by channels in a concatenation;
  /// a gate changes nothing; a transposed convolution, a resize, an ideal pool and a polyphase keep the
  /// gain of the sample nearest. A BlurPool's phase and gain are those of its taps and its border; an
  /// ideal pool from N to M positions puts them N/M apart from the first on; a polyphase counts as one
  /// of phase 0.
  /// - Throws: what ``valueShapes()`` throws.
  public func mapGrids() throws -> [MapGrid?] {
    let shapes = try valueShapes()
    var grids: [MapGrid?] = [
      MapGrid(
        size: HW(inputShape[1], inputShape[2]), step: [1, 1], origin: [0, 0],
        gain: [Float](repeating: 1, count: inputShape[1] * inputShape[2]), disagreement: 0)
    ]
    for (index, node) in nodes.enumerated() {
      let inputs = node.inputs.map { (grid: grids[$0], channels: shapes[$0].first ?? 0) }
      grids.append(Self.grid(of: node.layer, inputs, shape: shapes[index + 1]))
    }
    return grids
  }

  private static func grid(
    of layer: Layer, _ inputs: [(grid: MapGrid?, channels: Int)], shape: [Int]
  ) -> MapGrid? {
    guard shape.count == 3, let first = inputs.first?.grid else { return nil }
    let size = HW(shape[1], shape[2])
    switch layer {
    case .convolution(let layer):
      let mode = layer.paddingMode
      return first.windowed(layer.window, to: size) { first.mean($0, $1, $2, mode) }
    case .pooling(let layer):
      return first.windowed(layer.window, to: size) { first.pooled($0, $1, $2, layer.operation) }
    case .subsample(let stride, let offset):
      let window = Window(
        kernel: 1, stride: stride, dilation: 1,
        padding: Padding(top: -offset.height, left: -offset.width))
      return first.windowed(window, to: size) { first.mean($0, $1, $2, .constant(0)) }
    case .pad(let padding, let mode): return first.padded(padding, mode, to: size)
    case .transposedConvolution(let layer): return first.spread(layer, to: size)
    case .resize(let layer): return first.resized(layer, to: size)
    case .blurPool(let layer):
      guard let geometry = try? layer.geometry(size: first.size) else { return nil }
      return first.filtered(geometry.rows.kernel, geometry.columns.kernel, to: size)
    case .separablePool(let layer):
      return first.filtered(MapGrid.Kernel(layer.rows), MapGrid.Kernel(layer.columns), to: size)
    case .idealPool, .spectralPool: return first.cropped(to: size)
    case .polyphase(let stride): return first.taken(every: stride, to: size)
    case .add, .concatenate:
      let isConcatenation = layer == .concatenate
      return MapGrid.joined(
        inputs.compactMap { input in
          input.grid.map { ($0, isConcatenation ? Float(input.channels) : 1) }
        }.filter { $0.0.size == size })
    case .multiply: return inputs.compactMap(\.grid).first { $0.size == size }
    default: return first.size == size ? first : nil
    }
  }
}
