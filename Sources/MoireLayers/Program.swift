import CLayers
import MoireTensors

/// Owns one C program; the only file that checks its statuses.
///
/// The calls mirror `clayers.h`; each throws ``LayerError/engine(path:reason:)`` with the program's
/// own sentence and the path of the layer that is being lowered.
final class Program {
  let handle: OpaquePointer
  /// The layer that the steps appended now belong to.
  var path = ""
  /// The layer of each step.
  private(set) var stepPaths: [String] = []
  /// What steps call back; lives as long as the program.
  private var hooks: [Hook] = []

  init() throws {
    guard let handle = cl_program_create() else {
      throw LayerError.engine(path: "(engine)", reason: "oneDNN gives no CPU engine")
    }
    self.handle = handle
  }

  deinit { cl_program_destroy(handle) }

  static var engineVersion: String { String(cString: cl_engine_version()) }
  static var blockSize: Int { Int(cl_block_size()) }

  var stepCount: Int { Int(cl_step_count(handle)) }
  var valueCount: Int { Int(cl_value_count(handle)) }

  @discardableResult
  func check(_ status: Int32) throws -> Int {
    guard status >= 0 else {
      throw LayerError.engine(path: path, reason: String(cString: cl_program_message(handle)))
    }
    while stepPaths.count < stepCount { stepPaths.append(path) }
    return Int(status)
  }

  func keep(_ hook: Hook) { hooks.append(hook) }

  func plainValue(_ dims: [Int]) throws -> Int {
    try check(cl_value_plain(handle, Int32(dims.count), dims.map(Int64.init)))
  }

  func blockedValue(_ dims: [Int]) throws -> Int {
    try check(cl_value_blocked(handle, dims.map(Int64.init)))
  }

  func view(of base: Int, _ dims: [Int]) throws -> Int {
    try check(cl_value_view(handle, Int32(base), Int32(dims.count), dims.map(Int64.init)))
  }

  /// Some channels of a value in blocks, in its memory.
  func slice(of base: Int, from channel: Int, count: Int) throws -> Int {
    try check(cl_value_slice(handle, Int32(base), Int64(channel), Int64(count)))
  }

  /// Whether the images of a value do not follow each other.
  func isStrided(_ value: Int) -> Bool { cl_value_is_strided(handle, Int32(value)) != 0 }

  /// Bytes from the beginning of the memory that a value shares to its own.
  func offset(of value: Int) -> Int { cl_value_offset(handle, Int32(value)) }

  func bytes(of value: Int) -> Int { cl_value_bytes(handle, Int32(value)) }
  func base(of value: Int) -> Int { Int(cl_value_base(handle, Int32(value))) }

  /// The extent of dimension 1 of a value.
  func channels(of value: Int) -> Int { Int(cl_value_channels(handle, Int32(value))) }

  /// The number of planes, over all images, that a value in blocks consists of.
  func blocks(of value: Int) -> Int { Int(cl_value_planes(handle, Int32(value))) }

  /// The values a step reads and writes.
  func operands(of step: Int) -> (reads: [Int], writes: [Int]) {
    var (values, writes): ([Int32], [Int32]) = ([0], [0])
    let count = Int(cl_step_operands(handle, Int32(step), &values, &writes, 0))
    values = [Int32](repeating: 0, count: count)
    writes = values
    _ = cl_step_operands(handle, Int32(step), &values, &writes, Int32(count))
    let pairs = zip(values, writes)
    return (
      pairs.filter { $0.1 == 0 }.map { Int($0.0) }, pairs.filter { $0.1 != 0 }.map { Int($0.0) }
    )
  }

  /// Appends a step that packs weights and, where there is one, a bias.
  func append(
    _ weight: Tensor, _ bias: Tensor?,
    _ body: (UnsafePointer<Float>, UnsafePointer<Float>?) -> Int32
  ) throws {
    try weight.values.withUnsafeBufferPointer { weights in
      if let bias {
        _ = try bias.values.withUnsafeBufferPointer {
          try check(body(weights.baseAddress!, $0.baseAddress))
        }
      } else {
        try check(body(weights.baseAddress!, nil))
      }
    }
  }

