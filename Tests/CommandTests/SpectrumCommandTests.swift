import Foundation
import MoireAnalysis
import MoireReport
import MoireTensors
import TestSupport
import Testing

@Suite struct SpectrumCommandTests {
  /// 3 + cos 2π(f_h y + f_w x) on 64×64.
  static func tone(_ vertical: Int, _ horizontal: Int) throws -> Tensor {
    let values = (0..<64 * 64).map { (index: Int) -> Float in
      let turns = Double(vertical * (index / 64) + horizontal * (index % 64)) / 64
      return Float(3 + cos(2 * Double.pi * turns))
    }
    return try Tensor(shape: [64, 64], values: values)
  }

  static func noise(_ shape: [Int], seed: UInt64 = 5) throws -> Tensor {
    var generator = SeededGenerator(seed: seed)
    let values = (0..<shape.reduce(1, *)).map { _ in Float(generator.normal()) }
    return try Tensor(shape: shape, values: values)
  }

  static func spectrum(_ arguments: [String], in folder: URL) throws -> SpectrumDocument {
    let result = try Tool.run(["spectrum"] + arguments + ["--json", "s.json"], in: folder)
    #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
    #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 100 }, "\(result.output)")
    let data = try Data(contentsOf: folder.appendingPathComponent("s.json"))
    return try DocumentJSON.decode(SpectrumDocument.self, from: data)
  }

  /// A tone is alias or it is not; |cos πf|⁴ of it is left behind bin-3. The box is a box: (14, 14) of
  /// 64 lies beyond the disc of radius ¼ and inside.
  @Test(arguments: [(14, 14, false), (3, 15, false), (3, 20, true), (-31, 0, true)])
  func tones(_ vertical: Int, _ horizontal: Int, _ folds: Bool) throws {
    try Tool.inTemporaryFolder { folder in
      try NPY.write(
        Self.tone(vertical, horizontal), path: folder.appendingPathComponent("tone.npy").path)
      let entry = try #require(try Self.spectrum(["tone.npy"], in: folder).inputs.first)
      // Samples up to 4 are rounded to 2e-7, against a tone of energy ½ a sample.
      #expect(abs(entry.aliasFractionAc - (folds ? 1 : 0)) < 1e-6)
      #expect(abs(entry.aliasFraction - (folds ? 0.5 / 9.5 : 0)) < 1e-7)
      let gains = [vertical, horizontal].map { pow(cos(Double.pi * Double($0) / 64), 4) }
      let gain = gains[0] * gains[1]
      let found = try #require(entry.filters.first { $0.filter == "bin-3" })
      #expect(abs((folds ? found.aliasEnergyLeft : found.basebandEnergyKept) - gain) < 1e-6)
      #expect(try #require(entry.identities).largestDifference < 1e-9)
      let band = try #require(entry.bandwidth)
      #expect(band.containing == [Double(abs(vertical)) / 64, Double(abs(horizontal)) / 64])
    }
  }

  /// White noise at stride 2: ¾ lies outside; behind bin-3 0.14546, bin-5 0.02969 of the rest. 2¹⁸
  /// samples give a share of the energy to 1/√2¹⁸ = 0.002, four of that.
  @Test func whiteNoise() throws {
    try Tool.inTemporaryFolder { folder in
      try NPY.write(
        Self.noise([4, 4, 128, 128]), path: folder.appendingPathComponent("noise.npy").path)
      let document = try Self.spectrum(["noise.npy"], in: folder)
      let entry = document.inputs[0]
      #expect(entry.planes == 16 && entry.exact && document.pooled == nil)
      #expect(abs(entry.aliasFraction - 0.75) < 0.008)
      for (name, share) in [("bin-3", 0.14546), ("bin-5", 0.02969), ("ideal", 0)] {
        let found = try #require(entry.filters.first { $0.filter == name })
        #expect(abs(found.aliasFraction - share) < 0.008, "\(name)")
      }
      let identities = try #require(entry.identities)
      #expect(identities.planesCompared == 16 && identities.largestDifference < 1e-9)
      #expect(abs(identities.polyphase.measured - entry.aliasFraction) < 1e-6)
      #expect(abs(identities.pool.predicted - (entry.poolLeak ?? -1)) < 1e-7)
      // A flat spectrum up to ½ has an rms of ½ / √3.
      #expect(abs((entry.bandwidth?.rms[0] ?? 0) - 0.5 / 3.0.squareRoot()) < 0.003)
      let four = try Self.spectrum(["noise.npy", "--stride", "4x2"], in: folder)
      #expect(abs(four.inputs[0].aliasFraction - 0.875) < 0.008 && four.stride == [4, 2])
    }
  }

