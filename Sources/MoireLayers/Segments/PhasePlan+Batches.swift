import MoireTensors

/// How many images each level runs at once.
extension PhasePlan {
  /// The bytes that the largest layer of a level reads and writes, for one image.
  private func largestLayer(of level: Int) -> Int {
    var largest = 1
    for (index, node) in network.nodes.enumerated() where values[index + 1].level == level {
      let touched = node.inputs.map { $0 } + [index + 1]
      let floats = touched.reduce(0) { $0 + values[$1].shape.reduce(1, *) }
      largest = max(largest, floats * MemoryLayout<Float>.size)
    }
    return largest
  }

  /// Batches whose largest layer stays within `bytes`, each a divisor of the images that one run of the
  /// level before leads to.
  ///
  /// Large maps run one by one, from cache to cache; of small ones many share each reading of the
  /// weights, which outweigh them.
  func batches(branching: [Int]? = nil, bytes: Int = 4 << 20) -> [Int] {
    var result = [1]
    for (index, stride) in strides.enumerated() {
      let count = result[index] * (branching?[index] ?? stride.area)
      let limit = max(1, min(bytes / largestLayer(of: index + 1), 64))
      result.append((1...count).last { count % $0 == 0 && $0 <= limit } ?? 1)
    }
    return result
  }
}
