import MoireAnalysis
import MoireSpectral
import MoireTensors

/// A picture of a batch of images: all of them moved alike.
enum StudyView: Hashable {
  case plain
  /// x(n + d), circularly.
  case rolled(HW)
  /// x(n + d), black beyond the image.
  case overBlack(HW)
  /// x(n + d) of the periodic image, ideally interpolated.
  case fourier(Double, Double)

  /// The batch `[N, C, H, W]` in this view.
  func callAsFunction(_ batch: Tensor) throws -> Tensor {
    switch self {
    case .plain: batch
    case .rolled(let shift): batch.rolled(by: shift)
    case .overBlack(let shift): try batch.shiftedWithZeros(by: shift)
    case .fourier(let dy, let dx):
      try FractionalShift(size: HW(batch.shape[2], batch.shape[3]), dy: dy, dx: dx)(batch)
    }
  }
}
