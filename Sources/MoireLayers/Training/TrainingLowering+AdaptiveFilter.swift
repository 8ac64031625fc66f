import CLayers
import MoireTensors

/// Filters that a network chooses itself: gradients of the map and of the logits.
extension TrainingLowering {
  mutating func lowerAdaptiveFilter(_ index: Int, _ layer: AdaptiveFilter) throws {
    let inputs = network.nodes[index].inputs
    let (from, logits, size) = (try source(inputs[0]), try source(inputs[1]), size(inputs[0]))
    let (value, stride) = takeSubsampling(after: index + 1)
    let dims = maps.dims(of: value)
    let (weights, result) = try maps.filter(
      layer, from, logits, size: size, stride: stride, to: dims)
    maps.values[value] = result
    let taps = FilterTaps(layer, size: size, stride: stride, output: HW(dims[2], dims[3]))
    back(value) { lowering, gradient in
      if lowering.wantsGradient(inputs[0]) {
        let target = try lowering.newValue(for: inputs[0])
        try lowering.filterBackMap([gradient.value, weights], taps, to: target)
        lowering.contribute(target, to: inputs[0])
      }
      guard lowering.wantsGradient(inputs[1]) else { return }
      let slopes = try lowering.maps.newBlocked([
        lowering.maps.batch, layer.logits, dims[2], dims[3],
      ])
      try lowering.filterBackWeights([from, gradient.value], taps, to: slopes, rows: dims[2])
      let target = try lowering.newValue(for: inputs[1])
      try lowering.filterBackLogits(
        layer, [weights, slopes], stride, to: target, rows: size.height)
      lowering.contribute(target, to: inputs[1])
    }
  }

  /// The subsampling that alone reads a value: it counts as done, nothing it drops is computed.
  private mutating func takeSubsampling(after value: Int) -> (value: Int, stride: HW) {
    guard let next = maps.soleConsumer(of: value),
      case .subsample(let stride, offset: 0) = network.nodes[next].layer
    else { return (value, 1) }
    maps.done.insert(next)
    return (next + 1, stride)
  }

  private func filterBackMap(_ sources: [Int], _ taps: FilterTaps, to target: Int) throws {
    try program.append(
      "kernel:adaptive-filter-back", sources, to: target, parts: program.blocks(of: target)
    ) { sources, target, part, _ in
      var target = target
      taps.withTaps { cl_filter_back_map(sources, &target, Int64(part), $0) }
      return true
    }
  }

  private func filterBackWeights(
    _ sources: [Int], _ taps: FilterTaps, to target: Int, rows: Int
  ) throws {
    try program.append(
      "kernel:filter-weights-back", sources, to: target, parts: maps.batch * rows
    ) { sources, target, part, _ in
      var target = target
      taps.withTaps { cl_filter_back_weights(sources, &target, Int64(part), $0) }
      return true
    }
  }

  private func filterBackLogits(
    _ layer: AdaptiveFilter, _ sources: [Int], _ stride: HW, to target: Int, rows: Int
  ) throws {
    let (scope, stride) = (Int64(layer.softmaxCount), cl_pair(stride))
    try program.append(
      "kernel:filter-logits-back", sources, to: target, parts: maps.batch * rows
    ) { sources, target, part, _ in
      var target = target
      cl_filter_back_logits(sources, &target, Int64(part), scope, stride)
      return true
    }
  }
}
