import Foundation
import MoireImages
import MoireTensors
import TestSupport
import Testing

@testable import MoireAnalysis

/// The pictures of the protocols against NumPy, SciPy and Pillow (`Fixtures/shift/make_shift.py`).
@Suite struct ProtocolViewTests {
  static let folder = Fixtures.folder.appendingPathComponent("shift")

  /// The fixture's photo, 41 × 59, made ready for an input of 32 × 32 with a resize of 36.
  static func input() throws -> AuditInput {
    let pixels = try NPY.read(path: folder.appendingPathComponent("photo.npy").path)
    let image = try Image(
      width: pixels.shape[1], height: pixels.shape[0], channels: 3,
      pixels: pixels.values.map { UInt8($0) })
    let preprocessing = try Preprocessing(parsing: "imagenet resize=36", crop: 32)
    let resized = try preprocessing.resized(image)
    let wide = try Preprocessing(
      crop: 36, channels: 3, resize: nil, divisor: 255, mean: preprocessing.mean,
      std: preprocessing.std)
    return AuditInput(
      name: "photo", tensor: try preprocessing.tensor(of: resized),
      wide: try wide.tensor(of: resized), photo: Photo(image, preprocessing))
  }

  /// In the order of the fixture, with the tolerance of each: one gray level (1/255/0.224) where
  /// pixels are resized, for Pillow 13 may take the columns first; rounding to Float elsewhere.
  static let views: [(view: ImageView, tolerance: Float)] = [
    (.plain, level), (.rolled([3, -5]), level), (.crop([1, 4]), level),
    (.zeroPadded([-2, 3]), level), (.fourier(1.5, -0.25), 2 * level),
    (.lanczos(0.3, -0.6), 2 * level), (.window(size: 23, offset: [4, 7]), level),
    (
      .resizedWindow(
        box: ImageView.Box(size: [27, 31], offset: [5, 9]), size: 42, offset: [3, 3]), level
    ),
    (.enlarged(size: 36, offset: [2, 1]), 2 * level),
    (.embedded(size: [14, 20], offset: [3, 8], background: .black), level),
    (.embedded(size: [14, 20], offset: [3, 8], background: .gray), level),
    (.embedded(size: [14, 20], offset: [3, 8], background: .inpainted), level),
    (.turned(4), level), (.zoomed(1.04), level),
  ]
  static let level: Float = 0.0176

  @Test func picturesEqualTheReference() throws {
    let expected = try NPY.read(path: Self.folder.appendingPathComponent("views.npy").path)
    let maker = ViewMaker(try Self.input())
    #expect(expected.shape == [Self.views.count, 3, 32, 32])
    for (index, item) in Self.views.enumerated() {
      let got = try maker.tensor(item.view)
      let reference = expected.images(index..<index + 1)
      let errors = zip(got.values, reference.values).map { abs($0 - $1) }
      #expect(got.shape == reference.shape)
      #expect(errors.max() ?? 1 <= item.tolerance, "\(item.view): \(errors.max() ?? 1)")
      // One level is the exception: most pixels are equal.
      let mean = errors.reduce(0, +) / Float(errors.count)
      #expect(mean < 2e-3, "\(item.view): mean \(mean)")
    }
  }

  @Test func inpaintingFillsAllButTwoHundredPixelsAndKeepsConstants() {
    for (rows, columns) in [(3..<9, 30..<41), (0..<1, 0..<1), (20..<53, 0..<2)] {
      let size: HW = [53, 47]
      var canvas = [Float](repeating: -9, count: size.area)
      for row in rows { for column in columns { canvas[row * 47 + column] = 4 } }
      Inpainting.fill(&canvas, channels: 1, size: size, rows: rows, columns: columns)
      #expect(canvas.count { $0 == -9 } <= Inpainting.rest)
      // A weighted mean of equal values is that value, to rounding.
      #expect(canvas.allSatisfy { $0 == -9 || abs($0 - 4) < 1e-5 })
    }
  }

  @Test func whatAnImageCannotShowIsASentence() throws {
    let maker = ViewMaker(AuditInput(name: "t", tensor: try Tensor(shape: [1, 1, 4, 4])))
    let views: [ImageView] = [
      .crop(0), .window(size: 2, offset: 0), .embedded(size: 2, offset: 0, background: .black),
    ]
    for view in views { #expect(throws: ShiftError.self) { try maker.tensor(view) } }
    let wide = ViewMaker(try Self.input())
    #expect(throws: ShiftError.self) { try wide.tensor(.crop([0, 5])) }
    #expect(throws: ShiftError.self) {
      try wide.tensor(.embedded(size: [33, 4], offset: 0, background: .gray))
    }
    #expect(try wide.tensor(.turned(0)) == wide.tensor(.plain))
  }

  @Test func zeroPaddingAndWholeTurns() throws {
    let x = try Tensor(shape: [1, 1, 2, 3], values: [1, 2, 3, 4, 5, 6])
    #expect(try x.shiftedWithZeros(by: [1, -1]).values == [0, 4, 5, 0, 0, 0])
    #expect(try x.shiftedWithZeros(by: [-1, 2]).values == [0, 0, 0, 3, 0, 0])
    #expect(try x.shiftedWithZeros(by: [2, 0]).values.allSatisfy { $0 == 0 })
    #expect(try x.shiftedWithZeros(by: [0, -7]).values.allSatisfy { $0 == 0 })
    #expect(ImageView.rolled(by: [-4, 6], size: [2, 3]) == .plain)
    #expect(ImageView.rolled(by: [-1, 4], size: [2, 3]) == .rolled([1, 1]))
  }

  /// The areas of random windows have the asked share, and the aspects 3/4 … 4/3.
  @Test(arguments: [0.1, 0.4, 0.7, 1.0]) func randomWindows(_ area: Double) {
    var generator = SeededGenerator(seed: 3)
    for image in [HW(400, 400), HW(300, 500), HW(40, 1000)] {
      for _ in 0..<50 {
        let box = RandomWindow.draw(of: image, area: area, &generator)
        let (size, offset) = (box.size, box.offset)
        #expect(min(size.height, size.width, offset.height + 1, offset.width + 1) >= 1)
        #expect(size.height + offset.height <= image.height)
        #expect(size.width + offset.width <= image.width)
        let ratio = Double(size.width) / Double(size.height)
        // Rounding both sides to whole pixels moves the aspect by a few percent at most.
        #expect(ratio > 0.75 * 0.96 && ratio < 4.0 / 3 * 1.04)
      }
    }
    let square = RandomWindow.draw(of: [40, 1000], area: 1, &generator)
    #expect(square.size == [40, 53] && square.offset == [0, 473])
  }
}
