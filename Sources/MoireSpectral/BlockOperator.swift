internal import CMoire
package import MoireTensors

/// An operator of the core on maps that stand in blocks of channels, as a network engine keeps them:
/// sample (p, y, x) of a block of b planes at `(y · W + x) · b + p`.
///
/// Immutable, and used from any number of threads with a workspace of each one's own.
package final class BlockOperator: Sendable {
  package let inputSize: HW
  package let outputSize: HW
  /// Bytes that every call needs.
  package let workspaceBytes: Int
  private let body: @Sendable (Call) -> moire_status

  /// The arguments of one call, as the core takes them.
  struct Call {
    var planes: moire_planes
    var output: moire_output
    let workspace: UnsafeMutableRawPointer
    let bytes: Int
  }

  init(
    from inputSize: HW, to outputSize: HW, workspaceBytes: Int,
    body: @escaping @Sendable (Call) -> moire_status
  ) {
    self.inputSize = inputSize
    self.outputSize = outputSize
    self.workspaceBytes = workspaceBytes
    self.body = body
  }

  /// One block of `planes` planes.
  ///
  /// - Returns: whether the core did it.
  package func run(
    from source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, planes: Int,
    workspace: UnsafeMutableRawPointer
  ) -> Bool {
    let call = Call(
      planes: .block(source, planes, inputSize), output: .block(target, planes, outputSize),
      workspace: workspace, bytes: workspaceBytes)
    return body(call) == .ok
  }
}

extension moire_planes {
  /// A block of planes whose samples stand side by side.
  static func block(
    _ data: UnsafePointer<Float>, _ planes: Int, _ size: HW, used: Int? = nil
  ) -> moire_planes {
    moire_planes(
      data: data, count: used ?? planes, plane_stride: 1, row_stride: planes * size.width,
      column_stride: planes)
  }
}

extension moire_output {
  static func block(
    _ data: UnsafeMutablePointer<Float>, _ planes: Int, _ size: HW
  ) -> moire_output {
    moire_output(
      data: data, plane_stride: 1, row_stride: planes * size.width, column_stride: planes)
  }
}

extension SeparableFilter {
  /// The filter on blocks of channels.
  package var blocks: BlockOperator {
    BlockOperator(
      from: inputSize, to: outputSize, workspaceBytes: moire_fir_workspace_size(handle)
    ) { [self] call in
      withUnsafePointer(to: call.planes) { planes in
        withUnsafePointer(to: call.output) { output in
          moire_fir_execute(handle, planes, output, call.workspace, call.bytes)
        }
      }
    }
  }
}

extension SpectralFilter {
  /// The filter on blocks of channels.
  package var blocks: BlockOperator {
    BlockOperator(
      from: size, to: size, workspaceBytes: moire_spectral_filter_workspace_size(single)
    ) { [self] call in
      withUnsafePointer(to: call.planes) { planes in
        withUnsafePointer(to: call.output) { output in
          moire_spectral_filter_execute(single, planes, output, call.workspace, call.bytes)
        }
      }
    }
  }
}

extension ResamplingCore {
  var blocks: BlockOperator {
    BlockOperator(
      from: inputSize, to: outputSize, workspaceBytes: moire_resampler_workspace_size(handle)
    ) { [self] call in
      withUnsafePointer(to: call.planes) { planes in
        withUnsafePointer(to: call.output) { output in
          moire_resampler_execute(handle, planes, output, call.workspace, call.bytes)
        }
      }
    }
  }
}

extension IdealPool {
  /// The pooling on blocks of channels.
  package var blocks: BlockOperator { core.blocks }
}

extension Resampler {
  /// The resampling on blocks of channels.
  package var blocks: BlockOperator { core.blocks }
}

extension FilteredActivation {
  /// The activation on blocks of channels.
  package var blocks: BlockOperator {
    let core = core
    return BlockOperator(
      from: size, to: size, workspaceBytes: moire_activation_workspace_size(core.handle)
    ) { call in
      withUnsafePointer(to: call.planes) { planes in
        withUnsafePointer(to: call.output) { output in
          moire_activation_execute(
            core.handle, planes, output, nil, call.workspace, call.bytes)
        }
      }
    }
  }
}
