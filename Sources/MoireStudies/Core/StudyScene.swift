public import MoireTensors
import MoireTraining

/// What a network is shown: an object of a size on a larger black canvas.
public struct StudyScene: Codable, Sendable, Hashable {
  /// Of the network's input.
  public var canvas: HW
  /// Of the object in training, which stands in the middle.
  public var object: HW

  public init(canvas: HW, object: HW) {
    self.canvas = canvas
    self.object = object
  }

  /// The corner of an object in the middle of the canvas.
  func center(of object: HW) -> HW {
    HW((canvas.height - object.height) / 2, (canvas.width - object.width) / 2)
  }

  /// The images as the network is trained on them.
  func centered(_ data: ImageDataset) throws -> ImageDataset {
    try data.pasted(on: canvas, objectSize: object) { _ in center(of: object) }
  }
}
