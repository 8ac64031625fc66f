import Foundation
import MoireTensors
import Testing

/// `moire train` and `moire evaluate` on a few images in idx files.
@Suite struct TrainCommandTests {
  private func idx(_ shape: [Int], _ values: [UInt8]) -> Data {
    var bytes: [UInt8] = [0, 0, 8, UInt8(shape.count)]
    for size in shape { bytes += (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) } }
    return Data(bytes + values)
  }

  /// Images of 28×28 whose upper or lower half is bright.
  private func writeData(_ folder: URL, count: Int = 32) throws {
    for part in ["train", "t10k"] {
      var pixels: [UInt8] = []
      let labels = (0..<count).map { UInt8($0 % 2) }
      for label in labels {
        for row in 0..<28 {
          pixels += (0..<28).map { UInt8((row < 14) == (label == 0) ? 200 + $0 : $0) }
        }
      }
      try idx([count, 28, 28], pixels).write(
        to: folder.appendingPathComponent("\(part)-images-idx3-ubyte"))
      try idx([count], labels).write(
        to: folder.appendingPathComponent("\(part)-labels-idx1-ubyte"))
    }
  }

  @Test func trainsEvaluatesAndResumesToTheSameBytes() throws {
    try Tool.inTemporaryFolder { folder in
      try writeData(folder)
      let arguments = [
        "train", "--data", ".", "--network", "vgg-small", "--downsampling", "bin-3", "--epochs",
        "2", "--batch", "8", "--rate", "0.05", "--augment", "circular:1", "--threads", "1",
      ]
      let result = try Tool.run(arguments + ["--seeds", "2", "--out", "out"], in: folder)
      #expect(result.code == 0, "\(result.errors)")
      #expect(result.output.hasPrefix("seed,loss,accuracy"))
      #expect(result.errors.contains("seed 1, epoch 2/2"))
      for name in [
        "model.onnx", "model.safetensors", "log.csv", "curves.svg", "checkpoint.safetensors",
      ] {
        #expect(FileManager.default.fileExists(atPath: "\(folder.path)/out/seed-1/\(name)"))
      }
      let log = try String(contentsOfFile: "\(folder.path)/out/seed-0/log.csv", encoding: .utf8)
      #expect(log.split(separator: "\n").count == 3)

      let model = URL(fileURLWithPath: "\(folder.path)/out/seed-0/model.onnx")
      let before = try Data(contentsOf: model)
      try FileManager.default.removeItem(at: model)
      let again = try Tool.run(arguments + ["--out", "out", "--resume", "--quiet"], in: folder)
      #expect(again.code == 0 && again.output.isEmpty && again.errors.isEmpty, "\(again.errors)")
      #expect(try Data(contentsOf: model) == before)

      let evaluated = try Tool.run(
        ["evaluate", "out/seed-0/model.onnx", "--data", ".", "--json", "e.json"], in: folder)
      #expect(evaluated.code == 0, "\(evaluated.errors)")
      #expect(evaluated.output.contains("of 32 images right"))
      let json = try String(contentsOfFile: "\(folder.path)/e.json", encoding: .utf8)
      #expect(json.contains("\"accuracy\""))
    }
  }

  /// What classes are called and how pixels are scaled goes into the network, stays there when it is
  /// trained further, and is read.
  @Test func networksRememberTheirClassesAndPixels() throws {
    try Tool.inTemporaryFolder { folder in
      try writeData(folder, count: 16)
      try Data("top, bright\nbottom\n".utf8).write(to: folder.appendingPathComponent("names.txt"))
      try NPY.write(
        Tensor(shape: [1, 28, 28], repeating: 0.5),
        path: folder.appendingPathComponent("image.npy").path)
      let short = ["--epochs", "1", "--batch", "8", "--threads", "1", "--data", "."]
      func succeed(_ arguments: [String]) throws -> Tool.Result {
        let result = try Tool.run(arguments, in: folder)
        #expect(result.code == 0, "\(result.errors)")
        return result
      }
      _ = try succeed(
        [
          "train", "--network", "resnet-small", "--class-names", "names.txt", "--out", "out",
          "--preprocess", "mean=0.5 std=0.125",
        ] + short)
      _ = try succeed(["finetune", "out/seed-0/model.onnx", "--out", "further"] + short)
      for model in ["out/seed-0/model.onnx", "further/model.onnx"] {
        let answer = try succeed(["run", model, "image.npy"])
        #expect(answer.output.contains("top, bright") && answer.output.contains("bottom"))
        let evaluate = ["evaluate", model, "--data", "."]
        let own = try succeed(evaluate).output
        let same = try succeed(evaluate + ["--preprocess", "mean=0.5 std=0.125"]).output
        let other = try succeed(evaluate + ["--preprocess", "none"]).output
        #expect(own == same && own != other)
      }
      try Data("one\n".utf8).write(to: folder.appendingPathComponent("names.txt"))
      let wrong = try Tool.run(
        ["train", "--class-names", "names.txt", "--out", "wrong"] + short, in: folder)
      #expect(wrong.code == 3)
      #expect(wrong.errors.contains("names.txt: 1 class names, the data have 2 classes"))
      #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/wrong"))
    }
  }

  /// Filters or phases that the network predicts are trained with it, and evaluated from the ONNX file.
  @Test(arguments: [("adaptive", "adaptive"), ("lps", "score.decision")])
  func trainsWhatANetworkPredicts(_ downsampling: String, _ layer: String) throws {
    try Tool.inTemporaryFolder { folder in
      try writeData(folder, count: 16)
      let result = try Tool.run(
        [
          "train", "--data", ".", "--network", "vgg-small", "--downsampling", downsampling,
          "--epochs", "1", "--batch", "8", "--rate", "0.05", "--threads", "1", "--out", "out",
          "--quiet",
        ], in: folder)
      #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
      let evaluated = try Tool.run(
        ["evaluate", "out/seed-0/model.onnx", "--data", "."], in: folder)
      #expect(evaluated.code == 0 && evaluated.output.contains("of 16 images right"))
      let inspected = try Tool.run(["inspect", "out/seed-0/model.onnx"], in: folder)
      #expect(inspected.code == 0 && inspected.output.contains(layer), "\(inspected.output)")
    }
  }

  @Test func finetunesWhatAntialiasWrote() throws {
    try Tool.inTemporaryFolder { folder in
      try writeData(folder)
      func succeed(_ arguments: [String]) throws -> Tool.Result {
        let result = try Tool.run(arguments, in: folder)
        #expect(result.code == 0, "\(arguments): \(result.errors)")
        return result
      }
      let few = ["--data", ".", "--epochs", "1", "--batch", "8", "--threads", "1"]
      _ = try succeed(["train", "--limit", "8", "--out", "plain", "--quiet"] + few)
      _ = try succeed(
        ["antialias", "plain/seed-0/model.onnx", "-o", "b.onnx", "--with", "bin-3", "--quiet"])
      let tuned = try succeed(["finetune", "b.onnx", "--out", "tuned"] + few)
      #expect(tuned.errors.contains("rate 0.01;") && tuned.output.contains("test "))
      let first = try Data(contentsOf: folder.appendingPathComponent("tuned/model.onnx"))
      try FileManager.default.removeItem(at: folder.appendingPathComponent("tuned/model.onnx"))
      _ = try succeed(["finetune", "b.onnx", "--out", "tuned", "--resume"] + few)
      #expect(try Data(contentsOf: folder.appendingPathComponent("tuned/model.onnx")) == first)
      let inspected = try succeed(["inspect", "tuned/model.onnx"])
      #expect(inspected.output.lowercased().contains("blur"))

      // Labels 0, 1, 2 where the network knows two classes.
      let labels = (0..<32).map { UInt8($0 % 3) }
      for part in ["train", "t10k"] {
        try idx([32], labels).write(
          to: folder.appendingPathComponent("\(part)-labels-idx1-ubyte"))
      }
      let unfit = try Tool.run(["finetune", "b.onnx", "--out", "head"] + few, in: folder)
      #expect(unfit.code == 3 && unfit.errors.contains("has 3 classes"), "\(unfit.errors)")
      _ = try succeed(["finetune", "b.onnx", "--new-head", "--out", "head"] + few)
      let evaluated = try succeed(["evaluate", "head/model.onnx", "--data", "."])
      #expect(evaluated.output.contains("class 2"))
    }
  }

  @Test func badInputIsNamed() throws {
    try Tool.inTemporaryFolder { folder in
      try writeData(folder, count: 8)
      func failing(_ arguments: [String], _ code: Int32, _ words: String) throws {
        let result = try Tool.run(["train", "--out", "out"] + arguments, in: folder)
        #expect(result.code == code, "\(arguments): \(result.code) \(result.errors)")
        #expect(result.errors.contains(words), "\(result.errors)")
      }
      try failing(["--data", "nowhere"], 3, "nowhere")
      try failing(["--data", ".", "--network", "none"], 3, "none")
      try failing(["--data", ".", "--downsampling", "bin-99"], 2, "bin-99")
      try failing(["--data", ".", "--optimizer", "none"], 2, "sgd")
      try failing(["--data", ".", "--batch", "9"], 3, "batch")
      try failing(["--data", ".", "--rate", "0"], 3, "rate")
      try failing(["--data", ".", "--augment", "warp:1"], 2, "warp")
      let labels = folder.appendingPathComponent("train-labels-idx1-ubyte")
      try Data(contentsOf: labels).dropLast().write(to: labels)
      try failing(["--data", ".", "--batch", "4"], 3, "train-labels-idx1-ubyte")
    }
  }
}
