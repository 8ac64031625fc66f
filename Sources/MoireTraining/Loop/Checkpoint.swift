import Foundation
import MoireLayers
import MoireModels
import MoireTensors

/// The state of a training as a safetensors file: every parameter and what the optimizer keeps, with
/// counters and sums in the header. Written beside and renamed, so that a file is whole or not there.
enum Checkpoint {
  private static let format = "moire-checkpoint-1"

  /// - Throws: what writing throws; then the file of before is still there. Returns false, and writes
  ///   nothing, where a value is not finite.
  static func write(_ state: TrainingState, to path: String) throws -> Bool {
    var tensors: [(name: String, tensor: Tensor)] = []
    for parameter in state.network.parameters {
      tensors.append(("value/\(parameter.name)", try state.network.value(of: parameter.name)))
      guard parameter.role.isTrained else { continue }
      for (name, block) in state.blocks {
        tensors.append(
          (
            "\(name)/\(parameter.name)",
            try state.network.value(of: parameter.name, in: block)
          ))
      }
    }
    guard tensors.allSatisfy({ $0.tensor.firstNonFinite == nil }) else { return false }
    let records = try JSONEncoder().encode(state.records)
    try Safetensors.write(
      tensors,
      metadata: [
        "format": format, "network": state.network.original.name, "plan": state.plan.fingerprint,
        "step": String(state.step), "loss": String(state.lossSum.bitPattern),
        "correct": String(state.correct), "seconds": String(state.seconds),
        "records": String(decoding: records, as: UTF8.self),
      ], to: path)
    return true
  }

  /// Brings a state to where a checkpoint was written.
  ///
  /// - Throws: ``TrainingError/checkpoint(path:reason:)`` for one of another network or plan.
  static func read(_ path: String, into state: TrainingState) throws {
    let file = try Safetensors(contentsOf: path)
    let fault = { (reason: String) in TrainingError.checkpoint(path: path, reason: reason) }
    guard file.metadata["format"] == format else {
      throw fault("it is no checkpoint of a training")
    }
    let name = state.network.original.name
    guard file.metadata["network"] == name else {
      throw fault("it belongs to \(file.metadata["network"] ?? "another network"), not to \(name)")
    }
    guard file.metadata["plan"] == state.plan.fingerprint else {
      throw fault(
        "it was made with other options: \(file.metadata["plan"] ?? "none"); now "
          + state.plan.fingerprint)
    }
    guard let step = file.metadata["step"].flatMap({ Int($0) }),
      let loss = file.metadata["loss"].flatMap({ UInt64($0) }),
      let correct = file.metadata["correct"].flatMap({ Int($0) }),
      let seconds = file.metadata["seconds"].flatMap({ Double($0) }),
      let records = file.metadata["records"].flatMap({
        try? JSONDecoder().decode([EpochRecord].self, from: Data($0.utf8))
      })
    else { throw fault("its counters are missing") }
    func tensor(_ name: String, _ shape: [Int]) throws -> Tensor {
      guard let entry = file.entry(name), entry.shape == shape else {
        throw fault(
          "the network needs \(name) of shape \(shape), it has "
            + (file.entry(name).map { "shape \($0.shape)" } ?? "none"))
      }
      return try file.tensor(name)
    }
    for parameter in state.network.parameters {
      try state.network.setValue(
        of: parameter.name, to: tensor("value/\(parameter.name)", parameter.shape))
      guard parameter.role.isTrained else { continue }
      for (name, block) in state.blocks {
        try state.network.setValue(
          of: parameter.name, in: block, to: tensor("\(name)/\(parameter.name)", parameter.shape))
      }
    }
    state.step = step
    state.lossSum = Double(bitPattern: loss)
    state.correct = correct
    state.seconds = seconds
    state.records = records
  }
}
