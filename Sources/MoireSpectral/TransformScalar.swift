internal import CMoire
internal import MoireTensors

/// The numbers that ``RealTransform`` takes: `Float` and `Double`.
public protocol TransformScalar: BinaryFloatingPoint, Sendable {
  /// The core's functions in this precision.
  static var transformEngine: TransformEngine<Self> { get }
}

/// The core's transform in one precision.
public struct TransformEngine<Scalar>: Sendable {
  typealias Options = moire_transform_options

  let create: @Sendable (inout OpaquePointer?, inout Options) -> moire_status
  let destroy: @Sendable (OpaquePointer) -> Void
  let workspaceSize: @Sendable (OpaquePointer) -> Int
  let forward:
    @Sendable (OpaquePointer, UnsafeMutablePointer<Scalar>, Planes, Scratch) -> moire_status
  let inverse:
    @Sendable (OpaquePointer, Output, UnsafePointer<Scalar>, Int, Scratch) -> moire_status

  /// Strided planes to be read.
  struct Planes {
    let base: UnsafePointer<Scalar>
    let count: Int
    let planeStride: Int
    let rowStride: Int
    let columnStride: Int
  }

  /// Dense planes to be written.
  struct Output {
    let base: UnsafeMutablePointer<Scalar>
    let size: HW
  }

  struct Scratch {
    let base: UnsafeMutableRawPointer
    let bytes: Int
  }
}

extension Float: TransformScalar {
  public static var transformEngine: TransformEngine<Float> {
    TransformEngine(
      create: { moire_transform_create(&$0, &$1) },
      destroy: { moire_transform_destroy($0) },
      workspaceSize: { moire_transform_workspace_size($0) },
      forward: { handle, spectrum, from, scratch in
        var planes = moire_planes(
          data: from.base, count: from.count, plane_stride: from.planeStride,
          row_stride: from.rowStride, column_stride: from.columnStride)
        return moire_transform_forward(handle, spectrum, &planes, scratch.base, scratch.bytes)
      },
      inverse: { handle, to, spectrum, count, scratch in
        var output = moire_output(
          data: to.base, plane_stride: to.size.area, row_stride: to.size.width, column_stride: 1)
        return moire_transform_inverse(
          handle, &output, spectrum, count, scratch.base, scratch.bytes)
      })
  }
}

extension Double: TransformScalar {
  public static var transformEngine: TransformEngine<Double> {
    TransformEngine(
      create: { moire_transform_double_create(&$0, &$1) },
      destroy: { moire_transform_double_destroy($0) },
      workspaceSize: { moire_transform_double_workspace_size($0) },
      forward: { handle, spectrum, from, scratch in
        var planes = moire_planes_double(
          data: from.base, count: from.count, plane_stride: from.planeStride,
          row_stride: from.rowStride, column_stride: from.columnStride)
        return moire_transform_double_forward(
          handle, spectrum, &planes, scratch.base, scratch.bytes)
      },
      inverse: { handle, to, spectrum, count, scratch in
        var output = moire_output_double(
          data: to.base, plane_stride: to.size.area, row_stride: to.size.width, column_stride: 1)
        return moire_transform_double_inverse(
          handle, &output, spectrum, count, scratch.base, scratch.bytes)
      })
  }
}