  @Test func arraysOfArchives() throws {
    let archive = Fixtures.folder.appendingPathComponent("npz/compressed.npz").path
    try Tool.inTemporaryFolder { folder in
      let named = try Self.spectrum([archive + ":steps", archive + ":zeros"], in: folder)
      #expect(named.inputs.map(\.name) == ["compressed.npz:steps", "compressed.npz:zeros"])
      #expect(named.inputs.map(\.shape) == [[40, 50], [60, 80]] && named.pooled == nil)
      #expect(named.inputs[1].deadPlanes == 1 && named.inputs[1].aliasFraction == 0)
      let odd = try Self.spectrum([archive + ":ramp", "--plot", "p.svg"], in: folder)
      #expect(!odd.inputs[0].exact && odd.inputs[0].identities == nil)
      #expect(odd.inputs[0].foldMap == nil && odd.inputs[0].planes == 3)
    }
  }

  @Test func picturesArePooledWhereSizesAgree() throws {
    let photo = Fixtures.embedded.appendingPathComponent("chelsea.jpg").path
    try Tool.inTemporaryFolder { folder in
      let document = try Self.spectrum([photo, photo, "--plot", "p.svg"], in: folder)
      let (one, pool) = (document.inputs[0], try #require(document.pooled))
      #expect(one.values == "8-bit RGB as 0…1" && pool.planes == 6)
      #expect(abs(pool.aliasFraction - one.aliasFraction) < 1e-12)
      #expect(pool.identities?.planesCompared ?? 6 == 6)
      let svg = try String(contentsOf: folder.appendingPathComponent("p.svg"), encoding: .utf8)
      #expect(svg.hasPrefix("<?xml") && svg.contains("pooled") && !svg.contains("\"nan\""))
    }
  }

  @Test(arguments: ["mirror", "hann", "kaiser:8"]) func boundaries(_ boundary: String) throws {
    try Tool.inTemporaryFolder { folder in
      try NPY.write(
        Self.noise([3, 30, 41]), path: folder.appendingPathComponent("noise.npy").path)
      let document = try Self.spectrum(
        ["noise.npy", "--boundary", boundary, "--plot", "p.svg"], in: folder)
      #expect(document.boundary.hasPrefix(boundary) && document.inputs[0].identities == nil)
      #expect(document.inputs[0].poolLeak == nil)
      #expect(abs(document.inputs[0].aliasFraction - 0.75) < 0.08)
    }
  }

  @Test func jsonHasThePromisedKeys() throws {
    try Tool.inTemporaryFolder { folder in
      try NPY.write(Self.noise([8, 8]), path: folder.appendingPathComponent("x.npy").path)
      let quiet = try Tool.run(["spectrum", "x.npy", "--quiet", "--json", "s.json"], in: folder)
      #expect(quiet.code == 0 && quiet.output.isEmpty)
      let data = try Data(contentsOf: folder.appendingPathComponent("s.json"))
      let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      for key in ["schema", "versions", "stride", "boundary", "protocol_line", "inputs"] {
        #expect(json[key] != nil, "\(key)")
      }
      let entry = try #require((json["inputs"] as? [[String: Any]])?.first)
      for key in [
        "name", "values", "shape", "size", "grid_size", "output_size", "exact", "planes",
        "dead_planes", "constant_planes", "alias_fraction", "alias_fraction_ac",
        "channel_quartiles", "channel_quartiles_ac", "pool_leak", "identities", "filters",
        "bandwidth", "radial_profile", "slices", "fold_map",
      ] { #expect(entry[key] != nil, "\(key)") }
      #expect(entry["power"] == nil)
    }
  }

  @Test func theNumberOfThreadsChangesNothing() throws {
    try Tool.inTemporaryFolder { folder in
      try NPY.write(Self.noise([40, 12, 18]), path: folder.appendingPathComponent("x.npy").path)
      let files = try ["1", "2", "5"].map { threads in
        _ = try Tool.run(
          ["spectrum", "x.npy", "--quiet", "--threads", threads, "--json", "j"], in: folder)
        return try Data(contentsOf: folder.appendingPathComponent("j"))
      }
      #expect(files[0] == files[1] && files[0] == files[2])
    }
  }

  @Test func wrongUse() throws {
    let archive = Fixtures.folder.appendingPathComponent("npz/stored.npz").path
    let kept: Set = ["x.npy", "nan.npy", "row.npy", "empty.npy", "cut.png", "cut.npz", "none"]
    try Tool.inTemporaryFolder { folder in
      let write = { (tensor: Tensor, name: String) in
        try NPY.write(tensor, path: folder.appendingPathComponent(name).path)
      }
      try write(Self.noise([8, 8]), "x.npy")
      try write(Tensor(shape: [8, 8], repeating: .nan), "nan.npy")
      try write(Tensor(shape: [8]), "row.npy")
      try write(Tensor(shape: [0, 8, 8]), "empty.npy")
      try Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0])
        .write(to: folder.appendingPathComponent("cut.png"))
      try Data(contentsOf: URL(fileURLWithPath: archive)).prefix(900)
        .write(to: folder.appendingPathComponent("cut.npz"))
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent("none"), withIntermediateDirectories: false)
      let cases: [([String], Int32, String)] = [
        ([], 2, "input"),
        (["x.npy", "--stride", "0"], 2, "--stride 0: need whole numbers"),
        (["x.npy", "--stride", "2x"], 2, "--stride 2x"),
        (["x.npy", "--stride", "2x3x4"], 2, "2x3x4"),
        (["x.npy", "--boundary", "open"], 2, "--boundary open: need periodic"),
        (["x.npy", "--boundary", "kaiser:-1"], 2, "kaiser:-1"),
        (["x.npy", "--plot", "p.png"], 2, "need a name that ends in .svg"),
        (["x.npy", "--threads", "0"], 2, "--threads 0"),
        (["x.npy", "--filters", "box"], 3, "'box' is no filter"),
        (["x.npy", "missing.png"], 3, "missing.png: no such file or folder"),
        (["none"], 3, "none: the folder holds no .png"),
        (["cut.png"], 3, "cut.png"),
        (["cut.npz"], 3, "cut.npz: not a usable .npz file"),
        ([archive + ":slope"], 3, "no array 'slope', it holds ramp"),
        ([archive], 3, "stored.npz:scalar: holds shape []"),
        (["row.npy"], 3, "row.npy: holds shape [8], need [H, W]"),
        (["empty.npy"], 3, "empty.npy: holds shape [0, 8, 8]"),
        (["nan.npy"], 3, "nan.npy: plane 0 holds values that are not finite"),
        (["x.npy", "--json", "nowhere/s.json"], 3, "nowhere/s.json: cannot be written"),
        (["x.npy", "--json", "s.json", "--plot", "nowhere/p.svg"], 3, "nowhere/p.svg"),
        (["x.npy", "--json", "none"], 3, "none: cannot be written"),
      ]
      for (arguments, code, word) in cases {
        let result = try Tool.run(["spectrum"] + arguments, in: folder)
        #expect(result.code == code, "\(arguments): \(result.code) \(result.errors)")
        #expect(result.errors.contains(word), "\(arguments): \(result.errors)")
        #expect(result.output.isEmpty)
        if code == 3 {
          #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
        }
      }
      #expect(try Set(FileManager.default.contentsOfDirectory(atPath: folder.path)) == kept)
    }
  }
}
