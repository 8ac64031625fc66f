import Foundation
import MoireImages
import MoireReport
import MoireSpectral
import MoireTensors
import TestSupport
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct FilterCommandTests {
  typealias Inputs = SpectrumCommandTests

  /// Runs the command on `x.npy` and reads what it wrote.
  static func filter(
    _ tensor: Tensor, _ arguments: [String], in folder: URL
  ) throws -> (entry: FilterDocument.Entry, output: Tensor) {
    try NPY.write(tensor, path: folder.appendingPathComponent("x.npy").path)
    let result = try Tool.run(
      ["filter", "x.npy", "-o", "y.npy", "--json", "f.json"] + arguments, in: folder)
    #expect(result.code == 0 && result.errors.isEmpty, "\(arguments): \(result.errors)")
    #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 100 }, "\(result.output)")
    let data = try Data(contentsOf: folder.appendingPathComponent("f.json"))
    let document = try DocumentJSON.decode(FilterDocument.self, from: data)
    let output = try NPY.read(path: folder.appendingPathComponent("y.npy").path)
    return (try #require(document.filters.first), output)
  }

  /// A tone below the cutoff goes through as it is, one above it is gone; its mean stays.
  @Test(arguments: [(5, 9, true), (5, 20, false), (16, 0, false)])
  func idealOnTones(_ vertical: Int, _ horizontal: Int, _ stays: Bool) throws {
    try Tool.inTemporaryFolder { folder in
      let tone = try Inputs.tone(vertical, horizontal)
      let (entry, output) = try Self.filter(
        tone, ["--ideal", "--downsample", "2", "--boundary", "periodic"], in: folder)
      #expect(output.shape == [32, 32] && entry.spacing == [2, 2] && entry.border == "periodic")
      let kept = (0..<1024).map { tone[($0 / 32) * 2 * 64 + ($0 % 32) * 2] }
      let expected = stays ? kept : Array(repeating: 3, count: 1024)
      // Single precision on values up to 4.
      #expect(zip(output.values, expected).allSatisfy { abs($0 - $1) < 4e-6 })
      #expect(abs(entry.energyRemoved - (stays ? 0 : 1)) < 1e-6 && entry.ringing < 1e-5)
    }
  }

  /// |H|² = cos⁴ πf on each axis of a circular map is what bin-3 leaves.
  @Test(arguments: [(3, 9), (2, 25)]) func binomialOnTones(_ vertical: Int, _ horizontal: Int)
    throws
  {
    try Tool.inTemporaryFolder { folder in
      let (entry, output) = try Self.filter(
        Inputs.tone(vertical, horizontal),
        ["--binomial", "3", "--padding", "circular", "--boundary", "periodic"], in: folder)
      let gains = [vertical, horizontal].map { pow(cos(Double.pi * Double($0) / 64), 4) }
      let gone = 1 - gains[0] * gains[1]
      #expect(abs(entry.energyRemoved - gone) < 1e-5)
      #expect(
        abs((horizontal > 16 ? entry.aliasEnergyRemoved : entry.detailLost) - gone) < 1e-5)
      #expect(output.shape == [64, 64] && entry.taps == 3)
    }
  }

  @Test(arguments: BlurPool.Convention.allCases, [HW(16, 16), HW(13, 18)])
  func conventionsAreThoseOfBlurPool(_ convention: BlurPool.Convention, _ size: HW) throws {
    try Tool.inTemporaryFolder { folder in
      let maps = try Inputs.noise([2, 3, size.height, size.width])
      for stride in [2, 3] {
        let (entry, output) = try Self.filter(
          maps,
          ["--binomial", "5", "--convention", "\(convention)", "--downsample", "\(stride)"],
          in: folder)
        let pool = BlurPool(convention, filterSize: 5, stride: HW(stride, stride))
        let expected = try pool(maps)
        #expect(output.shape == expected.shape && output.values == expected.values)
        let geometry = try pool.geometry(size: size)
        #expect(entry.phase == [geometry.rows.phase, geometry.columns.phase])
        #expect(entry.border == geometry.rows.padding.description)
      }
    }
  }

  @Test func constantsStayConstant() throws {
    try Tool.inTemporaryFolder { folder in
      let flat = try Tensor(shape: [3, 9, 10], repeating: 0.7)
      for filter in [
        ["--ideal"], ["--binomial", "4"], ["--kaiser", "stop=40,width=0.2"],
        ["--raised-cosine", "rolloff=0.3"], ["--gaussian", "sigma=1"], ["--hann", "taps=5"],
        ["--filter", "none"],
      ] {
        for stride in [[], ["--downsample", "2"], ["--downsample", "3x1"]] {
          let (entry, output) = try Self.filter(flat, filter + stride, in: folder)
          #expect(output.values.allSatisfy { abs($0 - 0.7) < 1e-6 }, "\(filter) \(stride)")
          #expect(entry.energyRemoved == 0 && entry.ringing == 0)
        }
      }
      let (_, dark) = try Self.filter(flat, ["--binomial", "3", "--padding", "zero"], in: folder)
      #expect(abs(dark[0] - 0.7 * 0.5625) < 1e-6)
    }
  }

  /// The ideal filter on sizes that the stride does not divide is ideal pooling.
  @Test func idealOnAnySize() throws {
    try Tool.inTemporaryFolder { folder in
      let maps = try Inputs.noise([1, 2, 15, 22])
      let (entry, output) = try Self.filter(maps, ["--ideal", "--downsample", "4"], in: folder)
      let pooled = try IdealPool(size: [15, 22], stride: 4)(maps)
      #expect(output.values == pooled.values)
      let spacing: [Double] = [15.0 / 4, 22.0 / 6]
      #expect(entry.spacing == spacing)
    }
  }

  @Test func cutoffs() throws {
    try Tool.inTemporaryFolder { folder in
      let tone = try Inputs.tone(0, 9)
      for (cutoff, gone) in [("0.14", 1.0), ("0.15", 0)] {
        let (entry, _) = try Self.filter(tone, ["--ideal", "--cutoff", cutoff], in: folder)
        #expect(abs(entry.energyRemoved - gone) < 1e-5 && entry.name == "ideal:cutoff=\(cutoff)")
      }
      let (entry, _) = try Self.filter(
        tone, ["--kaiser", "stop=60,width=0.05", "--cutoff", "0.1"], in: folder)
      #expect(entry.name == "kaiser:stop=60,width=0.05,cutoff=0.1")
      // 60 dB of stop-band: 10⁻⁶ of the energy is left, beside what the padding makes at the border.
      #expect(entry.energyRemoved > 0.99)
    }
  }

  @Test func picturesStayPictures() throws {
    let photo = Fixtures.embedded.appendingPathComponent("astronaut.jpg").path
    try Tool.inTemporaryFolder { folder in
      let result = try Tool.run(
        ["filter", photo, "-o", "a.png", "--filter", "none", "--downsample", "2"], in: folder)
      #expect(result.code == 0 && result.output.contains("0 of"), "\(result.errors)")
      let image = try Image(contentsOf: photo)
      let small = try Image(contentsOf: folder.appendingPathComponent("a.png").path)
      #expect(small.width == (image.width + 1) / 2 && small.channels == 3)
      let same = (0..<small.height).allSatisfy { y in
        (0..<small.width * 3).allSatisfy { x in
          small.pixels[y * small.width * 3 + x]
            == image.pixels[(2 * y * image.width + 2 * (x / 3)) * 3 + x % 3]
        }
      }
      #expect(same)
    }
  }

  @Test func comparison() throws {
    let photo = Fixtures.embedded.appendingPathComponent("chelsea.jpg").path
    try Tool.inTemporaryFolder { folder in
      let result = try Tool.run(
        [
          "filter", photo, "--compare", "ideal,bin-3,kaiser:stop=60,width=0.1", "--plot", "c.svg",
          "--json", "c.json",
        ], in: folder)
      #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
      let data = try Data(contentsOf: folder.appendingPathComponent("c.json"))
      let document = try DocumentJSON.decode(FilterDocument.self, from: data)
      #expect(
        document.filters.map(\.name) == ["none", "ideal", "bin-3", "kaiser:stop=60,width=0.1"])
      #expect(document.filters[0].energyRemoved == 0 && document.filters[1].ringing > 0)
      #expect(document.filters[1].aliasEnergyRemoved > document.filters[2].aliasEnergyRemoved)
      #expect(document.filters[1].detailLost < document.filters[2].detailLost)
      let svg = try Data(contentsOf: folder.appendingPathComponent("c.svg"))
      let parser = XMLParser(data: svg)
      #expect(parser.parse(), "\(parser.parserError.debugDescription)")
      let text = String(decoding: svg, as: UTF8.self)
      // Of each: the picture, the part, spectrum and fold map; two colour bars.
      #expect(text.components(separatedBy: "<image").count - 1 == 4 * 4 + 2)
      #expect(!text.contains("\"nan\"") && !text.contains("\u{FFFD}"))
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(Set(names) == ["c.svg", "c.json"])
    }
  }

  /// Sizes at the edge: one sample, one row, smaller than the stride, constant, many planes.
  @Test(arguments: [[1, 1], [1, 9], [7, 1], [3, 2], [5, 8, 8]])
  func comparisonsOfSmallMaps(_ shape: [Int]) throws {
    try Tool.inTemporaryFolder { folder in
      try NPY.write(Inputs.noise(shape), path: folder.appendingPathComponent("x.npy").path)
      for stride in ["2", "4x1"] {
        let result = try Tool.run(
          [
            "filter", "x.npy", "--compare", "none,ideal,bin-5", "--plot", "c.svg", "--downsample",
            stride,
          ], in: folder)
        #expect(result.code == 0, "\(shape) \(stride): \(result.errors)")
        let svg = try Data(contentsOf: folder.appendingPathComponent("c.svg"))
        #expect(XMLParser(data: svg).parse())
      }
    }
  }

  @Test func wrongUse() throws {
    let archive = Fixtures.folder.appendingPathComponent("npz/stored.npz").path
    try Tool.inTemporaryFolder { folder in
      try NPY.write(Inputs.noise([8, 8]), path: folder.appendingPathComponent("x.npy").path)
      try NPY.write(Inputs.noise([5, 8, 8]), path: folder.appendingPathComponent("five.npy").path)
      try Data("x".utf8).write(to: folder.appendingPathComponent("bad.png"))
      let out = ["x.npy", "-o", "y.npy"]
      let cases: [([String], Int32, String)] = [
        ([], 2, "input"),
        (["x.npy"], 2, "need a filter such as --ideal"),
        (["x.npy", "--ideal"], 2, "need a file to write: -o OUT"),
        (out, 2, "need a filter"),
        (out + ["--ideal", "--binomial", "3"], 2, "need one filter, got ideal and bin-3"),
        (out + ["--binomial", "0"], 2, "--binomial 0"),
        (out + ["--ideal", "--cutoff", "0.7"], 2, "--cutoff 0.7: need cycles per sample"),
        (out + ["--ideal", "--cutoff", "0"], 2, "--cutoff 0"),
        (out + ["--binomial", "3", "--cutoff", "0.2"], 2, "'bin-3' takes no cutoff"),
        (out + ["--ideal", "--downsample", "0"], 2, "--downsample 0"),
        (out + ["--ideal", "--padding", "mirror"], 2, "--padding mirror: need zero, reflect"),
        (out + ["--ideal", "--padding", "zero"], 2, "has no taps"),
        (out + ["--binomial", "3", "--convention", "mine"], 2, "--convention mine: need zhang"),
        (out + ["--ideal", "--boundary", "open"], 2, "--boundary open"),
        (["x.npy", "-o", "y.jpg", "--ideal"], 2, "ends in .png or .npy"),
        (["x.npy", "--compare", "ideal"], 2, "--compare and --plot belong together"),
        (["x.npy", "--plot", "c.svg"], 2, "--compare and --plot belong together"),
        (["x.npy", "--compare", "ideal", "--plot", "c.png"], 2, "ends in .svg"),
        (["x.npy", "--compare", "ideal,", "--plot", "c.svg"], 3, "'' is no filter"),
        (["x.npy", "--compare", "ideal,box", "--plot", "c.svg"], 3, "'box' is no filter"),
        (out + ["--filter", "box"], 3, "'box' is no filter"),
        (out + ["--kaiser", "stop=60"], 3, "needs stop and width"),
        (out + ["--hann", "taps=5", "--convention", "timm"], 3, "one of binomial filters"),
        (out + ["--binomial", "4", "--convention", "composer"], 3, "composer"),
        (["missing.png", "-o", "y.png", "--ideal"], 3, "missing.png: no such file"),
        (["bad.png", "-o", "y.png", "--ideal"], 3, "bad.png: neither PNG nor JPEG"),
        ([archive + ":slope", "-o", "y.npy", "--ideal"], 3, "no array 'slope'"),
        ([archive + ":empty", "-o", "y.npy", "--ideal"], 3, "holds shape [0, 4]"),
        (["five.npy", "-o", "y.png", "--ideal"], 3, "1 or 3 planes"),
        (["x.npy", "-o", "nowhere/y.npy", "--ideal"], 3, "nowhere/y.npy: cannot be written"),
        (out + ["--ideal", "--json", "nowhere/f.json"], 3, "nowhere/f.json"),
      ]
      for (arguments, code, word) in cases {
        let result = try Tool.run(["filter"] + arguments, in: folder)
        #expect(result.code == code, "\(arguments): \(result.code) \(result.errors)")
        #expect(result.errors.contains(word), "\(arguments): \(result.errors)")
        #expect(result.output.isEmpty)
        if code == 3 {
          #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
        }
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(Set(names) == ["x.npy", "five.npy", "bad.png"])
    }
  }
}
