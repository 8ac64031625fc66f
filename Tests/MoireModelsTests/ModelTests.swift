import MoireLayers
import MoireTensors
import SwiftProtobuf
import Testing

@testable import MoireModels

@Suite struct ModelTests {
  @Test func whatTheFileSays() throws {
    var builder = ModelBuilder.single("Relu")
    builder.proto.producerVersion = "1.5"
    builder.floats("w", [1])
    builder.proto.graph.input.append(ModelBuilder.port("w", [1]))
    let model = try builder.model()
    #expect(model.producer == "builder 1.5" && model.opset == 17 && model.name == "test")
    // Older files list initialisers among the inputs.
    #expect(model.inputs == [.init(name: "x", shape: [nil, 2, 6, 8])])
    #expect(model.outputs.map(\.name) == ["y"])
    #expect(model.classes == nil)
  }

  @Test(arguments: ["[\"cat, big\", \"dog\"]", "cat, big\ndog\n"])
  func classNames(text: String) throws {
    var builder = ModelBuilder.single("Relu")
    builder.proto.metadataProps = [.with { ($0.key, $0.value) = ("classes", text) }]
    #expect(try builder.model().classes == ["cat, big", "dog"])
    builder.proto.metadataProps[0].value = "cat, dog"
    #expect(try builder.model().classes == ["cat", "dog"])
  }

  @Test func sizes() throws {
    let open = ModelBuilder.single("Relu", input: [nil, 3, nil, nil])
    #expect(open.failure().contains("[?, 3, ?, ?]") && open.failure().contains("--size HxW"))
    #expect(try open.network(size: [5, 7]).inputShape == [3, 5, 7])
    let fixed = try ModelBuilder.single("Relu").network(size: [5, 7])
    #expect(fixed.inputShape == [2, 5, 7])
    #expect(fixed.remarks.contains { $0.contains("6×8") && $0.contains("5×7") })
    #expect(try ModelBuilder.single("Relu").network().remarks == [])
    #expect(ModelBuilder.single("Relu", input: [nil, nil, 6, 8]).failure().contains("channels"))
    #expect(ModelBuilder.single("Relu", input: [nil, 3, 4]).failure().contains("[N, C, H, W]"))
    #expect(ModelBuilder.single("Relu", input: [nil, 3, 0, 8]).failure().contains("not possible"))
    #expect(open.failure(size: [1 << 31, 4]).contains("not possible"))
    #expect(open.failure(size: [-1, 4]).contains("not possible"))
  }

  @Test func severalPortsMustBeChosen() throws {
    var builder = ModelBuilder()
    builder.proto.graph.input.append(ModelBuilder.port("z", [nil, 1, 4, 4]))
    builder.proto.graph.output.append(ModelBuilder.port("b", [nil, nil]))
    builder.node("Relu", ["x"])
    builder.node("Tanh", ["z"], ["a"])
    builder.node("Sigmoid", ["a"], ["b"])
    #expect(builder.failure().contains("2 outputs, choose one of y, b"))
    #expect(try builder.network(output: "y").nodes.map(\.layer) == [.activation(.relu)])
    #expect(try builder.network(output: "b").inputShape == [1, 4, 4])
    #expect(try builder.network(output: "a").nodes.map(\.layer) == [.activation(.tanh)])
    #expect(builder.failure(output: "c").contains("no output 'c'"))
    #expect(builder.failure(input: "c", output: "y").contains("no input 'c'"))
    #expect(builder.failure(input: "z", output: "y").contains("does not depend on 'z'"))
    builder.node("Add", ["y", "b"], ["s"])
    #expect(builder.failure(output: "s").contains("2 inputs, choose one of x, z"))
    #expect(builder.failure(input: "x", output: "s").contains("input 'z'"))
  }

  @Test func operatorsThatAreNotSupportedAreNamed() {
    for name in ["NonMaxSuppression", "LSTM", "If"] {
      var builder = ModelBuilder()
      builder.node(name, ["x"], name: "here")
      let message = builder.failure()
      #expect(message.contains("operator \(name) at node 'here'"))
      #expect(message.contains("AveragePool, BatchNormalization"))
    }
    var foreign = ModelBuilder()
    foreign.node("FusedConv", ["x"], domain: "com.example")
    #expect(foreign.failure().contains("com.example::FusedConv at the node that gives 'y'"))
    var unused = ModelBuilder()
    unused.node("Relu", ["x"])
    unused.node("Resize", ["x"], ["z"])
    #expect(unused.failure() == "")
  }

  @Test func graphsThatContradictThemselves() {
    var dangling = ModelBuilder()
    dangling.node("Add", ["x", "nothing"], name: "sum")
    #expect(dangling.failure().contains("node 'sum' reads 'nothing'"))
    var cycle = ModelBuilder()
    cycle.node("Add", ["x", "b"], ["a"], name: "one")
    cycle.node("Relu", ["a"], ["b"], name: "two")
    cycle.node("Relu", ["b"])
    #expect(cycle.failure().contains("cycle"))
    var twice = ModelBuilder()
    twice.node("Relu", ["x"])
    twice.node("Tanh", ["x"], name: "again")
    #expect(twice.failure().contains("node 'again' gives 'y' a second time"))
    var missing = ModelBuilder()
    missing.node("Relu", ["x"], ["z"])
    #expect(missing.failure().contains("the output reads 'y'"))
    var constant = ModelBuilder()
    constant.node("Constant", [], ["value_float": .float(1)])
    #expect(constant.failure().contains("does not depend on"))
  }

  @Test func nodesMayStandInAnyOrder() throws {
    var builder = ModelBuilder()
    builder.node("Add", ["b", "a"])
    builder.node("Tanh", ["a"], ["b"])
    builder.node("Relu", ["x"], ["a"])
    #expect(
      try builder.layers() == [.activation(.relu), .activation(.tanh), .add])
  }

  @Test func weightsMustBeFinite() {
    for value in [Float.nan, .infinity] {
      var builder = ModelBuilder()
      var values = [Float](repeating: 1, count: 36)
      values[7] = value
      builder.floats("stem.weight", [2, 2, 3, 3], values)
      builder.node("Conv", ["x", "stem.weight"], name: "/stem/Conv")
      #expect(builder.failure().contains("layer stem: value 7 of 'stem.weight' is \(value)"))
    }
  }

  @Test func filesThatAreNoModel() throws {
    func failure(_ bytes: [UInt8]) -> String {
      do {
        _ = try ONNXModel(bytes: bytes, name: "file")
        return ""
      } catch { return "\(error)" }
    }
    #expect(failure([]).contains("file: not a usable ONNX model"))
    #expect(failure([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]).contains("not a usable"))
    let whole = try ModelBuilder.single("Relu").bytes()
    #expect(failure(Array(whole.dropLast(3))).contains("cut off"))
    #expect(failure(try ModelBuilder.single("Relu", opset: 6).bytes()).contains("opset 6"))
    #expect(throws: ModelError.self) { try ONNXModel(contentsOf: "/no/such/file.onnx") }
  }
}
