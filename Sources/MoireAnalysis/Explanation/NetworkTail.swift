import MoireLayers
import MoireTensors

/// Everything behind some values of a network, as a network that takes them as its input.
///
/// The input holds the values one after the other along the channels; each is read by what read it.
struct NetworkTail {
  /// Why there is no such tail.
  enum Obstacle: Error {
    /// The values are not maps of one size.
    case sizes
    /// A layer behind them reads something that stands before them.
    case bypass(path: String)
    /// The answer does not depend on them.
    case unread
  }

  let network: Network

  init(_ original: Network, behind values: [Int]) throws {
    let shapes = try original.valueShapes()
    let maps = values.map { shapes[$0] }
    guard let first = maps.first, maps.allSatisfy({ $0.count == 3 && $0[1...] == first[1...] })
    else { throw Obstacle.sizes }
    let channels = maps.reduce(0) { $0 + $1[0] }
    var tail = Network(
      name: "\(original.name) (tail)", inputShape: [channels, first[1], first[2]])
    var known: [Int: Int] = [:]
    var start = 0
    for (value, map) in zip(values, maps) {
      let range = start..<start + map[0]
      known[value] =
        values.count == 1
        ? 0 : tail.append("\(original.nodes[value - 1].path).cut", .channels(range), inputs: [0])
      start += map[0]
    }
    let needed = Self.needed(original, known)
    for (index, node) in original.nodes.enumerated()
    where needed.contains(index) && known[index + 1] == nil {
      let inputs = node.inputs.compactMap { known[$0] }
      // What no cut value reaches is found again where it meets one.
      if inputs.isEmpty { continue }
      guard inputs.count == node.inputs.count else { throw Obstacle.bypass(path: node.path) }
      known[index + 1] = tail.append(node.path, node.layer, inputs: inputs)
    }
    guard let output = known[original.output] else { throw Obstacle.unread }
    tail.output = output
    network = tail
  }

  /// The nodes that the answer needs, up to the cut.
  private static func needed(_ network: Network, _ cut: [Int: Int]) -> Set<Int> {
    var (open, result) = ([network.output], Set<Int>())
    while let value = open.popLast() {
      guard value > 0, cut[value] == nil, result.insert(value - 1).inserted else { continue }
      open += network.nodes[value - 1].inputs
    }
    return result
  }
}

/// Σ ‖J v‖² of a tail, by central differences.
struct TailGain {
  private let compiled: CompiledNetwork
  private let step: Double
  private let threads: Int

  /// - Parameter step: ‖change‖ / ‖map‖.
  init(_ tail: NetworkTail, step: Double, threads: Int) throws {
    compiled = try CompiledNetwork(tail.network, batch: 2)
    (self.step, self.threads) = (step, threads)
  }

  /// The squared norm of what the logits change by along a direction, ‖J v‖²: the derivative, to the
  /// second order of the step.
  ///
  /// - Parameters:
  ///   - maps: of the values of the cut, each `[1, C, H, W]`.
  ///   - direction: the same.
  func squared(_ maps: [Tensor], along direction: [Tensor]) throws -> Double {
    let size = Self.norm(direction)
    guard size > 0 else { return 0 }
    let map = Self.norm(maps)
    let epsilon = map > 0 ? step * map / size : 1
    var values: [Float] = []
    values.reserveCapacity(2 * maps.reduce(0) { $0 + $1.count })
    for sign in [epsilon, -epsilon] {
      for (map, part) in zip(maps, direction) {
        map.values.withUnsafeBufferPointer { map in
          part.values.withUnsafeBufferPointer { part in
            for index in map.indices { values.append(map[index] + Float(sign) * part[index]) }
          }
        }
      }
    }
    let answer = try compiled.run(
      Tensor(shape: [2] + compiled.network.inputShape, values: values), threads: threads)
    let classes = answer.count / 2
    let change = (0..<classes).reduce(0.0) { sum, index in
      let difference = Double(answer[index]) - Double(answer[classes + index])
      return sum + difference * difference
    }
    return change / (4 * epsilon * epsilon)
  }

  private static func norm(_ maps: [Tensor]) -> Double {
    maps.reduce(0) { $0 + $1.norm * $1.norm }.squareRoot()
  }
}
