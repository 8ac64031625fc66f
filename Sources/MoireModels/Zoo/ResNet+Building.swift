public import MoireLayers
import MoireTensors

extension ResNet {
  public func build(_ builder: inout NetworkBuilder, classes: Int) throws {
    try addStem(&builder)
    for (stage, depth) in depths.enumerated() {
      for index in 0..<depth {
        try builder.scope("layer\(stage + 1).\(index)") {
          try addBlock(&$0, width: widths[stage], stride: stage > 0 && index == 0 ? 2 : 1)
        }
      }
    }
    try builder.globalAveragePool("avgpool")
    try builder.linear("fc", outputs: classes)
  }

  private func addStem(_ builder: inout NetworkBuilder) throws {
    let isLarge = stem == .imageNet
    try builder.convolution(
      "conv1", channels: widths[0], kernel: isLarge ? 7 : 3, stride: isLarge ? 2 : 1,
      padding: isLarge ? 3 : 1
    ) {
      try $0.batchNormalization("bn1")
      try $0.activation("relu", .relu)
    }
    if isLarge { try builder.maxPool("maxpool", kernel: 3, stride: 2, padding: 1) }
  }

  private func addBlock(_ builder: inout NetworkBuilder, width: Int, stride: Int) throws {
    let channels = width * block.expansion
    let needsProjection = stride != 1 || builder.shape[0] != channels
    try builder.residual(shortcut: {
      guard needsProjection else { return }
      try $0.convolution(
        "downsample.0", channels: channels, kernel: 1, stride: [stride, stride], role: .shortcut
      ) { try $0.batchNormalization("downsample.1") }
    }) {
      switch block {
      case .basic: try addBasic(&$0, width, stride)
      case .bottleneck: try addBottleneck(&$0, width, stride)
      }
    }
    try builder.activation("relu", .relu)
  }

  private func addBasic(_ builder: inout NetworkBuilder, _ width: Int, _ stride: Int) throws {
    try builder.convolution(
      "conv1", channels: width, kernel: 3, stride: [stride, stride], padding: 1
    ) {
      try $0.batchNormalization("bn1")
      try $0.activation("relu", .relu)
    }
    try builder.convolution("conv2", channels: width, kernel: 3, padding: 1) {
      try $0.batchNormalization("bn2")
    }
  }

  private func addBottleneck(_ builder: inout NetworkBuilder, _ width: Int, _ stride: Int) throws {
    let inner = width * widthPerGroup / 64 * groups
    try builder.convolution("conv1", channels: inner, kernel: 1) {
      try $0.batchNormalization("bn1")
      try $0.activation("relu", .relu)
    }
    try builder.convolution(
      "conv2", channels: inner, kernel: 3, stride: [stride, stride], padding: 1, groups: groups
    ) {
      try $0.batchNormalization("bn2")
      try $0.activation("relu", .relu)
    }
    try builder.convolution("conv3", channels: width * block.expansion, kernel: 1) {
      try $0.batchNormalization("bn3")
    }
  }
}
