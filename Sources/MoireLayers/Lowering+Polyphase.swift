import CLayers
import MoireSpectral
import MoireTensors

/// Steps that choose a phase of a map, take it and put it back.
extension Lowering {
  mutating func lowerDecision(_ index: Int, _ layer: PolyphaseDecision) throws {
    let input = network.nodes[index].inputs[0]
    let phases = try core { () throws(SpectralError) in
      try Polyphase(
        size: HW(shapes[input][1], shapes[input][2]), stride: layer.stride, wrapped: true)
    }
    let source = try inBlocks(values[input]!, dims(of: input))
    let blocks = program.blocks(of: source) / batch
    let bytes = phases.measureBytes
    let measures = try program.plainValue([batch, blocks * bytes / MemoryLayout<Float>.size])
    let criterion = layer.criterion
    try program.append(
      "kernel:measure-phases", [source], to: measures, parts: batch * blocks
    ) { sources, measures, part, _ in
      let map = sources[0]
      phases.measure(
        map.plane(part), planes: Int(map.inner), used: map.lanes(part), by: criterion,
        into: UnsafeMutableRawPointer(measures.data) + part * bytes)
      return true
    }
    let target = try program.plainValue(dims(of: index + 1))
    try program.append(
      "kernel:choose-phase", [measures], to: target, parts: batch
    ) { sources, target, image, _ in
      let own = UnsafeMutableRawPointer(sources[0].data) + image * blocks * bytes
      target.row(image).setOneHot(phases.choose(own, blocks: blocks, by: criterion))
      return true
    }
    values[index + 1] = target
  }

  mutating func lowerOneHotArgmax(_ index: Int) throws {
    let input = network.nodes[index].inputs[0]
    let source = try plain(values[input]!, dims(of: input))
    let target = try program.plainValue(dims(of: index + 1))
    try program.append(
      "kernel:argmax", [source], to: target, parts: batch
    ) { sources, target, image, _ in
      target.row(image).setOneHot(sources[0].row(image).indexOfLargest)
      return true
    }
    values[index + 1] = target
  }

  /// The decided phase of each image of a map in blocks; `dims` are those of the result.
  mutating func polyphase(
    _ source: Int, _ decision: Int, _ stride: HW, _ size: HW, to dims: [Int]
  ) throws -> Int {
    let phases = try core { () throws(SpectralError) in
      try Polyphase(size: size, stride: stride, wrapped: true)
    }
    let target = try newBlocked(dims)
    try move(source, decision, to: target, "kernel:polyphase") { phase, from, to, lanes in
      phases.take(phase, of: from, planes: lanes, to: to)
    }
    return target
  }

  mutating func lowerPolyphaseUpsample(_ index: Int, _ stride: HW) throws {
    let (map, decision) = (network.nodes[index].inputs[0], network.nodes[index].inputs[1])
    let phases = try core { () throws(SpectralError) in
      try Polyphase(size: HW(shapes[index + 1][1], shapes[index + 1][2]), stride: stride)
    }
    let source = try inBlocks(values[map]!, dims(of: map))
    let choice = try plain(values[decision]!, dims(of: decision))
    let target = try newBlocked(dims(of: index + 1))
    try move(source, choice, to: target, "kernel:polyphase-upsample") { phase, from, to, lanes in
      phases.upsample(from, to: phase, planes: lanes, into: to)
    }
    values[index + 1] = target
  }

  /// A step that moves every block of a map by the decision of its image.
  private func move(
    _ source: Int, _ decision: Int, to target: Int, _ name: StaticString,
    _ body:
      @escaping @Sendable (Int, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Bool
  ) throws {
    try program.append(
      name, [source, decision], to: target, parts: program.blocks(of: target)
    ) { sources, target, part, _ in
      let image = part / Int(target.blocks)
      guard let phase = sources[1].row(image).indexOfLargest else {
        target.fill(part, .nan)
        return true
      }
      return body(phase, sources[0].plane(part), target.plane(part), Int(target.inner))
    }
  }
}

extension cl_map {
  /// The numbers of an image of a matrix.
  func row(_ image: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: data + image * Int(channels), count: Int(channels))
  }

  /// The same value in all channels of plane `index`, 0 in the lanes behind the last one.
  fileprivate func fill(_ index: Int, _ value: Float) {
    let (plane, used) = (plane(index), lanes(index))
    for i in 0..<planeSize { plane[i] = i % Int(inner) < used ? value : 0 }
  }
}

extension UnsafeMutableBufferPointer<Float> {
  /// The first of the largest; nil where a number is not finite.
  var indexOfLargest: Int? {
    guard allSatisfy(\.isFinite) else { return nil }
    var best = 0
    for (index, value) in enumerated() where value > self[best] { best = index }
    return best
  }

  /// 1 at an index and 0 elsewhere; NaN where there is none.
  func setOneHot(_ index: Int?) {
    update(repeating: index == nil ? .nan : 0)
    if let index { self[index] = 1 }
  }
}
