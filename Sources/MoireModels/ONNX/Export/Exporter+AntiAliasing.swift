import MoireLayers

extension Exporter {
  mutating func antiAliasing(
    _ layer: Layer, _ inputs: [Value], output: [Int]
  ) throws -> String {
    throw refuse("it has no form in ONNX's operators here")
  }
}
