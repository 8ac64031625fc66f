/// Dotted layer paths from the names that exporters write.
enum Paths {
  /// The path of a node.
  ///
  /// The name of the weight without `.weight` where it has one; else the name of the node, whose
  /// last segment is the operator; else the name of its output.
  /// - Parameter ordinal: counts the nodes of this operator, for nodes without any name.
  static func path(of node: ONNXNodeProto, weight: String? = nil, ordinal: Int) -> String {
    if let weight, weight.hasSuffix(".weight"), !weight.hasPrefix("onnx::"), weight.count > 7 {
      return String(weight.dropLast(7))
    }
    let fallback = node.opType.lowercased()
    if !node.name.isEmpty, !isNumbered(node.name) {
      return fromName(node.name, fallback: fallback)
    }
    let output = node.output.first ?? ""
    guard !output.isEmpty, !output.allSatisfy(\.isNumber) else { return "\(fallback)_\(ordinal)" }
    return fromName(output, fallback: fallback)
  }

  /// `n4`, `n4_12`: names that one exporter gives to what it has inlined.
  private static func isNumbered(_ name: String) -> Bool {
    name.first == "n" && name.count > 1
      && name.dropFirst().allSatisfy { $0.isASCII && ($0.isNumber || $0 == "_") }
  }

  private static func fromName(_ name: String, fallback: String) -> String {
    guard name.contains("/") else {
      let plain = name.hasPrefix("node_") ? name.dropFirst(5) : name[...]
      return plain.isEmpty ? fallback : String(plain)
    }
    // The last segment is the operator's own: "Conv", "Conv_3", "Conv_output_0".
    let segments = name.split(separator: "/").dropLast()
    var kept: [Substring] = []
    for segment in segments {
      // Exporters repeat the way to a module: "features/features.0/features.0.2".
      if let last = kept.last, segment.hasPrefix(last + ".") { kept.removeLast() }
      kept.append(segment)
    }
    return kept.isEmpty ? fallback : kept.joined(separator: ".")
  }
}
