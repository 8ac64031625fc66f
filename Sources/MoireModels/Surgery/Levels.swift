import MoireLayers
import MoireTensors

/// Which sites lead from one sampling grid to the same other one, and so have to keep in step.
///
/// Values are on one grid when layers that neither subsample nor change the size connect them.
struct Levels {
  /// For each site the number of its level.
  private var numbers: [Int]
  /// Of each level the site that decides on the phase.
  private(set) var deciding: Set<Int> = []

  func level(of site: Int) -> Int { numbers[site] }

  init(_ network: Network, shapes: [[Int]], sites: [SamplingSite]) {
    var grids = Grids(count: shapes.count)
    let subsampling = Set(sites.map(\.node))
    for (index, node) in network.nodes.enumerated() where !subsampling.contains(index) {
      for input in node.inputs where Levels.keepsGrid(shapes[input], shapes[index + 1]) {
        grids.join(input, index + 1)
      }
    }
    var known: [[Int]: Int] = [:]
    numbers = sites.map { site in
      let input = network.nodes[site.node].inputs[0]
      let key = [
        grids.root(input), grids.root(site.node + 1), site.stride.height, site.stride.width,
      ]
      let number = known[key] ?? known.count
      known[key] = number
      return number
    }
    for level in 0..<known.count {
      let members = sites.indices.filter { numbers[$0] == level }
      let main = members.first {
        Levels.mayDecide(sites[$0], among: members.map { sites[$0] }, network)
      }
      // The first in order depends on no other.
      if let decider = main ?? members.first { deciding.insert(decider) }
    }
  }

  private static func keepsGrid(_ a: [Int], _ b: [Int]) -> Bool {
    a.count == 3 && b.count == 3 && a[1...] == b[1...] && (a[1] > 1 || a[2] > 1)
  }

  /// Whether a site is more than a projection and reads nothing that another of its level gives.
  private static func mayDecide(
    _ site: SamplingSite, among members: [SamplingSite], _ network: Network
  ) -> Bool {
    if case .convolution(let layer) = network.nodes[site.node].layer, layer.isProjection {
      return false
    }
    let others = Set(members.map(\.node)).subtracting([site.node])
    var (open, seen) = ([site.node], Set<Int>())
    while let node = open.popLast() {
      if others.contains(node) { return false }
      for input in network.nodes[node].inputs where input > 0 && seen.insert(input - 1).inserted {
        open.append(input - 1)
      }
    }
    return true
  }
}

/// Sets of values that are joined step by step.
private struct Grids {
  private var parents: [Int]

  init(count: Int) { parents = Array(0..<count) }

  mutating func root(_ value: Int) -> Int {
    var value = value
    while parents[value] != value {
      parents[value] = parents[parents[value]]
      value = parents[value]
    }
    return value
  }

  mutating func join(_ a: Int, _ b: Int) { parents[root(a)] = root(b) }
}
