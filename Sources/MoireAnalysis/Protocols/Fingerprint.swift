import MoireLayers
import MoireTensors

/// A number that tells contents apart: 64 bits, the same on every machine.
///
/// FNV-1a over 8-byte words, mixed at the end. Two networks that differ in one weight differ in it but
/// for one chance in 2⁶⁴; it is no defence against someone who wants two to be equal.
struct Fingerprint {
  private var state: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ word: UInt64) {
    state = (state ^ word) &* 0x0000_0100_0000_01B3
    state ^= state >> 29
  }

  mutating func add(_ text: String) {
    for byte in text.utf8 { add(UInt64(byte)) }
    add(0x1_0000)
  }

  mutating func add(_ tensor: Tensor) {
    for dimension in tensor.shape { add(UInt64(bitPattern: Int64(dimension))) }
    tensor.values.withUnsafeBufferPointer { values in
      for value in values { add(UInt64(value.bitPattern)) }
    }
  }

  var value: UInt64 {
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// 16 hexadecimal digits.
  var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  static func of(_ text: String) -> UInt64 {
    var fingerprint = Fingerprint()
    fingerprint.add(text)
    return fingerprint.value
  }
}

extension Network {
  /// The fingerprint of all that determines the network's answers: layers, weights, connections.
  var fingerprint: String {
    var fingerprint = Fingerprint()
    for dimension in inputShape { fingerprint.add(UInt64(dimension)) }
    for node in nodes {
      fingerprint.add(node.path)
      for input in node.inputs { fingerprint.add(UInt64(input)) }
      fingerprint.add(contentsOf: node.layer)
    }
    fingerprint.add(UInt64(output))
    return fingerprint.text
  }
}

extension Fingerprint {
  /// Walks a value of any type down to its tensors and plain values.
  fileprivate mutating func add(contentsOf value: Any) {
    if let tensor = value as? Tensor { return add(tensor) }
    let mirror = Mirror(reflecting: value)
    guard !mirror.children.isEmpty else { return add(String(describing: value)) }
    for child in mirror.children {
      add(child.label ?? "")
      add(contentsOf: child.value)
    }
  }
}
