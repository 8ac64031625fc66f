import CLayers

extension Program {
  /// The arithmetic of a step, run on the threads of the engine: the maps read, the one written, the
  /// part of the work, a workspace; false ends the run.
  typealias HookBody =
    @Sendable (UnsafePointer<cl_map>, cl_map, Int, UnsafeMutableRawPointer?) -> Bool

  /// What the engine's context pointer points to.
  final class Hook: Sendable {
    let body: HookBody

    init(_ body: @escaping HookBody) { self.body = body }
  }

  /// Appends a step whose arithmetic is `body`, called for each of `parts` parts.
  func append(
    _ name: StaticString, _ sources: [Int], to target: Int, parts: Int, workspaceBytes: Int = 0,
    _ body: @escaping HookBody
  ) throws {
    let box = Hook(body)
    keep(box)
    var hook = cl_hook(
      run: { context, sources, target, part, workspace in
        let hook = Unmanaged<Hook>.fromOpaque(context).takeUnretainedValue()
        return hook.body(sources, target.pointee, Int(part), workspace) ? 0 : 1
      },
      context: UnsafeRawPointer(Unmanaged.passUnretained(box).toOpaque()), parts: Int64(parts),
      workspace_bytes: workspaceBytes,
      name: UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self))
    try check(
      cl_step_hook(handle, sources.map(Int32.init), Int32(sources.count), Int32(target), &hook))
  }
}

extension cl_map {
  /// The number of planes of all images.
  var planes: Int { Int(images * blocks) }

  /// The floats of plane `index`.
  func plane(_ index: Int) -> UnsafeMutablePointer<Float> { data + index * planeSize }

  /// Floats from one plane to the next.
  var planeSize: Int { Int(height * width * inner) }

  /// The lanes of plane `index` that hold channels.
  func lanes(_ index: Int) -> Int {
    min(Int(inner), Int(channels) - index % Int(blocks) * Int(inner))
  }
}
