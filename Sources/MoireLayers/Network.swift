/// The one graph that every network becomes: built in Swift, or read from ONNX.
///
/// Value 0 is the input `[N, C, H, W]`; node i gives value i + 1 and reads only values before it, so
/// the order of the nodes is an order of execution. The number of images N is open.
public struct Network: Sendable {
  /// One step: a layer with its place in the graph.
  public struct Node: Sendable {
    /// The dotted path of the layer, as `layer2.0.conv2`; unique in its network.
    public var path: String
    public var layer: Layer
    /// The values it reads.
    public var inputs: [Int]

    public init(path: String, layer: Layer, inputs: [Int]) {
      self.path = path
      self.layer = layer
      self.inputs = inputs
    }
  }

  /// What the network is called in reports, usually the name of its file.
  public var name: String
  /// The shape of one input image, `[C, H, W]`.
  public let inputShape: [Int]
  public private(set) var nodes: [Node] = []
  /// The value that is the network's answer.
  public var output = 0
  /// What the builder of the network wants its user to know, one sentence each.
  public var remarks: [String] = []

  public init(name: String, inputShape: [Int]) {
    self.name = name
    self.inputShape = inputShape
  }

  /// Appends a layer and makes it the output.
  ///
  /// A path that is taken gets `_1`, `_2` … at its end.
  /// - Returns: the value it gives, for the `inputs` of later nodes.
  /// - Precondition: the inputs are values that exist already.
  @discardableResult
  public mutating func append(_ path: String, _ layer: Layer, inputs: [Int]) -> Int {
    precondition(
      inputs.allSatisfy { (0...nodes.count).contains($0) },
      "inputs \(inputs) of \(path) are not all among the values 0...\(nodes.count)")
    var unique = path
    while !paths.insert(unique).inserted {
      let suffix = suffixes[path, default: 0] + 1
      suffixes[path] = suffix
      unique = "\(path)_\(suffix)"
    }
    nodes.append(Node(path: unique, layer: layer, inputs: inputs))
    output = nodes.count
    return output
  }

  /// Appends a layer that reads the current output.
  @discardableResult
  public mutating func append(_ path: String, _ layer: Layer) -> Int {
    append(path, layer, inputs: [output])
  }

  private var paths: Set<String> = []
  /// The last number that a path was given behind it.
  private var suffixes: [String: Int] = [:]
}