  func implementation(of step: Int) -> String {
    String(cString: cl_step_implementation(handle, Int32(step)))
  }

  /// What the primitive of a step takes alone in its fastest layout, in ms; 0 for other steps.
  func bind(_ value: Int, to address: UnsafeMutableRawPointer) throws {
    try check(cl_program_bind(handle, Int32(value), address))
  }

  func run(_ steps: Range<Int>, threads: Int) throws {
    guard !steps.isEmpty else { return }
    let status = cl_program_run(
      handle, Int32(steps.lowerBound), Int32(steps.upperBound), Int32(threads))
    guard status >= 0 else {
      throw LayerError.engine(
        path: stepPaths[steps.lowerBound], reason: String(cString: cl_program_message(handle)))
    }
  }
}

extension cl_pair {
  init(_ pair: HW) { self.init(height: Int64(pair.height), width: Int64(pair.width)) }
}

extension cl_sides {
  init(_ padding: Padding) {
    self.init(
      top: Int64(padding.top), left: Int64(padding.left), bottom: Int64(padding.bottom),
      right: Int64(padding.right))
  }
}

extension cl_window {
  init(_ window: Window) {
    self.init(
      kernel: cl_pair(window.kernel), stride: cl_pair(window.stride),
      dilation: cl_pair(window.dilation), padding: cl_sides(window.padding))
  }
}

extension cl_activation {
  static let none = cl_activation(function: cl_function_none, alpha: 0, beta: 0)

  init(_ activation: Activation?) {
    switch activation {
    case nil: self = .none
    case .relu: self.init(function: cl_function_relu, alpha: 0, beta: 0)
    case .clip(let low, let high): self.init(function: cl_function_clip, alpha: low, beta: high)
    case .leakyRelu(let slope): self.init(function: cl_function_relu, alpha: slope, beta: 0)
    case .elu(let alpha): self.init(function: cl_function_elu, alpha: alpha, beta: 0)
    case .sigmoid: self.init(function: cl_function_logistic, alpha: 0, beta: 0)
    case .tanh: self.init(function: cl_function_tanh, alpha: 0, beta: 0)
    case .silu: self.init(function: cl_function_swish, alpha: 1, beta: 0)
    case .hardSwish: self.init(function: cl_function_hardswish, alpha: 0, beta: 0)
    case .hardSigmoid(let alpha, let beta):
      self.init(function: cl_function_hardsigmoid, alpha: alpha, beta: beta)
    case .gelu: self.init(function: cl_function_gelu_erf, alpha: 0, beta: 0)
    case .geluTanh: self.init(function: cl_function_gelu_tanh, alpha: 0, beta: 0)
    case .softplus: self.init(function: cl_function_soft_relu, alpha: 0, beta: 0)
    case .mish: self.init(function: cl_function_mish, alpha: 0, beta: 0)
    case .selu: self.init(function: cl_function_selu, alpha: 0, beta: 0)
    case .celu(let alpha): self.init(function: cl_function_celu, alpha: alpha, beta: 0)
    case .softsign: self.init(function: cl_function_softsign, alpha: 0, beta: 0)
    case .thresholdedRelu(let threshold):
      self.init(function: cl_function_threshold, alpha: threshold, beta: 0)
    case .abs: self.init(function: cl_function_abs, alpha: 0, beta: 0)
    case .exp: self.init(function: cl_function_exp, alpha: 0, beta: 0)
    case .log: self.init(function: cl_function_log, alpha: 0, beta: 0)
    case .sqrt: self.init(function: cl_function_sqrt, alpha: 0, beta: 0)
    case .power(let exponent): self.init(function: cl_function_power, alpha: exponent, beta: 0)
    }
  }
}
