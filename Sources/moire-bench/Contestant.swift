import Foundation

/// One way of doing what a comparison is about.
struct Contestant {
  /// What it is called once it ran, and the milliseconds of each run within a budget; none where it
  /// is not installed.
  let time: (_ budget: Double) throws -> (name: String, milliseconds: [Double])

  /// Code of this program.
  init(_ name: String, _ body: @escaping () -> Void) {
    time = { budget in
      var times: [Double] = []
      var spent = 0.0
      repeat {
        let start = DispatchTime.now().uptimeNanoseconds
        body()
        let elapsed = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6
        times.append(elapsed)
        spent += elapsed
      } while spent < budget || times.count < 2
      return (name, times)
    }
  }

  /// A case of `core_peer.py`.
  init(_ peer: Peer, _ name: String, map: CoreMap, threads: Int) {
    let request = "\(name) \(map.channels) \(map.size) \(threads)"
    time = { budget in try peer.time(request, budget: budget) }
  }
}
