import Foundation
import MoireReport
import MoireSpectral
import Testing

@Suite struct ResponseCommandTests {
  @Test func tableJSONAndDrawing() throws {
    try Tool.inTemporaryFolder { folder in
      let filters = ["none", "tri-3", "bin-4", "ideal", "kaiser:stop=60,width=0.1"]
      let result = try Tool.run(
        ["response"] + filters + ["--plot", "r.svg", "--json", "r.json"], in: folder)
      #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
      for word in filters + ["-9.03", "0.06519", "0.14546", "0.75000", "-∞", "-60."] {
        #expect(result.output.contains(word), "\(word)")
      }
      #expect(result.output.contains("Before a subsampling by 2 on both axes"))
      #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
      let document = try ResponseJSON.decode(
        Data(contentsOf: folder.appendingPathComponent("r.json")))
      #expect(document.filters.map(\.name) == filters)
      #expect(document.filters.map(\.filter).prefix(4) == ["none", "bin-3", "bin-4", "ideal"])
      #expect(document.versions.fftw.hasPrefix("fftw"))
      let drawing = try String(
        contentsOf: folder.appendingPathComponent("r.svg"), encoding: .utf8)
      #expect(drawing.hasPrefix("<?xml") && drawing.contains("new Nyquist 1/4"))
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(Set(names) == ["r.svg", "r.json"])
    }
  }

  @Test func theStrideMovesTheCutoff() throws {
    let quiet = try Tool.run(["response", "bin-3", "--quiet"])
    #expect(quiet.code == 0 && quiet.output.isEmpty)
    let four = try Tool.run(["response", "bin-4", "ideal", "--stride", "4", "--size", "64"])
    #expect(four.output.contains("0.52305") && four.output.contains("64×64"))
    #expect(try Tool.run(["response", "none", "--stride", "1"]).output.contains("0.00000"))
  }

  @Test func jsonHasThePromisedKeys() throws {
    try Tool.inTemporaryFolder { folder in
      _ = try Tool.run(["response", "bin-5", "--quiet", "--json", "r.json"], in: folder)
      let data = try Data(contentsOf: folder.appendingPathComponent("r.json"))
      let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      for key in ["schema", "versions", "stride", "nyquist", "size", "protocol_line", "filters"] {
        #expect(json[key] != nil, "\(key)")
      }
      let filter = try #require((json["filters"] as? [[String: Any]])?.first)
      for key in [
        "name", "filter", "taps", "dc_gain", "nyquist_gain", "nyquist_decibels", "stop_band_gain",
        "stop_band_decibels", "side_lobe_gain", "group_delay", "phase", "overshoot", "edge_gain",
        "corner_gain", "noise_gain_line", "noise_gain_plane", "white_alias_line",
        "white_alias_plane", "grid_alias_line", "grid_alias_plane", "pink_alias", "response",
      ] { #expect(filter[key] != nil, "\(key)") }
      #expect(filter["taps"] as? [Double] == [0.0625, 0.25, 0.375, 0.25, 0.0625])
    }
  }

  @Test func wrongUse() throws {
    try Tool.inTemporaryFolder { folder in
      let cases: [([String], Int32, String)] = [
        (["response"], 2, "filter"),
        (["response", "bin-3", "--stride", "0"], 2, "--stride 0"),
        (["response", "bin-3", "--stride", "-2"], 2, "stride"),
        (["response", "bin-3", "--size", "0"], 2, "--size 0"),
        (["response", "bin-3", "--threads", "0"], 2, "--threads 0"),
        (["response", "box"], 3, "'box' is no filter"),
        (["response", "kaiser:stop=60"], 3, "needs stop and width"),
        (["response", "bin-3", "--plot", "nowhere/r.svg"], 3, "nowhere/r.svg: cannot be written"),
        (["response", "bin-3", "--json", "nowhere/r.json"], 3, "nowhere/r.json"),
        (["response", "bin-3", "--plot", "."], 3, "cannot be written"),
      ]
      for (arguments, code, word) in cases {
        let result = try Tool.run(arguments, in: folder)
        #expect(result.code == code, "\(arguments): \(result.code) \(result.errors)")
        #expect(result.errors.contains(word), "\(arguments): \(result.errors)")
        #expect(result.output.isEmpty)
        if code == 3 {
          #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
        }
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }
}
