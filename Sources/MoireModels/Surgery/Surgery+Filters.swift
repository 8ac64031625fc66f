import MoireLayers
import MoireSpectral
import MoireTensors

extension Surgery {
  /// A filter in the draft: the layers, the last of which is `node`, and where output 0 stands.
  struct Filter {
    var node: Int
    var layers: [Layer]
    var phase: [Double]
  }

  /// Puts the filter of a site behind a map of a size; `mode` is how its convolution pads.
  mutating func filter(
    _ index: Int, _ source: GraphDraft.Source, _ size: HW, _ mode: PaddingMode?
  ) throws -> Filter {
    let site = sites[index]
    if let (layer, phase) = try pool(site, size, mode) {
      let suffix = if case .blurPool = layer { "blur" } else { "ideal" }
      let node = draft.add("\(site.path).\(suffix)", layer, [source])
      return Filter(node: node, layers: [layer], phase: phase)
    }
    let take = Layer.polyphase(stride: site.stride)
    let level = levels.level(of: index)
    var layers = [take]
    if decisions[level] == nil {
      let layer = Layer.polyphaseDecision(
        PolyphaseDecision(stride: site.stride, criterion: criterion))
      decisions[level] = draft.add("\(site.path).decision", layer, [source])
      layers.insert(layer, at: 0)
    }
    let decision = decisions[level].map { [GraphDraft.Source.node($0)] } ?? []
    let node = draft.add("\(site.path).polyphase", take, [source] + decision)
    return Filter(node: node, layers: layers, phase: [0, 0])
  }

  private var criterion: Polyphase.Criterion {
    if case .adaptivePolyphase(let criterion) = antialiasing.method { criterion } else { .l2 }
  }

  /// The one layer that filters and subsamples maps of a size, and its phase; nil for a polyphase.
  func pool(
    _ site: SamplingSite, _ size: HW, _ mode: PaddingMode?
  ) throws -> (layer: Layer, phase: [Double])? {
    switch antialiasing.method {
    case .ideal: return (.idealPool(IdealPooling(stride: site.stride)), [0, 0])
    case .taperedIdeal(let taper):
      return (.idealPool(IdealPooling(stride: site.stride, taper: taper)), [0, 0])
    case .adaptivePolyphase: return nil
    case .blur(let taps, let convention):
      let blur = BlurPool(
        convention,
        filterSize: HW(site.stride.height > 1 ? taps : 1, site.stride.width > 1 ? taps : 1),
        stride: site.stride,
        padding: antialiasing.padding ?? (mode == .circular ? .circular : nil))
      do {
        let geometry = try blur.geometry(size: size)
        return (.blurPool(blur), [geometry.rows.phase, geometry.columns.phase])
      } catch {
        throw ModelError.filterRefused(layer: site.path, reason: error.description)
      }
    }
  }

  /// What is missing at the end of a map of a size so that the filter gives the site's size.
  func extent(_ site: SamplingSite, from size: HW) -> Padding {
    let isPeriodic = if case .blur = antialiasing.method { false } else { true }
    let missing = { (stride: Int, output: Int, size: Int) in
      max(0, (isPeriodic ? stride * output : stride * (output - 1) + 1) - size)
    }
    return Padding(
      bottom: missing(site.stride.height, site.outputSize.height, size.height),
      right: missing(site.stride.width, site.outputSize.width, size.width))
  }

  func grown(_ size: HW, _ padding: Padding) -> HW {
    HW(size.height + padding.bottom, size.width + padding.right)
  }

  /// The map with rows and columns at its end.
  mutating func extend(
    _ source: GraphDraft.Source, by padding: Padding, _ mode: PaddingMode, _ path: String
  ) -> GraphDraft.Source {
    padding.isZero ? source : .node(draft.add("\(path).pad", .pad(padding, mode), [source]))
  }
}

extension Convolution {
  /// 1×1 without padding: what it gives at a position depends on that position alone.
  var isProjection: Bool { kernel == 1 && padding.isZero }

  /// Where the window of output 0 is centred.
  var phase: [Double] { Antialiasing.centre(kernel, dilation, padding) }

  /// Whether every channel is filtered by the same binomial taps and nothing else: a BlurPool, as
  /// files store it.
  var isBinomialFilter: Bool {
    guard bias == nil || bias?.values.allSatisfy({ $0 == 0 }) == true, dilation == 1,
      groups == outputChannels, weight.shape[1] == 1, kernel.area > 1
    else { return false }
    let rows = FilterTaps.binomial(kernel.height), columns = FilterTaps.binomial(kernel.width)
    let plane = rows.flatMap { row in columns.map { row * $0 } }
    // Taps stored in half precision still count.
    return weight.values.indices.allSatisfy {
      abs(Double(weight.values[$0]) - plane[$0 % plane.count]) < 1e-3 * plane[$0 % plane.count]
    }
  }
}

extension Pooling {
  var phase: [Double] { Antialiasing.centre(kernel, dilation, padding) }
}

extension Antialiasing {
  /// d(k − 1)/2 − p on each axis.
  fileprivate static func centre(_ kernel: HW, _ dilation: HW, _ padding: Padding) -> [Double] {
    [
      Double(dilation.height * (kernel.height - 1)) / 2 - Double(padding.top),
      Double(dilation.width * (kernel.width - 1)) / 2 - Double(padding.left),
    ]
  }
}
