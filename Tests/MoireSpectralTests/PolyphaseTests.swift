import Foundation
import MoireSpectral
import MoireTensors
import TestSupport
import Testing

@Suite("Phases and adaptive choice")
struct PolyphaseTests {
  static let problems: [Problem] = [
    Problem(8, 2), Problem([8, 12], 2), Problem([9, 12], [3, 4]), Problem(7, 2), Problem(1, 2),
    Problem([1, 9], [1, 4]), Problem([5, 3], [2, 7]), Problem([13, 10], [5, 3]), Problem(6, 1),
  ]

  @Test("split takes every s-th sample, join puts all of them back", arguments: problems)
  func splitAndJoin(problem: Problem) throws {
    let (size, stride) = (problem.size, problem.stride)
    let maps = try noise(planes: 3, size: size)
    for wrapped in [false, true] {
      let polyphase = try Polyphase(size: size, stride: stride, wrapped: wrapped)
      let parts = try polyphase.split(maps)
      #expect(parts.count == stride.area)
      for (phase, part) in zip(polyphase.phases, parts) {
        let of = try polyphase.size(of: phase)
        #expect(part.shape == [1, 3, of.height, of.width])
        #expect(part == (try polyphase.take(phase, of: maps)))
        for index in 0..<part.count {
          let (p, rest) = index.quotientAndRemainder(dividingBy: of.area)
          let y = (rest / of.width * stride.height + phase.height) % size.height
          let x = (rest % of.width * stride.width + phase.width) % size.width
          #expect(part[index] == maps[p * size.area + y * size.width + x])
        }
      }
      #expect(try polyphase.join(parts) == maps)
    }
  }

  @Test("upsampling puts a phase on its places and zeros elsewhere", arguments: problems)
  func upsample(problem: Problem) throws {
    let (size, stride) = (problem.size, problem.stride)
    let maps = try noise(planes: 2, size: size)
    let polyphase = try Polyphase(size: size, stride: stride)
    for phase in polyphase.phases {
      let up = try polyphase.upsample(polyphase.take(phase, of: maps), to: phase)
      for index in 0..<maps.count {
        let (y, x) = (index % size.area / size.width, index % size.width)
        let chosen = y % stride.height == phase.height && x % stride.width == phase.width
        #expect(up[index] == (chosen ? maps[index] : 0))
      }
    }
  }

  /// What a criterion compares, by its definition.
  static func value(_ part: Tensor, _ criterion: Polyphase.Criterion) -> Double {
    let values = part.values.map(Double.init)
    switch criterion {
    case .l2, .l2Min: return values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    case .l1, .l1Min: return values.reduce(0) { $0 + abs($1) }
    case .lInfinity: return values.map(abs).max() ?? 0
    case .nonAbsMax: return values.max() ?? -.infinity
    }
  }

  @Test("the choice is the best phase's", arguments: problems, Polyphase.Criterion.allCases)
  func choice(problem: Problem, criterion: Polyphase.Criterion) throws {
    for seed in 1...5 {
      let two = try noise(planes: 10, size: problem.size, mean: -0.4, seed: UInt64(seed))
      let maps = try two.reshaped([2, 5, problem.size.height, problem.size.width])
      for wrapped in [false, true] {
        let polyphase = try Polyphase(size: problem.size, stride: problem.stride, wrapped: wrapped)
        let choices = try polyphase.choose(maps, by: criterion)
        #expect(choices.count == 2)
        for (image, choice) in choices.enumerated() {
          let parts = try polyphase.split(maps.images(image..<image + 1))
          let values = parts.map { Self.value($0, criterion) }
          for (got, expected) in zip(choice.values, values) where expected.isFinite {
            #expect(abs(got - expected) <= 1e-13 * abs(expected))
          }
          let present = values.indices.filter { parts[$0].count > 0 }
          let smallest = criterion == .l2Min || criterion == .l1Min
          let best = present.map { values[$0] }
          let wanted = smallest ? best.min() : best.max()
          let index = choice.phase.height * problem.stride.width + choice.phase.width
          #expect(present.contains(index))
          #expect(abs(values[index] - (wanted ?? 0)) <= 1e-13)
        }
      }
    }
  }

  // A phase's sums are compensated: reordering its samples, as a shift does, changes no bit.
  @Test(
    "a circular shift moves the choice with it, and the subsampled map is the same up to a shift",
    arguments: [
      Problem(8, 2), Problem([8, 12], 2), Problem([12, 9], [4, 3]), Problem([1, 12], [1, 3]),
    ],
    Polyphase.Criterion.allCases)
  func covariance(problem: Problem, criterion: Polyphase.Criterion) throws {
    let (size, stride) = (problem.size, problem.stride)
    let polyphase = try Polyphase(size: size, stride: stride)
    let maps = try noise(planes: 7, size: size, seed: 11)
    let plain = try polyphase.choose(maps, by: criterion)[0]
    let taken = try polyphase.take(plain.phase, of: maps)
    for t in [HW(1, 0), [0, 1], [1, 1], [3, 2], [5, 7], [2, 11]] {
      let moved = try BlurPoolTorusTests.shifted(maps, by: t)
      let choice = try polyphase.choose(moved, by: criterion)[0]
      func axis(_ d: Int, _ t: Int, _ s: Int) -> Int { ((d - t) % s + s) % s }
      let expected = HW(
        axis(plain.phase.height, t.height, stride.height),
        axis(plain.phase.width, t.width, stride.width))
      #expect(choice.phase == expected)
      #expect(Set(choice.values) == Set(plain.values))
      // Sample i of the moved phase stands at i s + d' + t = (i + turn) s + d.
      let turn = HW(
        (expected.height + t.height - plain.phase.height) / stride.height,
        (expected.width + t.width - plain.phase.width) / stride.width)
      let got = try polyphase.take(choice.phase, of: moved)
      #expect(try got == BlurPoolTorusTests.shifted(taken, by: turn))
    }
  }

