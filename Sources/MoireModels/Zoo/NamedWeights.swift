import MoireLayers
import MoireTensors

/// The tensors of a safetensors file as a source of parameters.
///
/// It hands out placeholders for what is missing or of another shape and lists them, so that one pass
/// finds everything that does not fit.
struct NamedWeights: WeightSource {
  private let file: Safetensors
  private let prefix: String
  private var missing: (any WeightSource)?
  private var asked: Set<String> = []
  private var found = WeightReport()

  init(_ file: Safetensors, prefix: String, missing: (any WeightSource)?) {
    self.file = file
    self.prefix = prefix
    self.missing = missing
  }

  /// What was taken so far.
  var report: WeightReport {
    var result = found
    result.unused = file.entries.map(\.name).filter {
      !asked.contains($0) && !$0.hasSuffix("num_batches_tracked")
    }.sorted()
    return result
  }

  mutating func values(of parameter: Parameter) throws -> Tensor {
    let name = prefix + parameter.name
    asked.insert(name)
    guard let entry = file.entry(name) else {
      found.missing.append(parameter.name)
      return try missing?.values(of: parameter) ?? Tensor(shape: parameter.shape)
    }
    guard Self.fits(entry.shape, parameter.shape) else {
      found.mismatched.append(
        .init(name: parameter.name, expected: parameter.shape, found: entry.shape))
      return try Tensor(shape: parameter.shape)
    }
    let tensor = try file.tensor(name)
    if let index = tensor.firstNonFinite {
      throw ModelError.nonFinite(
        layer: parameter.name, tensor: name, index: index, value: tensor[index])
    }
    found.matched.append(parameter.name)
    return try tensor.reshaped(parameter.shape)
  }

  /// Equal but for ones at the end: a fully connected layer over channels is a 1×1 convolution.
  private static func fits(_ a: [Int], _ b: [Int]) -> Bool {
    let (shorter, longer) = a.count < b.count ? (a, b) : (b, a)
    return longer.starts(with: shorter) && longer.dropFirst(shorter.count).allSatisfy { $0 == 1 }
  }
}
