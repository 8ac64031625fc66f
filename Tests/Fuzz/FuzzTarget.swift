import MoireLayers
import MoireModels
import MoireTensors
import TestSupport

/// What libFuzzer calls with every file that it makes up: the file is imported or refused with a typed
/// error; whatever else happens ends the process.
@_cdecl("LLVMFuzzerTestOneInput")
public func importOneFile(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let file = Array(UnsafeBufferPointer(start: data, count: count))
  do {
    let model = try ONNXModel(bytes: file, name: "fuzz")
    let isOpen = model.inputs.first?.shape?.dropFirst().contains(nil) == true
    let network = try model.network(
      outputName: model.outputs.first?.name, size: isOpen ? 16 : nil)
    let shapes = try network.valueShapes()
    precondition(shapes.count == network.nodes.count + 1, "every value has a shape")
    _ = try network.samplingSites()
  } catch {
    precondition(error is any InputError, "\(error) is no error of a file")
    precondition(!"\(error)".isEmpty, "an error says what is wrong")
  }
  return 0
}

/// Libfuzzer's own mutations, which know bytes alone.
@_silgen_name("LLVMFuzzerMutate")
private func mutateBytes(_ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ room: Int) -> Int

/// Every other file is damaged at a field of the protocol buffers, all lengths around it kept right;
/// bytes changed at random hardly ever get past the decoder.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutateOneFile(
  _ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ room: Int, _ seed: CUnsignedInt
) -> Int {
  guard seed % 2 == 0 else { return mutateBytes(data, count, room) }
  var mutator = ModelMutator(seed: UInt64(seed))
  let file = mutator.mutated(Array(UnsafeBufferPointer(start: data, count: count)))
  guard file.count <= room else { return mutateBytes(data, count, room) }
  for (index, byte) in file.enumerated() { data[index] = byte }
  return file.count
}