  @Test("regression: APS takes 8×12 for a square and returns 4×4")
  func notSquare() throws {
    let polyphase = try Polyphase(size: [8, 12], stride: 2)
    let maps = try noise(planes: 2, size: [8, 12])
    let phase = try polyphase.choose(maps)[0].phase
    #expect(try polyphase.take(phase, of: maps).shape == [1, 2, 4, 6])
  }

  @Test("regression: on 7×7 no choice can follow a shift, on 8×8 it does")
  func oddSizes() throws {
    func broken(_ size: HW) throws -> Int {
      let polyphase = try Polyphase(size: size, stride: 2, wrapped: true)
      let maps = try noise(planes: 4, size: size, seed: 2)
      let sums = { (maps: Tensor) in
        try polyphase.take(polyphase.choose(maps)[0].phase, of: maps).values.sorted()
      }
      let plain = try sums(maps)
      return try (1...6).filter { t in
        try sums(BlurPoolTorusTests.shifted(maps, by: HW(t, t))) != plain
      }.count
    }
    #expect(try broken(8) == 0)
    #expect(try broken(7) > 0)
  }

  @Test("of equal phases the first one")
  func ties() throws {
    let polyphase = try Polyphase(size: 6, stride: 3)
    for criterion in Polyphase.Criterion.allCases {
      let choice = try polyphase.choose(Tensor(shape: [1, 1, 6, 6], repeating: 2), by: criterion)
      #expect(choice[0].phase == 0)
      #expect(Set(choice[0].values).count == 1)
    }
  }

  @Test("the peer's own choices and samples, by all six criteria")
  func peer() throws {
    let folder = Fixtures.folder.appendingPathComponent("blur")
    let lines = try String(
      contentsOf: folder.appendingPathComponent("phases.csv"), encoding: .utf8
    ).split(separator: "\n").dropFirst()
    let data = try NPY.read(path: folder.appendingPathComponent("phases.npy").path)
    var (next, size, maps) = (0, 0, try Tensor(shape: []))
    func read(_ shape: [Int]) throws -> Tensor {
      let count = shape.reduce(1, *)
      next += count
      return try Tensor(shape: shape, values: Array(data.values[next - count..<next]))
    }
    for line in lines {
      let fields = line.split(separator: ",")
      let numbers = fields.dropFirst().compactMap { Int($0) }
      if numbers[0] != size {
        size = numbers[0]
        maps = try read([2, 3, size, size])
      }
      let names: [Substring: Polyphase.Criterion] = [
        "l2": .l2, "l1": .l1, "l_infty": .lInfinity, "non_abs_max": .nonAbsMax, "l2_min": .l2Min,
        "l1_min": .l1Min,
      ]
      let criterion = try #require(names[fields[0]])
      let polyphase = try Polyphase(size: HW(size, size), stride: 2, wrapped: true)
      let choices = try polyphase.choose(maps, by: criterion)
      #expect(choices.map(\.phase) == [HW(numbers[2], numbers[3]), HW(numbers[4], numbers[5])])
      let expected = try read([2, 3, numbers[1], numbers[1]])
      for (image, choice) in choices.enumerated() {
        let got = try polyphase.take(choice.phase, of: maps.images(image..<image + 1))
        #expect(got == expected.images(image..<image + 1))
      }
    }
    #expect(lines.count == 36 && next == data.count)
  }

  @Test("refusals")
  func refusals() throws {
    for (size, stride) in [(HW(0, 4), 2), (4, 0), (HW(4, 4), HW(2, -1)), (4, HW(.max, 3))] {
      #expect(throws: SpectralError.invalidSize(size: size, stride: stride)) {
        try Polyphase(size: size, stride: stride)
      }
    }
    let polyphase = try Polyphase(size: 4, stride: 2)
    var maps = try Tensor(shape: [2, 3, 4, 4])
    for phase in [HW(2, 0), [0, -1]] {
      #expect(throws: SpectralError.invalidPhase(phase, stride: 2)) {
        try polyphase.take(phase, of: maps)
      }
    }
    #expect(throws: SpectralError.mapMismatch(expected: 4, shape: [1, 4, 5])) {
      try polyphase.split(Tensor(shape: [1, 4, 5]))
    }
    #expect(throws: SpectralError.phaseCount(expected: 4, got: 1)) { try polyphase.join([maps]) }
    maps[70] = .nan
    #expect(throws: SpectralError.notFinite(plane: 4)) { try polyphase.choose(maps) }
    maps[70] = -.infinity
    #expect(throws: SpectralError.notFinite(plane: 4)) { try polyphase.choose(maps) }
    #expect(try polyphase.choose(Tensor(shape: [0, 3, 4, 4])).isEmpty)
    #expect(try polyphase.choose(Tensor(shape: [1, 0, 4, 4]))[0].phase == 0)
  }
}
