import Foundation
import MoireImages
import MoireTensors
import Testing

@Suite struct PreprocessingTests {
  // The arithmetic is the same in the same order and precision; a compiler may fuse at most one
  // rounding away, which is below 1e-6 for values up to 3.
  private let tolerance: Float = 1e-6

  private func expect(_ text: String, _ crop: HW, _ channels: Int, equals name: String) throws {
    let preprocessing = try Preprocessing(parsing: text, crop: crop, channels: channels)
    let values = try preprocessing.tensor(contentsOf: Fixtures.path("source_color.png"))
    #expect(difference(values, try Fixtures.array(name)) <= tolerance)
  }

  @Test func presetsEqualTorchvision() throws {
    try expect("imagenet", HW(24, 24), 3, equals: "imagenet_24x24")
    try expect("tf", HW(16, 16), 3, equals: "tf_16x16")
    try expect("none", HW(12, 16), 1, equals: "gray_none_12x16")
  }

  @Test func aCropLargerThanTheImageIsPaddedBeforeTheNormalisation() throws {
    try expect("imagenet resize=16", HW(30, 21), 3, equals: "imagenet_padded_30x21")
  }

  @Test func theUsualResizeKeepsTheRatio() {
    #expect(Preprocessing.defaultResize(for: HW(224, 224)) == 256)
    #expect(Preprocessing.defaultResize(for: HW(28, 28)) == 32)
    #expect(Preprocessing.defaultResize(for: HW(100, 224)) == 256)
    #expect(Preprocessing.defaultResize(for: HW(1, 1)) == 1)
  }

  @Test func presetsMapTheEndsOfTheRange() throws {
    let ends = try Image(width: 2, height: 1, channels: 1, pixels: [0, 255])
    let expected: [(Preset, [Float])] = [
      (.tf, [-127 / 128, 1]), (.tfPlusMinusOne, [-1, 1]), (.none, [0, 1]),
    ]
    for (preset, values) in expected {
      let preprocessing = try Preprocessing(preset, crop: HW(1, 2), channels: 1)
      #expect(try preprocessing.tensor(of: ends).values == values)
    }
    #expect(throws: ImageError.self) { try Preprocessing(.imagenet, crop: 8, channels: 1) }
  }

  @Test func cropsAtOffsetsAreWindowsOfTheResizedImage() throws {
    let image = try noise(9, 12, channels: 3)
    let preprocessing = try Preprocessing(
      crop: HW(4, 5), channels: 3, resize: nil, divisor: 1, mean: [0, 0, 0], std: [1, 1, 1])
    let resized = try preprocessing.resized(image)
    #expect(resized == image)
    for offset in [HW(0, 0), HW(5, 7), HW(2, 3)] {
      let values = try preprocessing.tensor(of: resized, offset: offset)
      #expect(values.shape == [1, 3, 4, 5])
      for (channel, y, x) in [(0, 0, 0), (1, 3, 4), (2, 1, 2)] {
        let pixel = ((offset.height + y) * 12 + offset.width + x) * 3 + channel
        #expect(values[(channel * 4 + y) * 5 + x] == Float(image.pixels[pixel]))
      }
    }
    for offset in [HW(6, 0), HW(0, 8), HW(-1, 0), HW(.max, .min)] {
      #expect(throws: ImageError.crop(size: HW(4, 5), offset: offset, image: HW(9, 12))) {
        try preprocessing.tensor(of: resized, offset: offset)
      }
    }
  }

  @Test func tinyAndLongImages() throws {
    let preprocessing = try Preprocessing(.imagenet, crop: 224)
    #expect(try preprocessing(noise(1, 1)).shape == [1, 3, 224, 224])
    #expect(try preprocessing(noise(1, 40)).shape == [1, 3, 224, 224])
    #expect(throws: ImageError.self) { try preprocessing(noise(1, 20_000)) }
  }

  @Test func textGivesNumbers() throws {
    let explicit = try Preprocessing(
      parsing: "  mean=0.5,0.25,0.125 std=0.5 resize=40", crop: HW(32, 32))
    #expect(explicit.mean == [0.5, 0.25, 0.125])
    #expect(explicit.std == [0.5, 0.5, 0.5])
    #expect(explicit.divisor == 255)
    #expect(explicit.resize == 40)
    #expect(explicit.preset == "custom")
    let unresized = try Preprocessing(parsing: "tf resize=none", crop: 8)
    #expect(unresized.resize == nil)
    #expect(unresized.preset == "tf")
    #expect(
      try Preprocessing(parsing: "imagenet", crop: 224) == Preprocessing(.imagenet, crop: 224))
  }

  @Test(arguments: [
    ("imagnet", "need one of imagenet, tf, tf-pm1, none"), ("", "need one of"),
    ("mean=0.5,x,0.5", "'x' is not a number"), ("mean=0.5,0.5", "need 3 numbers"),
    ("mean=", "'' is not a number"), ("std=0", "it cannot be 0"), ("std=nan", "finite"),
    ("mean=1e60", "finite"), ("scale=3", "unknown field 'scale'"), ("mean=1 mean=2", "twice"),
    ("tf half", "key=value"), ("resize=big", "shorter side"), ("resize=0", "need 1 to"),
    ("divisor=0", "not 0"), ("divisor=1e-60", "not 0"), ("divisor=x", "not a number"),
  ])
  func badTextIsNamed(_ text: String, _ part: String) {
    do {
      let made = try Preprocessing(parsing: text, crop: 8)
      Issue.record("'\(text)' gave \(made)")
    } catch {
      #expect("\(error)".contains(part), "\(error)")
    }
  }

  @Test func badCropsAndChannelsAreRefused() {
    #expect(throws: ImageError.self) { try Preprocessing(.tf, crop: HW(0, 4)) }
    #expect(throws: ImageError.self) { try Preprocessing(.tf, crop: HW(1 << 20, 1 << 20)) }
    #expect(throws: ImageError.self) { try Preprocessing(.tf, crop: 8, channels: 2) }
    #expect(throws: ImageError.self) { try Preprocessing(.tf, crop: 8, channels: -1) }
  }

  @Test(arguments: ["imagenet", "tf-pm1 resize=none", "mean=0.1307 std=0.3081"])
  func jsonGivesTheSameBack(_ text: String) throws {
    let preprocessing = try Preprocessing(parsing: text, crop: HW(24, 32))
    let json = try JSONEncoder().encode(preprocessing)
    #expect(try JSONDecoder().decode(Preprocessing.self, from: json) == preprocessing)
  }

  @Test func jsonWithAWrongNumberIsRefused() throws {
    let json = """
      {"preset": "custom", "channels": 1, "resize": null, "crop": [4, 4], "divisor": 255,
       "interpolation": "bilinear antialiased 8-bit (Pillow)", "mean": [0], "std": [0]}
      """
    #expect(throws: ImageError.self) {
      try JSONDecoder().decode(Preprocessing.self, from: Data(json.utf8))
    }
  }

  @Test func theDescriptionIsOneLine() throws {
    let preprocessing = try Preprocessing(.imagenet, crop: 224)
    #expect(
      preprocessing.description == """
        imagenet: RGB, shorter side 256 (bilinear), crop 224×224, \
        (px/255 − (0.485,0.456,0.406)) / (0.229,0.224,0.225)
        """)
  }
}
